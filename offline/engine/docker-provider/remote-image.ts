import type Docker from "dockerode";
import { checkShape } from "../provider-server/check";
import { ProviderError, type ResourceType } from "../provider-server/resource-type";
import { type Props, UNKNOWN } from "../provider-server/wire";
import { buildImage, type BuildInputs } from "./image-build";
import { pullImage } from "./image-pull";
import type { RegistryLogin } from "./connection";
import { diffByTable } from "./diff";
import { messageOf, statusOf, unlessGone } from "../../../docker/errors";
import { engineCall } from "./engine-error";
import { REMOTE_IMAGE_SEMANTICS } from "./semantics";
import { REMOTE_IMAGE_SHAPE } from "./shapes";

interface RemoteImageInputs {
  name: string;
  build?: BuildInputs;
  forceRemove?: boolean;
  keepLocally?: boolean;
  platform?: string;
  pullTriggers?: string[];
}

/** docker:index/remoteImage:RemoteImage on a daemon: built, found locally, or pulled. */
export function remoteImageType(daemon: () => Docker, logins: () => RegistryLogin[]): ResourceType {
  const inspect = (name: string) => unlessGone(() => daemon().getImage(name).inspect());

  return {
    autoName: false,
    computed: ["imageId", "repoDigest"],
    check: (inputs) => checkShape(inputs, REMOTE_IMAGE_SHAPE, "", (value) => value === UNKNOWN),
    diff: (old, news) => ({
      ...diffByTable(REMOTE_IMAGE_SEMANTICS, old, news),
      // Two images stand side by side, and the old one may still be in use.
      deleteBeforeReplace: false,
    }),

    async create(props) {
      const inputs = props as unknown as RemoteImageInputs;
      if (inputs.build) {
        await buildImage(daemon(), inputs.name, inputs.build, inputs.platform);
      } else {
        const forced = (inputs.pullTriggers ?? []).length > 0;
        if (forced || !(await inspect(inputs.name))) {
          await pullImage(daemon(), inputs.name, logins(), inputs.platform);
        }
      }
      const info = await inspect(inputs.name);
      if (!info) throw new ProviderError(`${inputs.name}: the image is not there after all`);
      return { id: `${info.Id}${inputs.name}`, state: stateOf(info, props) };
    },

    async read(_id, recorded) {
      const name = (recorded.inputs ?? recorded.state)?.["name"];
      if (typeof name !== "string") return undefined;
      const info = await engineCall(name, () => inspect(name));
      if (!info) return undefined;
      const inputs = recorded.inputs ?? { name };
      return { id: `${info.Id}${name}`, inputs, state: stateOf(info, inputs) };
    },

    // Only how to remove it can change in place.
    async update(_id, old, news) {
      const { imageId, repoDigest } = old.state;
      return Promise.resolve({ imageId, repoDigest, ...news });
    },

    async delete(_id, state) {
      if (state["keepLocally"] === true) return;
      const name = String(state["name"]);
      // By tag while the tag is still this image's; by id once it has moved on.
      const tagged = await inspect(name);
      const target = tagged?.Id === state["imageId"] ? name : String(state["imageId"]);
      try {
        await unlessGone(() =>
          daemon()
            .getImage(target)
            .remove({ force: state["forceRemove"] === true }),
        );
      } catch (error) {
        const advice = statusOf(error) === 409 ? "; set keepLocally to leave it" : "";
        throw new ProviderError(`${name}: can't remove the image: ${messageOf(error)}${advice}`);
      }
    },
  };
}

/** docker:index/getRemoteImage:getRemoteImage: an image that the daemon already has. */
export async function getRemoteImage(docker: Docker, args: Props): Promise<Props> {
  const name = String(args["name"]);
  const info = await engineCall(name, () => unlessGone(() => docker.getImage(name).inspect()));
  if (!info) {
    throw new ProviderError(`${name}: no such image on this daemon; pull or build it first`);
  }
  return { name, id: info.Id, repoDigest: info.RepoDigests?.[0] ?? "" };
}

function stateOf(info: Docker.ImageInspectInfo, inputs: Props): Props {
  return { ...inputs, imageId: info.Id, repoDigest: info.RepoDigests?.[0] ?? "" };
}
