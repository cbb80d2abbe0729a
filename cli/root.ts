import { join } from "node:path";

/** Berth's own folder: Pulumi.yaml, the stack files and the program. */
export const root = join(__dirname, "..");
