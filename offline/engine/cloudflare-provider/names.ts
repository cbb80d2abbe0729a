import { isRecord, type Props } from "../provider-server/wire";

/** How the SDK's names become the API's, and back. */
interface Naming {
  /** By the SDK's name. */
  exceptions: Readonly<Record<string, string>>;
  api: (key: string) => string;
  sdk: (key: string) => string;
}

/** The rule, with lists in the singular and what the API spells in its own way. */
const SNAKE: Naming = {
  exceptions: {
    azureAd: "azureAD",
    excludes: "exclude",
    githubOrganization: "github-organization",
    includes: "include",
    requires: "require",
    serviceAuth401Redirect: "service_auth_401_redirect",
    userRiskScores: "user_risk_score",
  },
  api: (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  sdk: (key) => key.replace(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase()),
};

/** Below a tunnel's `config`, the API has cloudflared's own names. */
const CLOUDFLARED: Naming = {
  exceptions: {
    audTags: "audTag",
    ingresses: "ingress",
    matchSnItoHost: "matchSNItoHost",
    noTlsVerify: "noTLSVerify",
  },
  api: (key) => key,
  sdk: (key) => key,
};

/** Properties under the API's names, at every depth. */
export function toApi(props: Props): Props {
  const rename = ({ exceptions, api }: Naming, key: string) => exceptions[key] ?? api(key);
  return renamed(props, SNAKE, rename) as Props;
}

/** What the API answers under the SDK's names, at every depth, without its nulls. */
export function fromApi(answer: Props): Props {
  const rename = ({ exceptions, sdk }: Naming, key: string) =>
    Object.keys(exceptions).find((name) => exceptions[name] === key) ?? sdk(key);
  return renamed(answer, SNAKE, rename) as Props;
}

function renamed(
  value: unknown,
  naming: Naming,
  rename: (naming: Naming, key: string) => string,
): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, naming, rename));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !key.startsWith("__") && item !== null && item !== undefined)
      .map(([key, item]) => [
        rename(naming, key),
        renamed(item, key === "config" ? CLOUDFLARED : naming, rename),
      ]),
  );
}
