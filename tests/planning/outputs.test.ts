import { stackOutputs } from "../../planning/outputs";
import {
  byTunnel,
  planOf,
  published,
  routed,
  routedStack,
  service,
  settings,
  system,
} from "../support/catalogue";

const shop = system("shop", {
  web: service({
    endpoints: { http: { ...published(0), ...routed({ host: "shop.example.org" }) } },
  }),
  admin: service({
    endpoints: {
      http: {
        ...published(1),
        ...routed({ host: "shop.example.org", path: "/admin", access: "operators" }),
        role: "dashboard",
      },
      metrics: { port: 9100, role: "internal" },
      tcp: { port: 9000, protocol: "tcp", role: "internal" },
    },
  }),
  search: service({ endpoints: { http: { ...published(2), role: "internal" } } }),
});

/** Outputs of a stack. */
function outputsOf(stack = settings("prod")) {
  const plan = planOf([shop], [stack]);
  expect(plan.issues).toEqual([]);
  return stackOutputs(plan, stack.host) as Record<string, Record<string, unknown>>;
}

test("urls are https where a route leads, else on the host port", () => {
  expect(outputsOf(settings("dev")).urls).toEqual({
    "shop/web": "http://localhost:4000",
    "shop/admin": "http://localhost:4001",
    "shop/search": "http://localhost:4002",
  });
  const both = { exposure: { public: ["traefik", "hostPort"], dashboard: "hostPort" } };
  expect(outputsOf(routedStack("prod", both)).urls).toEqual({
    "shop/web": "https://shop.example.org",
    "shop/admin": "http://localhost:3001",
    "edge/traefik": "http://localhost:3980",
  });
});

test("routes name the service, the way and the rule", () => {
  const routes = (via: string) => [
    { url: "https://shop.example.org", service: "shop/web", via, access: null },
    { url: "https://shop.example.org/admin", service: "shop/admin", via, access: "operators" },
  ];
  expect(outputsOf(routedStack()).routes).toEqual(routes("traefik"));
  expect(outputsOf(routedStack("prod", byTunnel)).routes).toEqual(routes("cloudflareTunnel"));
  expect(outputsOf(settings("dev")).routes).toEqual([]);
});

describe("dashboards", () => {
  const host = { id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4 };
  const inspect = (to: string, container: string) =>
    `$(ssh ${to} "docker inspect -f '{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}' ${container}" | head -n 1)`;

  test("are every web interface that the public does not see, by ssh to the host", () => {
    expect(outputsOf(settings("prod", { host })).dashboards).toEqual({
      "shop/admin#http": {
        url: "http://localhost:3001",
        ssh: "ssh -N -L 3001:127.0.0.1:3001 lab",
      },
      "shop/admin#metrics": {
        url: "http://localhost:9100",
        ssh: `ssh -N -L 9100:${inspect("lab", "shop-admin-prod")}:9100 lab`,
      },
      "shop/search": {
        url: "http://localhost:8080",
        ssh: `ssh -N -L 8080:${inspect("lab", "shop-search-prod")}:80 lab`,
      },
    });
  });

  test("go to where the settings say, or where Docker is", () => {
    const to = (more: object, values = {}) =>
      outputsOf(settings("dev", { host: { ...host, ...more }, ...values })).dashboards?.[
        "shop/search"
      ];
    const line = (ip: string, destination: string) => ({
      url: "http://localhost:4002",
      ssh: `ssh -N -L 4002:${ip}:4002 ${destination}`,
    });
    expect(to({ ssh: "ann@lab.example.org" })).toEqual(line("127.0.0.1", "ann@lab.example.org"));
    expect(to({ docker: "ssh://ann@lab:2222" })).toEqual(line("127.0.0.1", "ssh://ann@lab:2222"));
    expect(to({ docker: "tcp://lab:2376" })).toEqual(line("127.0.0.1", "lab"));
    expect(to({}, { bindAddress: "0.0.0.0" })).toEqual(line("127.0.0.1", "lab"));
    expect(to({}, { bindAddress: "10.0.0.5" })).toEqual(line("10.0.0.5", "lab"));
  });

  test("Traefik's own is one of them", () => {
    expect(outputsOf(routedStack("prod", { host })).dashboards?.["edge/traefik"]).toEqual({
      url: "http://localhost:3980",
      ssh: "ssh -N -L 3980:127.0.0.1:3980 lab",
    });
  });
});
