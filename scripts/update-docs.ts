import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readmeWithUrls, systemsPicture } from "./docs";

/** Rewrites the parts of the documentation that come from the plan: `npm run docs:update`. */
const root = resolve(__dirname, "..");
const readme = join(root, "README.md");
writeFileSync(readme, readmeWithUrls(root, readFileSync(readme, "utf8")));
writeFileSync(join(root, "docs/systems.svg"), systemsPicture(root));
