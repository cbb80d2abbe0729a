import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { create } from "tar";
import { cacheFolder } from "../../config/folders";
import { IssuesError } from "../../config/issues";
import { unlessGone } from "../../docker/errors";
import { prepareStandInContext } from "../../stand-in/context";
import { Failure } from "../failure";
import { addHostFile, type Told } from "./host-files";
import { recipeFolder, recipeReference } from "./references";
import { recipes, withBases, type Recipe } from "./recipes";

interface EnsureOptions {
  docker: Docker;
  /** Recipes to have, with the bases they need; all by default. */
  names?: readonly string[];
  /** Each line that a build prints. */
  log?: (recipe: string, line: string) => void;
  /** Told what takes minutes, before it does. */
  announce?: (recipe: string, line: string) => void;
  /** Called before and after each image; `present` when there is nothing to build. */
  progress?: (recipe: string, state: "present" | "building" | "built", seconds: number) => void;
}

/**
 * Builds the local images that the Docker host does not have yet, bases first. An image whose
 * recipe is unchanged is found by its tag and left alone.
 */
export async function ensureLocalImages(options: EnsureOptions): Promise<void> {
  const wanted = withBases(options.names ?? recipes.map((recipe) => recipe.name));
  for (const recipe of wanted) {
    if (await exists(options.docker, recipeReference(recipe.name))) {
      options.progress?.(recipe.name, "present", 0);
      continue;
    }
    options.progress?.(recipe.name, "building", 0);
    const started = Date.now();
    await build(recipe, options);
    options.progress?.(recipe.name, "built", (Date.now() - started) / 1000);
  }
}

async function exists(docker: Docker, reference: string): Promise<boolean> {
  return (await unlessGone(() => docker.getImage(reference).inspect())) !== undefined;
}

async function build(recipe: Recipe, options: EnsureOptions): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), `berth-image-${recipe.name}-`));
  const tail: string[] = [];
  const log = (line: string): void => {
    options.log?.(recipe.name, line);
    tail.push(line);
    if (tail.length > 20) tail.shift();
  };
  const announce = (line: string): void => {
    log(line);
    options.announce?.(recipe.name, line);
  };
  try {
    const context = join(workDir, "context");
    await prepareContext(recipe, context, workDir, { log, announce });
    await buildContext(options.docker, recipe, context, log);
  } catch (error) {
    if (error instanceof IssuesError) throw error;
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Failure(
      {
        path: `offline/images/${recipe.name}`,
        message: `cannot be built: ${reason}`,
        remedy: "mend what its last lines name, then run it again",
      },
      tail,
      { cause: error },
    );
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

async function prepareContext(
  recipe: Recipe,
  context: string,
  workDir: string,
  told: Told,
): Promise<void> {
  const committed =
    recipe.name === "stand-in"
      ? prepareStandInContext(cacheFolder(), recipeReference("node")).dir
      : recipeFolder(recipe.name);
  mkdirSync(context);
  cpSync(committed, context, { recursive: true });
  for (const file of recipe.hostFiles) await addHostFile(file, context, workDir, told);
}

/** One classic build on the host's network: its name resolution is the one known to work. */
async function buildContext(
  docker: Docker,
  recipe: Recipe,
  context: string,
  log: (line: string) => void,
): Promise<void> {
  const tarball = Readable.from(create({ cwd: context, portable: true }, ["."]));
  const stream = await docker.buildImage(tarball, {
    t: recipeReference(recipe.name),
    networkmode: "host",
    rm: true,
    forcerm: true,
    ...(recipe.base !== undefined && { buildargs: { BASE: recipeReference(recipe.base) } }),
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event: { stream?: string; error?: string }) => {
        if (event.error !== undefined) reject(new Error(event.error));
        for (const line of (event.stream ?? "").split("\n")) {
          if (line.trim() !== "") log(line.trimEnd());
        }
      },
    );
  });
}
