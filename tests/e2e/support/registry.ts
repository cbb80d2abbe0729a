import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./docker";

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  list: "application/vnd.docker.distribution.manifest.list.v2+json",
};

interface Pushed {
  digest: string;
  size: number;
}

/** Debian's Docker registry on a port of the loopback network, filled by the registry's own API. */
export class Registry {
  private constructor(
    /** "127.0.0.1:40123", with which references begin. */
    readonly address: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Registry> {
    const folder = mkdtempSync(join(tmpdir(), "berth-registry-"));
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = `127.0.0.1:${(probe.address() as AddressInfo).port}`;
    await new Promise((resolve) => probe.close(resolve));
    const settings = {
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "data") } },
      http: { addr: address },
    };
    writeFileSync(join(folder, "config.yml"), JSON.stringify(settings));
    const child = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
      stdio: "ignore",
    });
    const registry = new Registry(address, folder, child);
    await eventually(async () => registry.ask("GET", "/v2/"));
    return registry;
  }

  /** Ends the server; what it has is lost. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill();
      await once(this.process, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts a manifest without layers under a tag; gives its digest. */
  async push(repository: string, tag: string, platform: string, label = ""): Promise<Pushed> {
    const [os, architecture, variant] = platform.split("/");
    const config = await this.blob(
      repository,
      JSON.stringify({
        ...{ os, architecture, ...(variant && { variant }) },
        ...{ config: { Labels: { label } }, rootfs: { type: "layers", diff_ids: [] } },
      }),
    );
    return this.manifest(repository, tag, types.manifest, {
      config: { mediaType: types.config, ...config },
      layers: [],
    });
  }

  /** Puts a list of manifests, one for each platform, under a tag; gives the list's digest. */
  async pushList(repository: string, tag: string, platforms: string[]): Promise<Pushed> {
    const manifests = [];
    for (const platform of platforms) {
      const [os, architecture, variant] = platform.split("/");
      const pushed = await this.push(repository, `of-${platform.replaceAll("/", "-")}`, platform);
      manifests.push({
        ...{ mediaType: types.manifest, ...pushed },
        platform: { os, architecture, ...(variant && { variant }) },
      });
    }
    return this.manifest(repository, tag, types.list, { manifests });
  }

  private async blob(repository: string, content: string): Promise<Pushed> {
    const upload = await this.ask("POST", `/v2/${repository}/blobs/uploads/`);
    const to = new URL(upload.headers.get("location") ?? "", `http://${this.address}`);
    const digest = digestOf(content);
    to.searchParams.set("digest", digest);
    await this.ask("PUT", to.pathname + to.search, content, "application/octet-stream");
    return { digest, size: Buffer.byteLength(content) };
  }

  private async manifest(
    repository: string,
    tag: string,
    mediaType: string,
    value: object,
  ): Promise<Pushed> {
    const content = JSON.stringify({ schemaVersion: 2, mediaType, ...value });
    await this.ask("PUT", `/v2/${repository}/manifests/${tag}`, content, mediaType);
    return { digest: digestOf(content), size: Buffer.byteLength(content) };
  }

  private async ask(method: string, path: string, body?: string, type?: string): Promise<Response> {
    const response = await fetch(`http://${this.address}${path}`, {
      method,
      ...(body !== undefined && { body }),
      ...(type !== undefined && { headers: { "content-type": type } }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

const digestOf = (content: string) =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;
