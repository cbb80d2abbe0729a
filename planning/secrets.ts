import { createHash, hkdfSync } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A password that follows from the root secret, a label and a version: nothing to keep, and
 * rotation is a higher version. Letters and digits, so that it fits URLs and shells unquoted.
 * HKDF-SHA-256 (RFC 5869).
 */
export function deriveSecret(
  rootSecret: string,
  label: string,
  version: number,
  length: number,
): string {
  const characters: string[] = [];
  // Bytes from 248 up would make the first letters likelier: they are passed over.
  const fair = 256 - (256 % alphabet.length);
  for (let block = 0; characters.length < length; block++) {
    const info = `berth/${label}/v${version}/${block}`;
    for (const byte of new Uint8Array(hkdfSync("sha256", rootSecret, "berth", info, 128))) {
      if (byte < fair) characters.push(alphabet.charAt(byte % alphabet.length));
    }
  }
  return characters.slice(0, length).join("");
}

/**
 * Tells apart the states in which a stack of one name may be, such as those of two colleagues on one
 * Docker host. It follows from the root secret, which it does not tell.
 */
export function stateId(rootSecret: string): string {
  return deriveSecret(rootSecret, "state-id", 1, 12);
}

/** A variable's value: `{secret}` is the secret itself, `{sha1}` what a password file has of it. */
export function fillSecret(template: string, secret: string): string {
  // In one pass and by a function: a secret that others chose may hold '$&' or '{sha1}' itself.
  return template.replaceAll(/\{(secret|sha1)\}/g, (_, part) =>
    part === "secret" ? secret : createHash("sha1").update(secret).digest("base64"),
  );
}
