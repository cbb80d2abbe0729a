import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { cacheFolder } from "../../config/folders";
import { prepareStandInContext } from "../../stand-in/context";
import { recipeOf } from "./recipes";

/** The folder of a recipe's committed files. */
export function recipeFolder(name: string): string {
  return join(__dirname, name);
}

const known = new Map<string, string>();

/**
 * A recipe's image reference. The tag is the hash of the recipe's files and of its base, so the
 * same commit names the same image on every machine; Node's image adds the version of the Node
 * that it takes along.
 */
export function recipeReference(name: string): string {
  const earlier = known.get(name);
  if (earlier !== undefined) return earlier;
  const reference =
    name === "stand-in"
      ? prepareStandInContext(cacheFolder(), recipeReference("node")).reference
      : `berth.local/${name}:${hashOf(name)}`;
  known.set(name, reference);
  return reference;
}

function hashOf(name: string): string {
  const recipe = recipeOf(name);
  const folder = recipeFolder(name);
  const hash = createHash("sha256");
  for (const file of filesOf(folder)) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  if (recipe.base !== undefined) hash.update(recipeReference(recipe.base));
  if (recipe.hostFiles.some((file) => file.kind === "node")) hash.update(process.version);
  return hash.digest("hex").slice(0, 12);
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}
