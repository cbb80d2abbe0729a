import type { InputSemantics, SemanticsTable } from "../provider-server/semantics";

/**
 * What a changed input does, as the official docker plugin (5.x) behaves. Pure data, so that tests
 * can share it with the plugin.
 */

const replace: InputSemantics = { effect: "replace", readBack: true };
const replaceUnseen: InputSemantics = { effect: "replace", readBack: false };
const replaceSet: InputSemantics = { effect: "replace", readBack: true, unordered: true };
const replaceSetUnseen: InputSemantics = { effect: "replace", readBack: false, unordered: true };
const replaceFlag: InputSemantics = { effect: "replace", readBack: true, default: false };
const inPlace: InputSemantics = { effect: "in-place", readBack: true };
const inPlaceUnseen: InputSemantics = { effect: "in-place", readBack: false, unordered: true };
const notApplied: InputSemantics = { effect: "reported-not-applied", readBack: true };
const providerFlag = (value: boolean | number): InputSemantics => ({
  effect: "provider-only",
  readBack: false,
  default: value,
});

export const CONTAINER_SEMANTICS = {
  // Applied to the running container.
  cpuSet: inPlace,
  cpuShares: inPlace,
  deviceReadBps: inPlaceUnseen,
  deviceReadIops: inPlaceUnseen,
  deviceWriteBps: inPlaceUnseen,
  deviceWriteIops: inPlaceUnseen,
  maxRetryCount: inPlace,
  memory: inPlace,
  memoryReservation: inPlace,
  memorySwap: inPlace,
  restart: { effect: "in-place", readBack: true, default: "no" },

  // The plugin's own behaviour.
  attach: providerFlag(false),
  containerReadRefreshTimeoutMilliseconds: providerFlag(15_000),
  destroyGraceSeconds: { effect: "provider-only", readBack: false },
  logs: providerFlag(false),
  mustRun: { effect: "provider-only", readBack: true, default: true },
  removeVolumes: providerFlag(true),
  rm: providerFlag(false),
  start: providerFlag(true),
  wait: providerFlag(false),
  waitTimeout: providerFlag(60),

  // Shown as updated and not applied: ask for a replacement with `replaceOnChanges`.
  cpuPeriod: notApplied,
  cpuQuota: notApplied,
  healthcheck: notApplied,
  init: notApplied,
  tmpfs: notApplied,

  // Everything else makes the container anew.
  capabilities: replaceSet,
  cgroupParent: replaceUnseen,
  cgroupnsMode: replaceUnseen,
  command: replace,
  cpus: replace,
  deviceCgroupRules: replaceSetUnseen,
  deviceRequests: replaceUnseen,
  devices: replaceSet,
  dns: replaceSet,
  dnsOpts: replaceSet,
  dnsSearches: replaceSet,
  domainname: replace,
  entrypoints: replace,
  envs: replaceSetUnseen,
  gpus: replaceUnseen,
  groupAdds: replaceSet,
  hostname: replace,
  hosts: replaceSet,
  image: replace,
  ipcMode: replace,
  labels: replaceSetUnseen,
  logDriver: replace,
  logOpts: replace,
  mounts: replaceSet,
  name: replace,
  networkMode: replace,
  networksAdvanced: replaceSetUnseen,
  pidMode: replace,
  platform: replaceUnseen,
  ports: replace,
  privileged: replaceFlag,
  publishAllPorts: replaceFlag,
  readOnly: replaceFlag,
  runtime: replace,
  securityOpts: replaceSet,
  shmSize: replace,
  stdinOpen: replaceFlag,
  stopSignal: replace,
  stopTimeout: replace,
  storageOpts: replace,
  sysctls: replace,
  tty: replaceFlag,
  ulimits: replaceSet,
  uploads: replaceSetUnseen,
  user: replace,
  usernsMode: replace,
  volumes: replaceSetUnseen,
  workingDir: replace,
} as const satisfies SemanticsTable;

/** Every input replaces a network, labels included. */
export const NETWORK_SEMANTICS = {
  attachable: replaceFlag,
  checkDuplicate: { effect: "replace", readBack: false, default: false },
  driver: { effect: "replace", readBack: true, default: "bridge" },
  ingress: replaceFlag,
  internal: replaceFlag,
  ipamConfigs: replaceSet,
  ipamDriver: { effect: "replace", readBack: true, default: "default" },
  ipamOptions: replace,
  ipv6: replaceFlag,
  labels: replaceSet,
  name: replace,
  options: replace,
} as const satisfies SemanticsTable;

/** Every input replaces a volume, labels included, and a replaced volume loses its data. */
export const VOLUME_SEMANTICS = {
  driver: { effect: "replace", readBack: true, default: "local" },
  driverOpts: replace,
  labels: replaceSet,
  name: replace,
} as const satisfies SemanticsTable;

export const REMOTE_IMAGE_SEMANTICS = {
  build: replaceUnseen,
  forceRemove: providerFlag(false),
  keepLocally: providerFlag(false),
  name: replaceUnseen,
  platform: replaceUnseen,
  pullTriggers: replaceSetUnseen,
  triggers: replaceUnseen,
} as const satisfies SemanticsTable;
