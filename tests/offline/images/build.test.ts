import { Readable } from "node:stream";
import Docker from "dockerode";
import { ensureLocalImages } from "../../../offline/images/build";
import { recipeReference } from "../../../offline/images/references";

/** A Docker host that has `present` and whose builds print `events`. */
function dockerWith(present: string[], events: object[]) {
  const docker = new Docker({ host: "unused.invalid" });
  const built: (string | undefined)[] = [];
  const there = present.map(recipeReference);
  jest.spyOn(docker, "getImage").mockImplementation((name) => {
    const missing = Object.assign(new Error("no such image"), { statusCode: 404 });
    const inspect = () => (there.includes(name) ? Promise.resolve({}) : Promise.reject(missing));
    return { inspect } as unknown as Docker.Image;
  });
  jest.spyOn(docker, "buildImage").mockImplementation((async (
    context: NodeJS.ReadableStream,
    options?: Docker.ImageBuildOptions,
  ) => {
    for await (const _ of context);
    built.push(options?.t);
    expect(options?.networkmode).toBe("host");
    return Readable.from(events.map((event) => `${JSON.stringify(event)}\n`));
  }) as unknown as Docker["buildImage"]);
  return { docker, built };
}

describe("ensureLocalImages", () => {
  it("builds what is missing and nothing else", async () => {
    const { docker, built } = dockerWith(["base", "redis"], [{ stream: "done\n" }]);
    const lines: string[] = [];
    const log = (recipe: string, line: string) => lines.push(`${recipe}: ${line}`);
    await ensureLocalImages({ docker, names: ["redis", "nginx"], log });
    expect(built).toEqual([recipeReference("nginx")]);
    expect(lines).toEqual(["nginx: done"]);
  });

  it("names the recipe and its last twenty lines where a build fails", async () => {
    const printed = Array.from({ length: 25 }, (_, i) => ({ stream: `line ${i + 1}\n` }));
    const { docker } = dockerWith(["base"], [...printed, { error: "apt-get returned 100" }]);
    const tail = Array.from({ length: 20 }, (_, i) => `line ${i + 6}`);
    await expect(ensureLocalImages({ docker, names: ["redis"] })).rejects.toMatchObject({
      issues: [
        {
          path: "offline/images/redis",
          message: "cannot be built: apt-get returned 100",
          remedy: "mend what its last lines name, then run it again",
        },
      ],
      details: tail,
    });
  });
});
