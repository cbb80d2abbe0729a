/** The inputs of a container as check lets them through, names and units as in @pulumi/docker. */
export interface ContainerInputs {
  attach?: boolean;
  capabilities?: { adds?: string[]; drops?: string[] };
  cgroupParent?: string;
  cgroupnsMode?: string;
  command?: string[];
  containerReadRefreshTimeoutMilliseconds?: number;
  cpuPeriod?: number;
  cpuQuota?: number;
  cpuSet?: string;
  cpuShares?: number;
  cpus?: string;
  destroyGraceSeconds?: number;
  deviceCgroupRules?: string[];
  deviceReadBps?: DeviceRate[];
  deviceReadIops?: DeviceRate[];
  deviceRequests?: DeviceRequest[];
  deviceWriteBps?: DeviceRate[];
  deviceWriteIops?: DeviceRate[];
  devices?: { hostPath: string; containerPath?: string; permissions?: string }[];
  dns?: string[];
  dnsOpts?: string[];
  dnsSearches?: string[];
  domainname?: string;
  entrypoints?: string[];
  envs?: string[];
  gpus?: string;
  groupAdds?: string[];
  healthcheck?: Healthcheck;
  hostname?: string;
  hosts?: { host: string; ip: string }[];
  image: string;
  init?: boolean;
  ipcMode?: string;
  labels?: Label[];
  logDriver?: string;
  logOpts?: Record<string, string>;
  logs?: boolean;
  maxRetryCount?: number;
  /** MB, as the other memory figures. */
  memory?: number;
  memoryReservation?: number;
  /** MB; -1 means without limit. */
  memorySwap?: number;
  mounts?: Mount[];
  mustRun?: boolean;
  name: string;
  networkMode?: string;
  networksAdvanced?: NetworkAttachment[];
  pidMode?: string;
  platform?: string;
  ports?: Port[];
  privileged?: boolean;
  publishAllPorts?: boolean;
  readOnly?: boolean;
  removeVolumes?: boolean;
  restart?: string;
  rm?: boolean;
  runtime?: string;
  securityOpts?: string[];
  /** MB. */
  shmSize?: number;
  start?: boolean;
  stdinOpen?: boolean;
  stopSignal?: string;
  stopTimeout?: number;
  storageOpts?: Record<string, string>;
  sysctls?: Record<string, string>;
  tmpfs?: Record<string, string>;
  tty?: boolean;
  ulimits?: { name: string; soft: number; hard: number }[];
  uploads?: Upload[];
  user?: string;
  usernsMode?: string;
  volumes?: VolumeBinding[];
  wait?: boolean;
  waitTimeout?: number;
  workingDir?: string;
}

export interface Label {
  label: string;
  value: string;
}

interface DeviceRate {
  path: string;
  rate: number;
}

interface DeviceRequest {
  capabilities?: string[];
  count?: number;
  deviceIds?: string[];
  driver?: string;
  options?: Record<string, string>;
}

/** Durations in Go's form, such as `1m0s`. */
export interface Healthcheck {
  tests?: string[];
  interval?: string;
  timeout?: string;
  startPeriod?: string;
  startInterval?: string;
  retries?: number;
}

export interface Mount {
  type: string;
  source?: string;
  target: string;
  readOnly?: boolean;
  bindOptions?: { propagation?: string };
  tmpfsOptions?: { mode?: number; sizeBytes?: number };
  volumeOptions?: {
    driverName?: string;
    driverOptions?: Record<string, string>;
    labels?: Label[];
    noCopy?: boolean;
    subpath?: string;
  };
}

export interface NetworkAttachment {
  name: string;
  aliases?: string[];
  ipv4Address?: string;
  ipv6Address?: string;
  linkLocalIps?: string[];
  macAddress?: string;
  driverOpts?: string[];
  gwPriority?: number;
}

export interface Port {
  internal: number;
  external?: number;
  ip?: string;
  protocol?: string;
}

/** A file that is put into the container before it starts. */
export interface Upload {
  file: string;
  content?: string;
  contentBase64?: string;
  source?: string;
  sourceHash?: string;
  executable?: boolean;
  permissions?: string;
  owner?: string;
  group?: string;
}

export interface VolumeBinding {
  containerPath?: string;
  fromContainer?: string;
  hostPath?: string;
  readOnly?: boolean;
  volumeName?: string;
}
