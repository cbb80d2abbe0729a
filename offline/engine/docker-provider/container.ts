import type Docker from "dockerode";
import { checkShape } from "../provider-server/check";
import {
  type CheckFailure,
  InitError,
  type Recorded,
  type ResourceType,
  DEFAULTED,
} from "../provider-server/resource-type";
import { type Props, UNKNOWN } from "../provider-server/wire";
import type { ContainerInputs } from "./container-inputs";
import { bringUp, type Finished, removeContainer } from "./container-lifecycle";
import { containerOptions, updatableConfig } from "./container-options";
import { realInputs, refreshedInputs, runtimeOutputs } from "./container-read";
import { diffByTable, STOPPED } from "./diff";
import { messageOf, unlessGone } from "../../../docker/errors";
import { engineCall } from "./engine-error";
import { CONTAINER_SEMANTICS } from "./semantics";
import { CONTAINER_SHAPE } from "./shapes";
import { parseDuration } from "./units";

/** Outputs that the daemon fills in where the program says nothing. */
const COMPUTED = [
  "bridge",
  "command",
  "containerLogs",
  "entrypoints",
  "envs",
  "exitCode",
  "healthcheck",
  "hostname",
  "init",
  "ipcMode",
  "logDriver",
  "networkDatas",
  "runtime",
  "securityOpts",
  "shmSize",
  "stopSignal",
  "stopTimeout",
] as const;

/** docker:index/container:Container on a daemon. */
export function containerType(daemon: () => Docker): ResourceType {
  const inspect = (id: string) => unlessGone(() => daemon().getContainer(id).inspect());

  const describe = async (id: string, recorded: Props, finished: Finished) => {
    const info = await inspect(id);
    return info ? stateOf(info, recorded, finished) : { ...recorded, ...finished };
  };

  return {
    autoName: true,
    computed: COMPUTED,
    check: checkContainer,

    diff(old, news) {
      const plan = diffByTable(CONTAINER_SEMANTICS, old, news);
      // The daemon makes twice the memory of an unset swap limit, and the official plugin wants to
      // take that back in every preview.
      const swap = old.state["memorySwap"];
      const unset = news["memorySwap"] === undefined && old.inputs["memorySwap"] === undefined;
      if (unset && typeof swap === "number" && swap !== 0) {
        plan.changes.push({ property: "memorySwap", kind: "delete", replace: false });
      }
      return plan;
    },

    async create(props, signal) {
      const inputs = props as unknown as ContainerInputs;
      const container = await engineCall(`${inputs.name}: can't create the container`, () =>
        daemon().createContainer(containerOptions(inputs)),
      );
      try {
        const finished = await bringUp(daemon(), container, inputs, signal);
        return { id: container.id, state: await describe(container.id, props, finished) };
      } catch (error) {
        // The container exists: it is recorded as failed and replaced by the next update.
        const state = await describe(container.id, props, {}).catch(() => props);
        throw new InitError(messageOf(error), container.id, state);
      }
    },

    async read(id, recorded) {
      const info = await engineCall(`container ${id.slice(0, 12)}`, () => inspect(id));
      if (!info) return undefined;
      const real = realInputs(info);
      const inputs = recorded.inputs ?? importedInputs(real);
      const mustRun = inputs["mustRun"] !== false;
      // A container that isn't running publishes nothing; for a finished job that is no drift.
      if (!info.State.Running && !mustRun) delete real["ports"];
      const imageId = await imageIdOf(daemon(), inputs["image"]);
      const refreshed = refreshedInputs(inputs, real, imageId);
      const stopped = !info.State.Running && mustRun && inputs["start"] !== false;
      if (stopped) refreshed["mustRun"] = false;
      const kept = {
        exitCode: recorded.state?.["exitCode"],
        containerLogs: recorded.state?.["containerLogs"],
      };
      const state = {
        ...stateOf(info, refreshed, {}),
        ...(kept.containerLogs === undefined ? {} : kept),
        ...(stopped ? { [STOPPED]: true } : {}),
      };
      return { id: info.Id, inputs: refreshed, state };
    },

    async update(id, old, news) {
      const inputs = news as unknown as ContainerInputs;
      if (changesContainer(old, news)) {
        await engineCall(`${inputs.name}: can't update the container`, () =>
          daemon().getContainer(id).update(updatableConfig(inputs)),
        );
      }
      const { exitCode, containerLogs } = old.state as Finished;
      return describe(
        id,
        news,
        containerLogs === undefined
          ? {}
          : { ...(exitCode === undefined ? {} : { exitCode }), containerLogs },
      );
    },

    async delete(id, state) {
      await engineCall(`${String(state["name"])}: can't remove the container`, () =>
        removeContainer(daemon(), id, state as Partial<ContainerInputs>),
      );
    },
  };
}

/** Outputs: the inputs as given, what the daemon made of the rest, and how it runs. */
function stateOf(info: Docker.ContainerInspectInfo, inputs: Props, finished: Finished): Props {
  const real = realInputs(info);
  const computed: readonly string[] = COMPUTED;
  const filled = Object.fromEntries(
    Object.entries(real).filter(([key]) => computed.includes(key) || key === "memorySwap"),
  );
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTED));
  return { ...filled, containerLogs: "", ...given, ...runtimeOutputs(info), ...finished };
}

function importedInputs(real: Props): Props {
  return { name: real["name"], image: real["image"] };
}

async function imageIdOf(docker: Docker, reference: unknown): Promise<string> {
  if (typeof reference !== "string") return "";
  const image = await unlessGone(() => docker.getImage(reference).inspect());
  return image?.Id ?? reference;
}

function changesContainer(old: Recorded, news: Props): boolean {
  return diffByTable(CONTAINER_SEMANTICS, old, news).changes.some(
    ({ property }) =>
      CONTAINER_SEMANTICS[property as keyof typeof CONTAINER_SEMANTICS]?.effect === "in-place",
  );
}

const RESTART_POLICIES = ["no", "on-failure", "always", "unless-stopped"];

function checkContainer(inputs: Props): CheckFailure[] {
  const failures = checkShape(inputs, CONTAINER_SHAPE, "", (value) => value === UNKNOWN);
  if (failures.length > 0) return failures;
  const { restart, healthcheck, cpus } = inputs as unknown as ContainerInputs;
  if (restart !== undefined && restart !== UNKNOWN && !RESTART_POLICIES.includes(restart)) {
    const policies = RESTART_POLICIES.join(", ");
    failures.push({ property: "restart", reason: `${restart} is not one of ${policies}` });
  }
  if (cpus !== undefined && cpus !== UNKNOWN && !(Number(cpus) >= 0)) {
    failures.push({ property: "cpus", reason: `${cpus} is no number; use for example "0.5"` });
  }
  for (const key of ["interval", "timeout", "startPeriod", "startInterval"] as const) {
    const text = healthcheck?.[key];
    if (text === undefined || text === UNKNOWN || parseDuration(text) !== undefined) continue;
    const reason = `${text} is no duration; use for example 1m0s`;
    failures.push({ property: `healthcheck.${key}`, reason });
  }
  return failures;
}
