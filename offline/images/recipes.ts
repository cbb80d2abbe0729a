import { Failure } from "../failure";

/**
 * What the local images are made of. A recipe is a folder beside this file (a Dockerfile with
 * `ARG BASE` and the files it copies); the stand-in's is bundled from `stand-in/`.
 */

/** What the host puts into an image's build context, and the name that it has there. */
export type HostFile =
  | { kind: "rootfs"; as: "rootfs.tar" }
  | { kind: "node"; as: "host-node" }
  | { kind: "pip"; as: "host-pip" }
  /** The recipe's `main.ts` and what it imports, as one program for Node. */
  | { kind: "program"; as: `${string}.js` }
  /** The command that the recipe's `program.json` names, built from its Go module. */
  | { kind: "goProgram"; as: string };

export interface Recipe {
  /** The image is `berth.local/<name>:<hash>`. */
  name: string;
  /** What it is, in one sentence. */
  description: string;
  /** The recipe whose image is the Dockerfile's `BASE`. */
  base?: string;
  hostFiles: readonly HostFile[];
}

/** Each recipe stands after its base, so the order is a build order. */
export const recipes = [
  {
    name: "base",
    description: "Debian's essential packages with CA certificates, wget and nc.",
    hostFiles: [{ kind: "rootfs", as: "rootfs.tar" }],
  },
  {
    name: "redis",
    description: "Debian's Redis with the official image's user, data folder and options.",
    base: "base",
    hostFiles: [],
  },
  {
    name: "postgres",
    description: "Debian's PostgreSQL 15 with the official image's variables and init folder.",
    base: "base",
    hostFiles: [],
  },
  {
    name: "nginx",
    description: "Debian's nginx with the official image's paths, on 80 and 8080, root or not.",
    base: "base",
    hostFiles: [],
  },
  {
    name: "prometheus",
    description: "Debian's Prometheus with the official image's paths and user.",
    base: "base",
    hostFiles: [],
  },
  {
    name: "node",
    description: "The host's own Node and npm on Debian, with the user node.",
    base: "base",
    hostFiles: [{ kind: "node", as: "host-node" }],
  },
  {
    name: "python",
    description: "Debian's Python 3.11 with a pip that root may use, as in the official image.",
    base: "base",
    hostFiles: [{ kind: "pip", as: "host-pip" }],
  },
  {
    name: "awscli",
    description: "The AWS CLI and awslocal from PyPI.",
    base: "python",
    hostFiles: [],
  },
  {
    name: "localstack",
    description: "Moto behind LocalStack's port, health paths and init scripts.",
    base: "awscli",
    hostFiles: [],
  },
  {
    name: "cloudflared",
    description: "A stand-in for cloudflared: connects to a test's edge and relays to origins.",
    base: "node",
    hostFiles: [{ kind: "program", as: "cloudflared.js" }],
  },
  {
    name: "traefik",
    description: "Traefik, built from its Go module, with the official image's entry point.",
    base: "base",
    hostFiles: [{ kind: "goProgram", as: "traefik" }],
  },
  {
    name: "vault",
    description: "Vault without its web pages, built from its Go module, as in the official image.",
    base: "base",
    hostFiles: [{ kind: "goProgram", as: "vault" }],
  },
  {
    name: "stand-in",
    description: "The stand-in for an application or image that cannot be had.",
    base: "node",
    hostFiles: [],
  },
] as const satisfies readonly Recipe[];

export type RecipeName = (typeof recipes)[number]["name"];

/** The recipe of that name. */
export function recipeOf(name: string): Recipe {
  const recipe = recipes.find((r) => r.name === name);
  if (recipe === undefined) {
    const known = recipes.map((r) => r.name).join(", ");
    throw new Failure({
      path: `offline/images/${name}`,
      message: "there is no such recipe",
      remedy: `choose from ${known}`,
    });
  }
  return recipe;
}

/** The named recipes and the bases they stand on, each once, in build order. */
export function withBases(names: readonly string[]): Recipe[] {
  const wanted = new Set<string>();
  for (const name of names) {
    let recipe: Recipe | undefined = recipeOf(name);
    while (recipe !== undefined) {
      wanted.add(recipe.name);
      recipe = recipe.base === undefined ? undefined : recipeOf(recipe.base);
    }
  }
  return recipes.filter((recipe) => wanted.has(recipe.name));
}
