import type Docker from "dockerode";
import { ProviderError } from "../provider-server/resource-type";
import type { RegistryLogin } from "./connection";
import { messageOf } from "../../../docker/errors";
import { followProgress } from "./image-progress";

/** Pulls an image from its registry. */
export async function pullImage(
  docker: Docker,
  name: string,
  logins: RegistryLogin[],
  platform: string | undefined,
): Promise<void> {
  const login = loginFor(name, logins);
  let failure: string | undefined;
  try {
    const stream = await docker.pull(tagged(name), {
      ...(platform ? { platform } : {}),
      ...(login
        ? {
            authconfig: {
              serveraddress: login.address,
              username: login.username,
              password: login.password,
            },
          }
        : {}),
    });
    failure = (await followProgress(docker, stream)).error;
  } catch (error) {
    failure = messageOf(error);
  }
  if (failure !== undefined) {
    throw new ProviderError(
      `${name}: the image is not on this daemon and can't be pulled: ${failure}; ` +
        "check the name and the network, or build or load the image under this name",
    );
  }
}

/** Without a tag the daemon would pull every tag there is. */
function tagged(name: string): string {
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") || last.includes("@") ? name : `${name}:latest`;
}

/** The login of the registry that the image's name begins with. */
function loginFor(name: string, logins: RegistryLogin[]): RegistryLogin | undefined {
  return logins.find(({ address }) => {
    const registry = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    return registry !== "" && name.startsWith(`${registry}/`);
  });
}
