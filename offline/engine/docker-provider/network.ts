import type Docker from "dockerode";
import { checkShape } from "../provider-server/check";
import { DEFAULTED, type ResourceType } from "../provider-server/resource-type";
import { isRecord, type Props, UNKNOWN } from "../provider-server/wire";
import type { Label } from "./container-inputs";
import { labelMap } from "./container-options";
import { diffByTable } from "./diff";
import { unlessGone } from "../../../docker/errors";
import { engineCall, whileInUse } from "./engine-error";
import { labelList, refreshSimple } from "./refresh";
import { NETWORK_SEMANTICS } from "./semantics";
import { NETWORK_SHAPE } from "./shapes";

interface NetworkInputs {
  name: string;
  attachable?: boolean;
  driver?: string;
  ingress?: boolean;
  internal?: boolean;
  ipamConfigs?: { subnet?: string; gateway?: string; ipRange?: string; auxAddress?: Props }[];
  ipamDriver?: string;
  ipamOptions?: Record<string, string>;
  ipv6?: boolean;
  labels?: Label[];
  options?: Record<string, string>;
}

/** docker:index/network:Network on a daemon. */
export function networkType(daemon: () => Docker): ResourceType {
  const inspect = (id: string) => unlessGone(async () => await daemon().getNetwork(id).inspect());

  return {
    autoName: true,
    computed: ["driver", "internal", "ipamConfigs", "options", "scope"],
    check: (inputs) => checkShape(inputs, NETWORK_SHAPE, "", (value) => value === UNKNOWN),
    diff: (old, news) => diffByTable(NETWORK_SEMANTICS, old, news),

    async create(props) {
      const inputs = props as unknown as NetworkInputs;
      const network = await engineCall(`${inputs.name}: can't create the network`, () =>
        daemon().createNetwork(networkOptions(inputs)),
      );
      const info = await inspect(network.id);
      return { id: network.id, state: stateOf(info, props) };
    },

    async read(id, recorded) {
      const info = await engineCall(`network ${id.slice(0, 12)}`, () => inspect(id));
      if (!info) return undefined;
      const real = realInputs(info);
      const inputs = refreshSimple(
        NETWORK_SEMANTICS,
        recorded.inputs ?? { name: info.Name, driver: info.Driver },
        real,
      );
      return { id: info.Id, inputs, state: stateOf(info, inputs) };
    },

    // Every input replaces: only the plugin's own bookkeeping comes here.
    update: async (id, _old, news) => stateOf(await inspect(id), news),

    async delete(id, state) {
      await engineCall(`${String(state["name"])}: can't remove the network`, () =>
        whileInUse(() => daemon().getNetwork(id).remove()),
      );
    },
  };
}

function networkOptions(inputs: NetworkInputs): Docker.NetworkCreateOptions {
  const options: Record<string, unknown> = {
    Name: inputs.name,
    // Names of networks are not unique to the daemon unless it is asked to look.
    CheckDuplicate: true,
    Driver: inputs.driver ?? "bridge",
    Internal: inputs.internal ?? false,
    Attachable: inputs.attachable ?? false,
    Ingress: inputs.ingress ?? false,
    EnableIPv6: inputs.ipv6 ?? false,
    Labels: labelMap(inputs.labels) ?? {},
    Options: inputs.options ?? {},
  };
  if (inputs.ipamConfigs?.length || inputs.ipamDriver || inputs.ipamOptions) {
    options["IPAM"] = {
      Driver: inputs.ipamDriver ?? "default",
      Options: inputs.ipamOptions ?? {},
      Config: (inputs.ipamConfigs ?? []).map((config) => ({
        ...(config.subnet ? { Subnet: config.subnet } : {}),
        ...(config.gateway ? { Gateway: config.gateway } : {}),
        ...(config.ipRange ? { IPRange: config.ipRange } : {}),
        ...(config.auxAddress ? { AuxiliaryAddresses: config.auxAddress } : {}),
      })),
    };
  }
  return options as unknown as Docker.NetworkCreateOptions;
}

function realInputs(info: Docker.NetworkInspectInfo): Props {
  const ipam = info.IPAM as { Driver?: string; Config?: Props[] | null; Options?: Props | null };
  return {
    name: info.Name,
    driver: info.Driver,
    internal: info.Internal,
    attachable: info.Attachable,
    ingress: info.Ingress,
    ipv6: info.EnableIPv6,
    labels: labelList(info.Labels),
    options: info.Options ?? {},
    ipamDriver: ipam?.Driver ?? "default",
    ipamOptions: ipam?.Options ?? {},
    ipamConfigs: (ipam?.Config ?? []).map((config) => ({
      ...(config["Subnet"] ? { subnet: config["Subnet"] } : {}),
      ...(config["Gateway"] ? { gateway: config["Gateway"] } : {}),
      ...(config["IPRange"] ? { ipRange: config["IPRange"] } : {}),
      ...(isRecord(config["AuxiliaryAddresses"]) &&
      Object.keys(config["AuxiliaryAddresses"]).length > 0
        ? { auxAddress: config["AuxiliaryAddresses"] }
        : {}),
    })),
  };
}

function stateOf(info: Docker.NetworkInspectInfo | undefined, inputs: Props): Props {
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== DEFAULTED));
  if (!info) return given;
  const real = realInputs(info);
  const { driver, internal, ipamConfigs, options } = real;
  return { driver, internal, ipamConfigs, options, scope: info.Scope, ...given };
}
