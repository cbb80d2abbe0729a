import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareStandInContext } from "../../stand-in/context";

const cache = mkdtempSync(join(tmpdir(), "berth-stand-in-"));
afterAll(() => rmSync(cache, { recursive: true }));

describe("prepareStandInContext", () => {
  const context = prepareStandInContext(cache, "node:20.20.2-alpine");

  it("writes a Dockerfile on the given base and one bundle", () => {
    expect(readdirSync(context.dir).sort()).toEqual(["Dockerfile", "stand-in.js"]);
    const dockerfile = readFileSync(join(context.dir, "Dockerfile"), "utf8");
    expect(dockerfile).toMatch(/^ARG BASE=node:20\.20\.2-alpine\nFROM \$\{BASE\}\n/);
    expect(dockerfile).toContain("USER 1000:1000");
  });

  it("names folder and image by what is in them, and writes them once", () => {
    const written = statSync(context.dir).mtimeMs;
    const again = prepareStandInContext(cache, "node:20.20.2-alpine");
    expect(again).toEqual(context);
    expect(statSync(context.dir).mtimeMs).toBe(written);
    expect(context.reference).toBe(`berth.local/stand-in:${context.dir.slice(-12)}`);
    expect(readdirSync(join(cache, "stand-in"))).toHaveLength(1);
  });

  it("gives another base another name", () => {
    const other = prepareStandInContext(cache, "berth.local/node:0123456789ab");
    expect(other.reference).not.toBe(context.reference);
  });

  it("leaves no path of the machine in the bundle", () => {
    const bundle = readFileSync(join(context.dir, "stand-in.js"), "utf8");
    expect(bundle).not.toContain(process.cwd());
  });
});
