import type { LocalImage } from "../../planning/types";
import type { RecipeName } from "./recipes";
import { recipeReference } from "./references";

/** Which local image takes an image's place, and how it is started where that differs. */
interface Substitute {
  recipe: RecipeName;
  command?: readonly string[];
  /** Major version of PostgreSQL, as its Dockerfile installs it. */
  postgres?: string;
}

/**
 * By repository, without tag. What is not listed has no substitute and gets the stand-in.
 * Dragonfly's own flags mean nothing to Redis, so its command is replaced as a whole; like
 * Dragonfly, Redis then saves to /data when it is stopped.
 */
const substitutes: Readonly<Record<string, Substitute>> = {
  redis: { recipe: "redis" },
  "valkey/valkey": { recipe: "redis", command: ["redis-server"] },
  "docker.dragonflydb.io/dragonflydb/dragonfly": {
    recipe: "redis",
    command: ["redis-server"],
  },
  postgres: { recipe: "postgres", postgres: "15" },
  "pgvector/pgvector": { recipe: "postgres", postgres: "15" },
  nginx: { recipe: "nginx" },
  "nginxinc/nginx-unprivileged": { recipe: "nginx" },
  "prom/prometheus": { recipe: "prometheus" },
  node: { recipe: "node" },
  python: { recipe: "python" },
  "localstack/localstack": { recipe: "localstack" },
  "amazon/aws-cli": { recipe: "awscli" },
  "cloudflare/cloudflared": { recipe: "cloudflared" },
  traefik: { recipe: "traefik" },
  "hashicorp/vault": { recipe: "vault" },
  debian: { recipe: "base" },
};

/** The repository of an image reference: no tag, no digest, no Docker Hub prefix. */
export function repositoryOf(image: string): string {
  const withoutDigest = image.split("@", 1)[0] ?? image;
  const withoutTag = withoutDigest.replace(/:[^/:]*$/, "");
  return withoutTag
    .replace(/^(docker\.io|index\.docker\.io|registry-1\.docker\.io)\//, "")
    .replace(/^library\//, "");
}

/** The local image that takes `image`'s place; undefined: none does, use the stand-in. */
export function substituteFor(image: string): Substitute | undefined {
  const repository = repositoryOf(image);
  return Object.hasOwn(substitutes, repository) ? substitutes[repository] : undefined;
}

/**
 * The local image that takes the place of `image` (any tag or digest of its repository), and how
 * to start it where that differs; undefined where none does and the stand-in is to be used.
 */
export function localImageFor(image: string): LocalImage | undefined {
  const substitute = substituteFor(image);
  if (substitute === undefined) return undefined;
  return {
    reference: recipeReference(substitute.recipe),
    ...(substitute.command && { command: [...substitute.command] }),
    ...(substitute.postgres && { postgres: substitute.postgres }),
  };
}
