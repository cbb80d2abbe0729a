import { checkShape } from "../provider-server/check";
import type { Provider } from "../provider-server/resource-type";
import { serve } from "../provider-server/server";
import { type Props, UNKNOWN } from "../provider-server/wire";
import { ProviderError } from "../provider-server/resource-type";
import { connect, type Connection, ensureAnswers } from "./connection";
import { containerType } from "./container";
import { networkType } from "./network";
import { getRemoteImage, remoteImageType } from "./remote-image";
import { volumeType } from "./volume";

/** The version of the official plugin whose behaviour this one follows. */
const VERSION = "5.2.0";

const CONFIG_KEYS = [
  "caMaterial",
  "certMaterial",
  "certPath",
  "disableDockerDaemonCheck",
  "host",
  "keyMaterial",
  "registryAuth",
  "sshOpts",
  "version",
];

/** The docker provider on a real Docker Engine. */
function dockerProvider(): Provider {
  let connection: Connection | undefined;
  const opened = (): Connection => {
    if (!connection) throw new ProviderError("the docker provider is not configured yet");
    return connection;
  };
  const daemon = () => opened().docker;

  return {
    version: VERSION,
    types: {
      "docker:index/container:Container": containerType(daemon),
      "docker:index/network:Network": networkType(daemon),
      "docker:index/volume:Volume": volumeType(daemon),
      "docker:index/remoteImage:RemoteImage": remoteImageType(daemon, () => opened().logins),
    },
    functions: {
      "docker:index/getRemoteImage:getRemoteImage": (args) => getRemoteImage(daemon(), args),
    },
    checkConfig: (config: Props) =>
      checkShape(
        config,
        { object: Object.fromEntries(CONFIG_KEYS.map((key) => [key, "string" as const])) },
        "",
        (value) => value === UNKNOWN,
      ),
    async configure(config: Props) {
      const opening = connect(config);
      await ensureAnswers(opening, config);
      connection = opening;
    },
  };
}

if (require.main === module) {
  serve(dockerProvider()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}
