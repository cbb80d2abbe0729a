import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as References from "../../../offline/images/references";

const root = join(__dirname, "../../..");

/** The references that a copy of this work tree gives after `change`. */
function referencesAfter(change: (imagesFolder: string) => void): (name: string) => string {
  // Beneath the work tree's modules, so that imports resolve.
  const copy = mkdtempSync(join(tmpdir(), "berth-references-"));
  copies.push(copy);
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const folder of ["offline", "stand-in", "config"])
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
  change(join(copy, "offline/images"));
  const module = jest.requireActual<typeof References>(join(copy, "offline/images/references.ts"));
  return module.recipeReference;
}

const copies: string[] = [];
afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true })));

describe("an image's tag", () => {
  const here = referencesAfter(() => undefined);

  it("is the same wherever the work tree lies", () => {
    const elsewhere = referencesAfter(() => undefined);
    expect(elsewhere("localstack")).toBe(here("localstack"));
    expect(elsewhere("stand-in")).toBe(here("stand-in"));
  });

  it("changes with a file of the recipe, for it and for what stands on it alone", () => {
    const changed = referencesAfter((images) => {
      writeFileSync(join(images, "awscli", "requirements.txt"), "awscli==1.0.0\n");
    });
    expect(changed("awscli")).not.toBe(here("awscli"));
    expect(changed("localstack")).not.toBe(here("localstack"));
    expect(changed("python")).toBe(here("python"));
    expect(changed("stand-in")).toBe(here("stand-in"));
  });

  it("changes with a file that is added", () => {
    const changed = referencesAfter((images) => {
      writeFileSync(join(images, "redis", "extra"), "");
    });
    expect(changed("redis")).not.toBe(here("redis"));
  });
});
