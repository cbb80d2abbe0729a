import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { PluginDependency } from "@pulumi/pulumi/proto/plugin_pb";
import { isRecord } from "./provider-server/wire";

interface Dependency {
  name: string;
  version: string;
}

/** The program's direct dependencies as installed. */
export function programDependencies(folder: string): Dependency[] {
  return directDependencies(folder).flatMap((name) => {
    const manifest = manifestOf(join(folder, "node_modules", name));
    const version = manifest?.["version"];
    return typeof version === "string" ? [{ name, version }] : [];
  });
}

/**
 * The provider plugins of the program's packages that are installed. The engine would download every
 * other one before it runs the program, even those that the stack never uses; those are left to be
 * asked for when a resource needs them.
 */
export function requiredPlugins(folder: string): PluginDependency[] {
  return directDependencies(folder).flatMap((dependency) => {
    const manifest = manifestOf(join(folder, "node_modules", dependency));
    const pulumi = manifest?.["pulumi"];
    if (!isRecord(pulumi) || pulumi["resource"] !== true) return [];
    const name = typeof pulumi["name"] === "string" ? pulumi["name"] : "";
    const stated = pulumi["version"] ?? manifest?.["version"];
    const version = typeof stated === "string" ? stated.replace(/^v/, "") : "";
    if (name === "" || !isInstalled(name, version)) return [];
    return [new PluginDependency().setName(name).setKind("resource").setVersion(`v${version}`)];
  });
}

function directDependencies(folder: string): string[] {
  const dependencies = manifestOf(folder)?.["dependencies"];
  return isRecord(dependencies) ? Object.keys(dependencies).sort() : [];
}

function manifestOf(folder: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isInstalled(name: string, version: string): boolean {
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  return existsSync(join(home, "plugins", `resource-${name}-v${version}`));
}
