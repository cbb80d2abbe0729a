import { plannedSecrets } from "../../planning/inventory";
import { tableLines } from "../../planning/render/table";
import { cloudflareTokenKey } from "../../config/secret-keys";
import { soundPlan } from "../load-plan";
import { configSecrets } from "../machine/config-secrets";
import { dataColors, dataWidth, print } from "../terminal";

/** Every secret of a stack: what it is, where it comes from and who has it; never its value. */
export function listSecrets({ stack, json }: { stack: string; json?: boolean }): void {
  const secretOf = configSecrets(stack);
  const secrets = plannedSecrets(soundPlan(stack).plan).map((secret) => {
    const { label, origin, version, services, variables, optional } = secret;
    const key = origin === "config" ? label : cloudflareTokenKey;
    return {
      ...{ label, origin, optional },
      /** Of a derived secret alone. */
      version: origin === "derived" ? version : null,
      /** Whether the stack has what a secret that is not derived comes from. */
      set: origin === "derived" ? null : secretOf(key) !== undefined,
      ...{ services, variables },
    };
  });
  if (json === true) return print(JSON.stringify(secrets, null, 2));
  const rows = secrets.map(({ label, origin, version, set, optional, services, variables }) => [
    label,
    origin,
    version === null ? (set ? "set" : optional ? "not set" : "missing") : String(version),
    services.join(", "),
    variables.join(", "),
  ]);
  const columns = [
    { title: "SECRET", whole: true },
    { title: "ORIGIN", whole: true },
    { title: "VERSION" },
    { title: "SERVICES" },
    { title: "VARIABLES" },
  ];
  print(tableLines(columns, rows, dataWidth(), dataColors).join("\n"));
}
