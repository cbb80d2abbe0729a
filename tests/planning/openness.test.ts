import { formatIssue } from "../../config/issues";
import { notesOf, planOf, published, service, settings, system } from "../support/catalogue";

const postgres = (environments: { dev?: number; prod?: number }) =>
  system("shop", {
    sql: service({
      endpoints: {
        postgres: { ...published(0), protocol: "tcp", role: "internal", published: environments },
      },
      health: { kind: "tcp", endpoint: "postgres", probe: "nc" },
      postgres: { endpoint: "postgres" },
      tmpfs: ["/var/lib/postgresql"],
    }),
    web: service({ needs: { secret: { secret: "sql/postgres/shop" } } }),
  });

test("a database on a host port in prod, and a secret that is a role's password", () => {
  const prod = [settings("prod", { exposure: { internal: "hostPort" } })];
  const { issues } = planOf([postgres({ dev: 5432, prod: 5432 })], prod);
  expect(issues.map(formatIssue)).toEqual([
    "systems/shop/web.needs.secret.secret: 'sql/postgres/shop' is the password of a role of shop/sql; need the database, or choose another label",
    "systems/shop/sql.networks: holds data and is on shop-prod, which is not internal; put it on internal networks alone, and what needs it on one of them as well",
    "systems/shop/sql.endpoints.postgres.published: a database would be on host port 3000 in prod; do not publish it in prod; reach it from a container of its network",
  ]);
});

test("what another address than loopback opens is listed", () => {
  const web = system("shop", { web: service({ endpoints: { http: published(0) } }) });
  expect(notesOf(planOf([web], [settings()]))).toEqual([]);
  expect(notesOf(planOf([web], [settings("dev", { bindAddress: "0.0.0.0" })]))).toEqual([
    {
      path: "Pulumi.dev.yaml.bindAddress",
      message: "0.0.0.0 opens to others than this host: shop/web on port 4000",
    },
  ]);
});
