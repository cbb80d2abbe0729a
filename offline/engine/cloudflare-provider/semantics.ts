import type { InputSemantics, SemanticsTable } from "../provider-server/semantics";

/**
 * What a changed input does, as the official cloudflare plugin (6.x) behaves. Pure data, so that
 * tests can share it with the plugin.
 */

const replace: InputSemantics = { effect: "replace", readBack: true };
const inPlace: InputSemantics = { effect: "in-place", readBack: true };
const inPlaceSet: InputSemantics = { effect: "in-place", readBack: true, unordered: true };
/** The API never gives a secret back. */
const inPlaceUnseen: InputSemantics = { effect: "in-place", readBack: false };
const inPlaceOr = (value: boolean): InputSemantics => ({
  effect: "in-place",
  readBack: true,
  default: value,
});

export const TUNNEL_SEMANTICS = {
  accountId: replace,
  configSrc: { effect: "replace", readBack: true, default: "local" },
  name: inPlace,
  tunnelSecret: inPlaceUnseen,
} as const satisfies SemanticsTable;

export const TUNNEL_CONFIG_SEMANTICS = {
  accountId: replace,
  config: inPlace,
  source: inPlace,
  tunnelId: replace,
} as const satisfies SemanticsTable;

export const DNS_RECORD_SEMANTICS = {
  comment: inPlace,
  content: inPlace,
  data: inPlace,
  name: inPlace,
  priority: inPlace,
  privateRouting: inPlace,
  proxied: inPlaceOr(false),
  settings: inPlace,
  tags: inPlaceSet,
  ttl: inPlace,
  type: inPlace,
  zoneId: replace,
} as const satisfies SemanticsTable;

export const ACCESS_POLICY_SEMANTICS = {
  accountId: replace,
  approvalGroups: inPlace,
  approvalRequired: inPlaceOr(false),
  decision: inPlace,
  excludes: inPlaceSet,
  includes: inPlaceSet,
  isolationRequired: inPlaceOr(false),
  name: inPlace,
  purposeJustificationPrompt: inPlace,
  purposeJustificationRequired: inPlaceOr(false),
  requires: inPlaceSet,
  sessionDuration: inPlace,
} as const satisfies SemanticsTable;

export const ACCESS_APPLICATION_SEMANTICS = {
  accountId: replace,
  allowAuthenticateViaWarp: inPlace,
  allowIframe: inPlace,
  allowedIdps: inPlaceSet,
  appLauncherVisible: inPlaceOr(true),
  autoRedirectToIdentity: inPlaceOr(false),
  corsHeaders: inPlace,
  customDenyMessage: inPlace,
  customDenyUrl: inPlace,
  customNonIdentityDenyUrl: inPlace,
  customPages: inPlace,
  destinations: inPlace,
  domain: inPlace,
  enableBindingCookie: inPlaceOr(false),
  httpOnlyCookieAttribute: inPlaceOr(true),
  logoUrl: inPlace,
  name: inPlace,
  optionsPreflightBypass: inPlaceOr(false),
  pathCookieAttribute: inPlace,
  policies: inPlace,
  sameSiteCookieAttribute: inPlace,
  selfHostedDomains: inPlaceSet,
  serviceAuth401Redirect: inPlace,
  sessionDuration: inPlace,
  skipInterstitial: inPlace,
  tags: inPlaceSet,
  type: inPlace,
  zoneId: replace,
} as const satisfies SemanticsTable;
