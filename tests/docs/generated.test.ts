import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readmeWithUrls, systemsPicture } from "../../scripts/docs";

const root = resolve(__dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

test("README's table of URLs is the plan's (npm run docs:update)", () => {
  expect(read("README.md")).toBe(readmeWithUrls(root, read("README.md")));
});

test("the picture of the systems is the plan's (npm run docs:update)", () => {
  expect(read("docs/systems.svg")).toBe(systemsPicture(root));
});
