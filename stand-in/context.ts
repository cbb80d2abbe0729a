import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

interface StandInContext {
  /** The folder to build: a Dockerfile and the bundle. */
  dir: string;
  /** `berth.local/stand-in:<hash>` */
  reference: string;
}

/** Small heaps and few threads: dozens of stand-ins share one host. */
const nodeOptions = [
  "--max-old-space-size=32",
  "--max-semi-space-size=1",
  "--v8-pool-size=1",
  "--optimize-for-size",
];

/**
 * Bundles the stand-in into a build context below `cacheDir`. `baseImage` is its Node image; the
 * folder and the tag follow from bundle and base, so they change exactly when the image would.
 */
export function prepareStandInContext(cacheDir: string, baseImage: string): StandInContext {
  const bundle = bundleOf(join(__dirname, "main.ts"));
  const dockerfile = dockerfileFor(baseImage);
  const hash = createHash("sha256").update(dockerfile).update("\0").update(bundle).digest("hex");
  const tag = hash.slice(0, 12);
  const dir = join(cacheDir, "stand-in", tag);
  if (!existsSync(dir)) {
    // Written aside and renamed: a run that breaks off, or a second one, leaves no half of it.
    const aside = `${dir}.${process.pid}`;
    mkdirSync(aside, { recursive: true });
    writeFileSync(join(aside, "Dockerfile"), dockerfile);
    writeFileSync(join(aside, "stand-in.js"), bundle);
    try {
      renameSync(aside, dir);
    } catch (error) {
      rmSync(aside, { recursive: true, force: true });
      if (!existsSync(dir)) throw error;
    }
  }
  return { dir, reference: `berth.local/stand-in:${tag}` };
}

/** A program for Node and all that it imports, in one file. */
export function bundleOf(entryPoint: string): Uint8Array {
  const result = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Without comments and long names the bundle does not tell where it was made.
    minify: true,
    legalComments: "none",
    external: ["pg-native", "cloudflare:sockets"],
    write: false,
    logLevel: "silent",
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error(`${entryPoint}: esbuild gave no output`);
  return file.contents;
}

function dockerfileFor(baseImage: string): string {
  return `ARG BASE=${baseImage}
FROM \${BASE}
COPY stand-in.js /stand-in.js
ENV NODE_ENV=production NODE_EXTRA_CA_CERTS= UV_THREADPOOL_SIZE=1
USER 1000:1000
ENTRYPOINT ${JSON.stringify(["node", ...nodeOptions, "/stand-in.js"])}
`;
}
