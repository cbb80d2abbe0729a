import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedTunnel } from "../../planning/types";

export interface CloudflareTunnelArgs {
  tunnel: PlannedTunnel;
  apiToken: pulumi.Output<string>;
}

/**
 * A remotely managed tunnel with its ingress, DNS records, and Access applications. cloudflared gets
 * `token` and so comes after it, and is stopped before it is deleted.
 *
 *     new CloudflareTunnel("prod-tunnel", { tunnel, apiToken }, { parent: stack });
 */
export class CloudflareTunnel extends pulumi.ComponentResource {
  /** What cloudflared connects with. Secret. */
  public readonly token: pulumi.Output<string>;
  /** Known at Cloudflare once this is there. */
  public readonly ready: pulumi.Resource[];
  private readonly publishRecords: (after: pulumi.Input<pulumi.Resource>[]) => void;

  constructor(name: string, args: CloudflareTunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:CloudflareTunnel", name, {}, opts);
    const { tunnel } = args;
    // Preflight has stopped what has no account.
    const accountId = tunnel.account ?? "";
    const provider = new cloudflare.Provider(
      `${name}-cloudflare`,
      { apiToken: args.apiToken },
      { parent: this },
    );
    const below = { parent: this, provider };
    const resource = new cloudflare.ZeroTrustTunnelCloudflared(
      `${name}-tunnel`,
      { accountId, name: tunnel.name, configSrc: "cloudflare" },
      below,
    );
    this.token = pulumi.secret(
      cloudflare.getZeroTrustTunnelCloudflaredTokenOutput(
        { accountId, tunnelId: resource.id },
        below,
      ).token,
    );
    const applications = accessApplications(name, tunnel, accountId, below);
    const config = new cloudflare.ZeroTrustTunnelCloudflaredConfig(
      `${name}-config`,
      {
        accountId,
        tunnelId: resource.id,
        config: { ingresses: ingress(tunnel, applications) },
      },
      below,
    );
    this.ready = [config];
    this.publishRecords = (after) => {
      for (const { host, zoneId } of tunnel.records) {
        new cloudflare.DnsRecord(
          `${name}-record-${host}`,
          {
            zoneId: zoneId ?? "",
            name: host,
            type: "CNAME",
            content: pulumi.interpolate`${resource.id}.cfargotunnel.com`,
            proxied: true,
            ttl: 1,
          },
          // A name that leads in before its guard stands would be open for a moment.
          { ...below, dependsOn: [config, ...applications.values(), ...after] },
        );
      }
    };
  }

  /** Makes the host names lead in, once what they lead to is there: cloudflared, which waits for the rest. */
  publish(after: pulumi.Input<pulumi.Resource>[]): void {
    this.publishRecords(after);
    this.registerOutputs({});
  }
}

type Applications = ReadonlyMap<string, cloudflare.ZeroTrustAccessApplication>;

/** An Access application per guarded host and path, by that address. */
function accessApplications(
  name: string,
  tunnel: PlannedTunnel,
  accountId: string,
  opts: pulumi.CustomResourceOptions,
): Applications {
  const policies = new Map(
    tunnel.policies.map(({ rule, emails, domains }) => [
      rule,
      new cloudflare.ZeroTrustAccessPolicy(
        `${name}-policy-${rule}`,
        {
          accountId,
          name: `${tunnel.name}-${rule}`,
          decision: "allow",
          sessionDuration,
          includes: [
            ...emails.map((email) => ({ email: { email } })),
            ...domains.map((domain) => ({ emailDomain: { domain } })),
          ],
        },
        opts,
      ),
    ]),
  );
  return new Map(
    tunnel.applications.map(({ host, path, rule }) => {
      const address = path === "/" ? host : `${host}${path}`;
      const policy = policies.get(rule);
      const application = new cloudflare.ZeroTrustAccessApplication(
        `${name}-application-${address}`,
        {
          accountId,
          name: address,
          type: "self_hosted",
          domain: address,
          sessionDuration,
          policies: policy ? [{ id: policy.id, precedence: 1 }] : [],
        },
        opts,
      );
      return [address, application];
    }),
  );
}

/** How long a sign-in counts; without a value of its own every preview would show a change. */
const sessionDuration = "24h";

function ingress(
  { ingress: rules, team }: PlannedTunnel,
  applications: Applications,
): cloudflare.types.input.ZeroTrustTunnelCloudflaredConfigConfigIngress[] {
  return [
    ...rules.map(({ host, path, origin, application }) => {
      const guard = application === null ? undefined : applications.get(application);
      return {
        hostname: host,
        service: origin,
        ...(path !== null ? { path } : {}),
        // cloudflared itself turns away what has not passed Access.
        ...(guard
          ? {
              originRequest: {
                access: { required: true, teamName: team ?? "", audTags: [guard.aud] },
              },
            }
          : {}),
      };
    }),
    { service: "http_status:404" },
  ];
}
