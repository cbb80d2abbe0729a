import type Docker from "dockerode";
import { checkShape } from "../provider-server/check";
import { DEFAULTED, type ResourceType } from "../provider-server/resource-type";
import { type Props, UNKNOWN } from "../provider-server/wire";
import type { Label } from "./container-inputs";
import { labelMap } from "./container-options";
import { diffByTable } from "./diff";
import { unlessGone } from "../../../docker/errors";
import { engineCall, whileInUse } from "./engine-error";
import { labelList, refreshSimple } from "./refresh";
import { VOLUME_SEMANTICS } from "./semantics";
import { VOLUME_SHAPE } from "./shapes";

interface VolumeInputs {
  name: string;
  driver?: string;
  driverOpts?: Record<string, string>;
  labels?: Label[];
}

/** docker:index/volume:Volume on a daemon. An existing volume of the name is taken up with its data. */
export function volumeType(daemon: () => Docker): ResourceType {
  const inspect = (name: string) => unlessGone(() => daemon().getVolume(name).inspect());

  return {
    autoName: true,
    computed: ["driver", "mountpoint"],
    check: (inputs) => checkShape(inputs, VOLUME_SHAPE, "", (value) => value === UNKNOWN),
    diff: (old, news) => diffByTable(VOLUME_SEMANTICS, old, news),

    async create(props) {
      const inputs = props as unknown as VolumeInputs;
      await engineCall(`${inputs.name}: can't create the volume`, () =>
        daemon().createVolume({
          Name: inputs.name,
          Driver: inputs.driver ?? "local",
          DriverOpts: inputs.driverOpts ?? {},
          Labels: labelMap(inputs.labels) ?? {},
        }),
      );
      return { id: inputs.name, state: stateOf(await inspect(inputs.name), props) };
    },

    async read(id, recorded) {
      const info = await engineCall(`volume ${id}`, () => inspect(id));
      if (!info) return undefined;
      const real: Props = {
        name: info.Name,
        driver: info.Driver,
        driverOpts: info.Options ?? {},
        labels: labelList(info.Labels),
      };
      const inputs = refreshSimple(VOLUME_SEMANTICS, recorded.inputs ?? { name: info.Name }, real);
      return { id: info.Name, inputs, state: stateOf(info, inputs) };
    },

    // Every input replaces: only the plugin's own bookkeeping comes here.
    update: async (id, _old, news) => stateOf(await inspect(id), news),

    async delete(id) {
      await engineCall(`${id}: can't remove the volume`, () =>
        whileInUse(() => daemon().getVolume(id).remove({ force: true })),
      );
    },
  };
}

function stateOf(info: Docker.VolumeInspectInfo | undefined, inputs: Props): Props {
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTED));
  return info ? { driver: info.Driver, mountpoint: info.Mountpoint, ...given } : given;
}
