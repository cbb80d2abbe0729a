import type { Shape } from "../provider-server/check";

const strings: Shape = { listOf: "string" };

/** An object whose fields are strings, all required but those that end with a question mark. */
function text(...fields: string[]): Shape {
  const names = fields.map((field) => field.replace("?", ""));
  return {
    object: Object.fromEntries(names.map((name) => [name, "string" as const])),
    required: fields.filter((field) => !field.endsWith("?")),
  };
}

const originRequest: Shape = {
  object: {
    access: {
      object: { audTags: strings, required: "boolean", teamName: "string" },
      required: ["audTags", "teamName"],
    },
    caPool: "string",
    connectTimeout: "number",
    disableChunkedEncoding: "boolean",
    http2Origin: "boolean",
    httpHostHeader: "string",
    keepAliveConnections: "number",
    keepAliveTimeout: "number",
    matchSnItoHost: "boolean",
    noHappyEyeballs: "boolean",
    noTlsVerify: "boolean",
    originServerName: "string",
    proxyType: "string",
    tcpKeepAlive: "number",
    tlsTimeout: "number",
  },
};

const accessRules: Shape = {
  listOf: {
    object: {
      anyValidServiceToken: text(),
      authContext: text("acId", "id", "identityProviderId"),
      authMethod: text("authMethod"),
      azureAd: text("id", "identityProviderId"),
      certificate: text(),
      cloudflareAccountMember: text("accountId?"),
      commonName: text("commonName"),
      devicePosture: text("accountId?", "integrationUid"),
      email: text("email"),
      emailDomain: text("domain"),
      emailList: text("id"),
      everyone: text(),
      externalEvaluation: text("evaluateUrl", "keysUrl"),
      geo: text("countryCode"),
      githubOrganization: text("identityProviderId", "name", "team?"),
      group: text("id"),
      gsuite: text("email", "identityProviderId"),
      ip: text("ip"),
      ipList: text("id"),
      linkedAppToken: text("appUid"),
      loginMethod: text("id"),
      oidc: text("claimName", "claimValue", "identityProviderId"),
      okta: text("identityProviderId", "name"),
      saml: text("attributeName", "attributeValue", "identityProviderId"),
      serviceToken: text("tokenId"),
      userRiskScore: { object: { userRiskScores: strings }, required: ["userRiskScores"] },
    },
  },
};

export const TUNNEL_SHAPE: Shape = {
  object: { accountId: "string", configSrc: "string", name: "string", tunnelSecret: "string" },
  required: ["accountId", "name"],
};

export const TUNNEL_CONFIG_SHAPE: Shape = {
  object: {
    accountId: "string",
    config: {
      object: {
        ingresses: {
          listOf: {
            object: { hostname: "string", originRequest, path: "string", service: "string" },
            required: ["service"],
          },
        },
        originRequest,
      },
    },
    source: "string",
    tunnelId: "string",
  },
  required: ["accountId", "tunnelId"],
};

export const DNS_RECORD_SHAPE: Shape = {
  object: {
    comment: "string",
    content: "string",
    data: "map",
    name: "string",
    priority: "number",
    privateRouting: "boolean",
    proxied: "boolean",
    settings: { object: { flattenCname: "boolean", ipv4Only: "boolean", ipv6Only: "boolean" } },
    tags: strings,
    ttl: "number",
    type: "string",
    zoneId: "string",
  },
  required: ["name", "ttl", "type", "zoneId"],
};

export const ACCESS_POLICY_SHAPE: Shape = {
  object: {
    accountId: "string",
    approvalGroups: {
      listOf: {
        object: { approvalsNeeded: "number", emailAddresses: strings, emailListUuid: "string" },
        required: ["approvalsNeeded"],
      },
    },
    approvalRequired: "boolean",
    decision: "string",
    excludes: accessRules,
    includes: accessRules,
    isolationRequired: "boolean",
    name: "string",
    purposeJustificationPrompt: "string",
    purposeJustificationRequired: "boolean",
    requires: accessRules,
    sessionDuration: "string",
  },
  required: ["accountId", "decision", "name"],
};

export const ACCESS_APPLICATION_SHAPE: Shape = {
  object: {
    accountId: "string",
    allowAuthenticateViaWarp: "boolean",
    allowIframe: "boolean",
    allowedIdps: strings,
    appLauncherVisible: "boolean",
    autoRedirectToIdentity: "boolean",
    corsHeaders: {
      object: {
        allowAllHeaders: "boolean",
        allowAllMethods: "boolean",
        allowAllOrigins: "boolean",
        allowCredentials: "boolean",
        allowedHeaders: strings,
        allowedMethods: strings,
        allowedOrigins: strings,
        maxAge: "number",
      },
    },
    customDenyMessage: "string",
    customDenyUrl: "string",
    customNonIdentityDenyUrl: "string",
    customPages: strings,
    destinations: {
      listOf: text(
        ...["cidr?", "hostname?", "l4Protocol?", "mcpServerId?", "portRange?", "type?", "uri?"],
        ...["vnetId?", "workerId?"],
      ),
    },
    domain: "string",
    enableBindingCookie: "boolean",
    httpOnlyCookieAttribute: "boolean",
    logoUrl: "string",
    name: "string",
    optionsPreflightBypass: "boolean",
    pathCookieAttribute: "boolean",
    policies: {
      listOf: {
        object: {
          decision: "string",
          excludes: accessRules,
          id: "string",
          includes: accessRules,
          name: "string",
          precedence: "number",
          requires: accessRules,
        },
      },
    },
    sameSiteCookieAttribute: "string",
    selfHostedDomains: strings,
    serviceAuth401Redirect: "boolean",
    sessionDuration: "string",
    skipInterstitial: "boolean",
    tags: strings,
    type: "string",
    zoneId: "string",
  },
};
