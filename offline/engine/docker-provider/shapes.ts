import type { Shape } from "../provider-server/check";

const strings: Shape = { listOf: "string" };
const label: Shape = {
  listOf: { object: { label: "string", value: "string" }, required: ["label", "value"] },
};
const rates: Shape = {
  listOf: { object: { path: "string", rate: "number" }, required: ["path", "rate"] },
};
const ulimits: Shape = {
  listOf: {
    object: { name: "string", soft: "number", hard: "number" },
    required: ["name", "soft", "hard"],
  },
};

const mount: Shape = {
  object: {
    type: "string",
    source: "string",
    target: "string",
    readOnly: "boolean",
    bindOptions: { object: { propagation: "string" } },
    tmpfsOptions: { object: { mode: "number", sizeBytes: "number" } },
    volumeOptions: {
      object: {
        driverName: "string",
        driverOptions: "map",
        labels: label,
        noCopy: "boolean",
        subpath: "string",
      },
    },
  },
  required: ["type", "target"],
};

const upload: Shape = {
  object: {
    file: "string",
    content: "string",
    contentBase64: "string",
    source: "string",
    sourceHash: "string",
    executable: "boolean",
    permissions: "string",
    owner: "string",
    group: "string",
  },
  required: ["file"],
};

const networkAdvanced: Shape = {
  object: {
    name: "string",
    aliases: strings,
    ipv4Address: "string",
    ipv6Address: "string",
    linkLocalIps: strings,
    macAddress: "string",
    driverOpts: strings,
    gwPriority: "number",
  },
  required: ["name"],
};

/** The inputs of docker:index/container:Container that this plugin understands. */
export const CONTAINER_SHAPE: Shape = {
  object: {
    attach: "boolean",
    capabilities: { object: { adds: strings, drops: strings } },
    cgroupParent: "string",
    cgroupnsMode: "string",
    command: strings,
    containerReadRefreshTimeoutMilliseconds: "number",
    cpuPeriod: "number",
    cpuQuota: "number",
    cpuSet: "string",
    cpuShares: "number",
    cpus: "string",
    destroyGraceSeconds: "number",
    deviceCgroupRules: strings,
    deviceReadBps: rates,
    deviceReadIops: rates,
    deviceRequests: {
      listOf: {
        object: {
          capabilities: strings,
          count: "number",
          deviceIds: strings,
          driver: "string",
          options: "map",
        },
      },
    },
    deviceWriteBps: rates,
    deviceWriteIops: rates,
    devices: {
      listOf: {
        object: { hostPath: "string", containerPath: "string", permissions: "string" },
        required: ["hostPath"],
      },
    },
    dns: strings,
    dnsOpts: strings,
    dnsSearches: strings,
    domainname: "string",
    entrypoints: strings,
    envs: strings,
    gpus: "string",
    groupAdds: strings,
    healthcheck: {
      object: {
        tests: strings,
        interval: "string",
        timeout: "string",
        startPeriod: "string",
        startInterval: "string",
        retries: "number",
      },
    },
    hostname: "string",
    hosts: { listOf: { object: { host: "string", ip: "string" }, required: ["host", "ip"] } },
    image: "string",
    init: "boolean",
    ipcMode: "string",
    labels: label,
    logDriver: "string",
    logOpts: "map",
    logs: "boolean",
    maxRetryCount: "number",
    memory: "number",
    memoryReservation: "number",
    memorySwap: "number",
    mounts: { listOf: mount },
    mustRun: "boolean",
    name: "string",
    networkMode: "string",
    networksAdvanced: { listOf: networkAdvanced },
    pidMode: "string",
    platform: "string",
    ports: {
      listOf: {
        object: { internal: "number", external: "number", ip: "string", protocol: "string" },
        required: ["internal"],
      },
    },
    privileged: "boolean",
    publishAllPorts: "boolean",
    readOnly: "boolean",
    removeVolumes: "boolean",
    restart: "string",
    rm: "boolean",
    runtime: "string",
    securityOpts: strings,
    shmSize: "number",
    start: "boolean",
    stdinOpen: "boolean",
    stopSignal: "string",
    stopTimeout: "number",
    storageOpts: "map",
    sysctls: "map",
    tmpfs: "map",
    tty: "boolean",
    ulimits,
    uploads: { listOf: upload },
    user: "string",
    usernsMode: "string",
    volumes: {
      listOf: {
        object: {
          containerPath: "string",
          fromContainer: "string",
          hostPath: "string",
          readOnly: "boolean",
          volumeName: "string",
        },
      },
    },
    wait: "boolean",
    waitTimeout: "number",
    workingDir: "string",
  },
  required: ["image"],
};

/** The inputs of docker:index/network:Network. */
export const NETWORK_SHAPE: Shape = {
  object: {
    attachable: "boolean",
    checkDuplicate: "boolean",
    driver: "string",
    ingress: "boolean",
    internal: "boolean",
    ipamConfigs: {
      listOf: {
        object: { subnet: "string", gateway: "string", ipRange: "string", auxAddress: "map" },
      },
    },
    ipamDriver: "string",
    ipamOptions: "map",
    ipv6: "boolean",
    labels: label,
    name: "string",
    options: "map",
  },
};

/** The inputs of docker:index/volume:Volume (cluster volumes are left out). */
export const VOLUME_SHAPE: Shape = {
  object: { driver: "string", driverOpts: "map", labels: label, name: "string" },
};

/** The inputs of docker:index/remoteImage:RemoteImage that the classic builder can honour. */
export const REMOTE_IMAGE_SHAPE: Shape = {
  object: {
    build: {
      object: {
        buildArgs: "map",
        cacheFroms: strings,
        context: "string",
        dockerfile: "string",
        extraHosts: strings,
        forceRemove: "boolean",
        label: "map",
        labels: "map",
        memory: "number",
        memorySwap: "number",
        networkMode: "string",
        noCache: "boolean",
        platform: "string",
        pullParent: "boolean",
        remove: "boolean",
        shmSize: "number",
        suppressOutput: "boolean",
        tags: strings,
        target: "string",
        useLegacyBuilder: "boolean",
      },
      required: ["context"],
    },
    forceRemove: "boolean",
    keepLocally: "boolean",
    name: "string",
    platform: "string",
    pullTriggers: strings,
    triggers: "map",
  },
  required: ["name"],
};
