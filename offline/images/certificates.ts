import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const bundleFile = "/etc/ssl/certs/ca-certificates.crt";
/** Where Debian keeps the authorities that everyone has anyway. */
const publicFolder = "/usr/share/ca-certificates";
const variables = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "PIP_CERT", "REQUESTS_CA_BUNDLE"];

/** The certificates of a PEM text, each once, without what stands between them. */
export function certificatesIn(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(blocks.map((block) => block.replaceAll("\r", "")))];
}

/**
 * The authorities that this machine trusts beyond the public ones (a company's proxy, say): a
 * build needs them to reach package registries. Empty on a machine without any.
 */
export function hostCertificates(env: NodeJS.ProcessEnv = process.env): string[] {
  const named = variables.map((name) => env[name]).filter((file) => file !== undefined);
  const files = [...new Set([...named, bundleFile])].filter((file) => existsSync(file));
  const trusted = files.flatMap((file) => certificatesIn(readFileSync(file, "utf8")));
  const common = new Set(publicCertificates());
  return [...new Set(trusted)].filter((certificate) => !common.has(certificate));
}

function publicCertificates(): string[] {
  if (!existsSync(publicFolder)) return [];
  return readdirSync(publicFolder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".crt"))
    .flatMap((file) => certificatesIn(readFileSync(join(publicFolder, file), "utf8")));
}
