import fc from "fast-check";
import { parseCatalogue } from "../../config/catalogue";
import type { SystemInput } from "../../config/schema/system";
import { formatIssue } from "../../config/issues";
import { containerNames } from "../../planning/naming";
import { planStack } from "../../planning/plan";
import { renderJson } from "../../planning/render/json";
import { serviceId, type Plan } from "../../planning/types";
import { exposedWorlds, soundWorlds, worlds, type World } from "../support/worlds";

const bounded = { numRuns: 200, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true };
jest.setTimeout(70_000);

const planOf = ({ systems, stacks, machine }: World, stack = stacks[0]?.stack ?? "dev"): Plan =>
  planStack({
    catalogue: parseCatalogue(systems),
    stacks,
    stack,
    ...(machine ? { machine } : {}),
  });

/** Plans of all the stacks on the first one's host. */
const plansOfHost = (world: World): Plan[] =>
  world.stacks
    .filter((stack) => stack.host.id === world.stacks[0]?.host.id)
    .map((stack) => planOf(world, stack.stack));

const repeated = (values: readonly (string | number)[]) =>
  values.filter((value, index) => values.indexOf(value) !== index);

test("a sound catalogue plans without issues", () => {
  fc.assert(
    fc.property(soundWorlds, (world) => {
      expect(planOf(world).issues.map(formatIssue)).toEqual([]);
    }),
    bounded,
  );
});

test("planning never throws, and every issue has a path, a message and a remedy on one line", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      for (const { path, message, remedy } of planOf(world).issues) {
        expect(path).toMatch(/^(systems\/|Pulumi\.)\S+$/);
        expect(message).toMatch(/^[^\n]+$/);
        expect(remedy).toMatch(/^[^\n]+$/);
      }
    }),
    bounded,
  );
});

describe("where a host has no issues", () => {
  test("no two endpoints share a host port", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plans = plansOfHost(world);
        fc.pre(plans.every((plan) => plan.issues.length === 0));
        const ports = plans.flatMap((plan) => plan.services).flatMap((service) => service.ports);
        expect(repeated(ports.map((port) => port.host))).toEqual([]);
      }),
      bounded,
    );
  });

  test("names of containers, networks and volumes are unique", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plans = plansOfHost(world);
        fc.pre(plans.every((plan) => plan.issues.length === 0));
        const services = plans.flatMap((plan) => plan.services);
        expect(repeated(services.flatMap(containerNames))).toEqual([]);
        expect(repeated(plans.flatMap(({ networks }) => networks.map(({ name }) => name)))).toEqual(
          [],
        );
        expect(repeated(plans.flatMap(({ volumes }) => volumes.map(({ name }) => name)))).toEqual(
          [],
        );
      }),
      bounded,
    );
  });

  test("services of different systems share no volume, and what is mounted is planned", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        fc.pre(plan.issues.length === 0);
        const owners = new Map(plan.volumes.map((volume) => [volume.name, volume.system]));
        for (const service of plan.services) {
          for (const mount of service.mounts.filter(({ type }) => type === "volume")) {
            expect(owners.get(mount.source)).toBe(service.system);
          }
        }
      }),
      bounded,
    );
  });

  test("every container is on planned networks and shares one with each service it needs", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        fc.pre(plan.issues.length === 0);
        const planned = plan.networks.map((network) => network.name);
        const byId = new Map(plan.services.map((service) => [serviceId(service), service]));
        for (const service of plan.services) {
          expect(planned).toEqual(expect.arrayContaining(service.networks));
          for (const id of service.startsAfter) {
            const target = byId.get(id);
            expect(target).toBeDefined();
            // A job that writes routes waits for what they lead to, and does not speak to it.
            if (target?.kind !== "service" || service.service.startsWith("traefik-routes-"))
              continue;
            expect(target.networks.some((network) => service.networks.includes(network))).toBe(
              true,
            );
          }
        }
      }),
      bounded,
    );
  });

  test("a service comes after what it starts after", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        fc.pre(plan.issues.length === 0);
        const started = new Set<string>();
        for (const service of plan.services) {
          expect(service.startsAfter.filter((id) => !started.has(id))).toEqual([]);
          started.add(serviceId(service));
        }
      }),
      bounded,
    );
  });
});

describe("what is reached from outside, where a host has no issues", () => {
  /** Each property's body gets the plans of the host and the settings of the planned stack. */
  const holds = (check: (plan: Plan, settings: World["stacks"][number]) => void): void =>
    fc.assert(
      fc.property(exposedWorlds, (world) => {
        const plan = planOf(world);
        fc.pre(plan.issues.length === 0);
        check(plan, world.stacks[0]!);
      }),
      bounded,
    );

  test("every container of a route is planned, and in one network with what leads to it", () => {
    holds(({ routes, services }) => {
      for (const route of routes) {
        const target = services.find((service) => serviceId(service) === serviceId(route));
        const leading = route.via === "traefik" ? "traefik" : "cloudflared";
        const proxy = services.find(
          ({ system, service }) => `${system}/${service}` === `edge/${leading}`,
        );
        expect(route.containers).toEqual(target && containerNames(target));
        expect(target?.endpoints.map(({ port }) => port)).toContain(route.port);
        expect(target?.networks.some((network) => proxy?.networks.includes(network))).toBe(true);
      }
    });
  });

  test("ports are on loopback, but for Traefik's two and what bindAddress opens", () => {
    holds(({ services, routes, notes }, { bindAddress, traefik }) => {
      const proxied = routes.some(({ via }) => via === "traefik");
      const open = services.flatMap((service) =>
        service.ports
          .filter(({ ip }) => ip !== "127.0.0.1")
          .map(({ ip, host }) => `${serviceId(service)} ${ip}:${host}`),
      );
      const own = open.filter((port) => !port.startsWith("edge/"));
      if (bindAddress === "127.0.0.1") expect(own).toEqual([]);
      expect(open.filter((port) => !own.includes(port))).toEqual(
        proxied
          ? [traefik.httpPort, traefik.httpsPort].map((port) => `edge/traefik 0.0.0.0:${port}`)
          : [],
      );
      expect(notes.some(({ message }) => message.includes("opens to others"))).toBe(
        open.length > 0,
      );
    });
  });

  test("every dashboard's route has a rule of the stack, and nothing internal has a route", () => {
    holds(({ routes, services }, { access }) => {
      for (const { service, system, endpoint: name, rule } of routes) {
        const target = services.find((one) => one.system === system && one.service === service);
        const endpoint = target?.endpoints.find((one) => one.name === name);
        expect(["public", "dashboard"]).toContain(endpoint?.role);
        if (endpoint?.role === "dashboard") expect(Object.keys(access)).toContain(rule);
      }
    });
  });

  test("every host is in a zone, and the tunnel's record is in the longest", () => {
    holds(({ routes, tunnel }, { zones }) => {
      for (const { host } of routes)
        expect(zones.some((zone) => host === zone || host.endsWith(`.${zone}`))).toBe(true);
      const byTunnel = routes
        .filter(({ via }) => via === "cloudflareTunnel")
        .map(({ host }) => host);
      expect(tunnel?.records.map(({ host }) => host) ?? []).toEqual([...new Set(byTunnel)].sort());
    });
  });

  test("no address is there twice on a host, and no host name leads two ways", () => {
    fc.assert(
      fc.property(exposedWorlds, (world) => {
        const plans = plansOfHost(world);
        fc.pre(plans.every((plan) => plan.issues.length === 0));
        const routes = plans.flatMap((plan) =>
          plan.routes.map((route) => ({ ...route, way: `${plan.stack} ${route.via}` })),
        );
        expect(repeated(routes.map(({ host, path }) => host + path))).toEqual([]);
        for (const one of routes) {
          for (const other of routes) if (one.host === other.host) expect(one.way).toBe(other.way);
        }
      }),
      bounded,
    );
  });

  test("Traefik's files hold every route of theirs, and are written after what they lead to", () => {
    holds(({ routes, services }) => {
      for (const { system, service, host, via } of routes) {
        const job = services.find(({ service: name }) => name === `traefik-routes-${system}`);
        if (via !== "traefik") continue;
        expect(job?.variables.FILE).toContain(`Host(\`${host}\`)`);
        expect(job?.startsAfter).toEqual(
          expect.arrayContaining([`${system}/${service}`, "edge/traefik-routes"]),
        );
      }
    });
  });
});

test("in blocks, a service has the same last three digits in dev and prod", () => {
  fc.assert(
    fc.property(soundWorlds, (world) => {
      const catalogue = parseCatalogue(world.systems);
      const stacks = ["dev" as const, "prod" as const].map((environment) => ({
        ...world.stacks[0]!,
        stack: environment,
        environment,
        ports: "blocks" as const,
      }));
      const ends = stacks.map(({ stack, environment }) => {
        const thousand = environment === "dev" ? 4000 : 3000;
        const plan = planStack({ catalogue, stacks, stack });
        return new Map(
          plan.services.flatMap((service) =>
            (service.system === "edge" ? [] : service.ports).map((port) => {
              expect(port.host).toBeGreaterThanOrEqual(thousand);
              expect(port.host).toBeLessThan(thousand + 1000);
              return [`${serviceId(service)}:${port.container}`, port.host % 1000] as const;
            }),
          ),
        );
      });
      for (const [id, end] of ends[0] ?? []) {
        const other = ends[1]?.get(id);
        if (other !== undefined) expect(`${id} ${other}`).toBe(`${id} ${end}`);
      }
    }),
    bounded,
  );
});

test("in blocks, a service with a free slot moves no other's port", () => {
  fc.assert(
    fc.property(soundWorlds, fc.nat({ max: 2 }), fc.boolean(), (world, at, first) => {
      const stacks = world.stacks.map((stack) => ({ ...stack, ports: "blocks" as const }));
      const target = at % world.systems.length;
      const added = {
        project: world.systems[target]?.name ?? "",
        image: { registry: "nginx:1.27.3" },
        networks: ["main"],
        memory: "64 MiB",
        health: { kind: "command" as const, command: ["true"] },
        endpoints: {
          http: { port: 80, role: "public" as const, slot: 19, published: { dev: 1, prod: 2 } },
        },
      };
      const systems = world.systems.map((system, index): SystemInput => {
        if (index !== target) return system;
        const services = first
          ? { added, ...system.services }
          : { ...system.services, "z-added": added };
        return { ...system, services };
      });
      const portsOf = (changed: readonly SystemInput[]) =>
        planOf({ ...world, systems: [...changed], stacks })
          .services.filter(({ service }) => service !== "added" && service !== "z-added")
          .map((service) => [serviceId(service), service.ports]);
      expect(portsOf(systems).sort()).toEqual(portsOf(world.systems).sort());
    }),
    bounded,
  );
});

/** A permutation of what a list holds, from numbers. */
function shuffled<T>(values: readonly T[], keys: readonly number[]): T[] {
  return values
    .map((value, index) => ({ value, key: keys[index % Math.max(1, keys.length)] ?? 0, index }))
    .sort((a, b) => a.key - b.key || b.index - a.index)
    .map(({ value }) => value);
}

test("the plan does not depend on the order of systems and services", () => {
  fc.assert(
    fc.property(worlds, fc.array(fc.nat(), { minLength: 1 }), (world, keys) => {
      const systems = shuffled(world.systems, keys).map((system) => ({
        ...system,
        services: Object.fromEntries(shuffled(Object.entries(system.services), keys)),
      }));
      const other = { ...world, systems };
      const sorted = (plan: Plan) => ({
        ...plan,
        issues: plan.issues.map(formatIssue).sort(),
      });
      expect(sorted(planOf(other))).toEqual(sorted(planOf(world)));
      const plan = planOf(world);
      if (plan.issues.length === 0) expect(renderJson(planOf(other))).toBe(renderJson(plan));
    }),
    bounded,
  );
});

test("a plan survives JSON unchanged", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const plan = planOf(world);
      expect(JSON.parse(renderJson(plan))).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }),
    bounded,
  );
});

test("a secret's value is a label in variables, never a template", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      for (const service of planOf(world).services) {
        for (const [name, secret] of Object.entries(service.secrets)) {
          expect(service.variables[name]).toBe(`secret:${secret.label}`);
          expect(secret.template).toMatch(/\{secret\}|\{sha1\}/);
        }
        for (const value of Object.values(service.variables)) {
          expect(value).not.toMatch(/\{secret\}|\{sha1\}/);
        }
      }
    }),
    bounded,
  );
});
