import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ApiToken } from "../../preflight/cloudflare";
import { root } from "../root";
import { machineStackFile } from "./stack-settings";

/** Cloudflare's API token as a stack has it: set on this machine, committed encrypted, or from the shell. */
export function apiToken(stack: string): ApiToken {
  const files = [machineStackFile(stack), join(root, `Pulumi.${stack}.yaml`)];
  const set = files.some((file) => {
    if (!existsSync(file)) return false;
    const content = parse(readFileSync(file, "utf8")) as { config?: object } | null;
    return Object.hasOwn(content?.config ?? {}, "cloudflare:apiToken");
  });
  if (set) return { value: undefined };
  const value = process.env.CLOUDFLARE_API_TOKEN;
  return value ? { value } : undefined;
}
