import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import {
  acmeFolder,
  edgeUser,
  ownershipScript,
  routesFolder,
  routesScript,
} from "../../../planning/exposure/route-scripts";
import { baseFile } from "../../../planning/exposure/traefik-routes";
import { fillSecret } from "../../../planning/secrets";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "berth-routes-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the job's script on a folder of the test's own, as the container does. */
function run(variables: Record<string, string>): void {
  const text = routesScript.replaceAll(routesFolder, folder);
  const { status, stderr } = spawnSync("sh", ["-ec", text], {
    env: { PATH: process.env.PATH, ...variables },
  });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
}

const write = (name: string, text = "old") => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const files = () => readdirSync(folder).sort();
const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);

test("the file is there as it is given, for its owner alone, and nothing beside it", () => {
  const text = "rule: Host(`a.de`) && \"$HOME\" '$(id)' \\n %s \\1 & |\n\n";
  run({ NAME: "shop", FILE: text });
  expect(read("shop.yml")).toBe(text);
  expect(mode("shop.yml")).toBe("600");
  expect(files()).toEqual(["shop.yml"]);
});

test("a file is replaced in one piece: the old one is never written to", () => {
  write("shop.yml");
  const before = statSync(join(folder, "shop.yml")).ino;
  run({ NAME: "shop", FILE: "new" });
  expect(read("shop.yml")).toBe("new");
  expect(statSync(join(folder, "shop.yml")).ino).not.toBe(before);
});

test("users' lines take the place of their placeholders, all of them", () => {
  const line = fillSecret("ann:{SHA}{sha1}", "a password");
  const more = (bob: string, ann: string) => `# @USER_edge@ ${bob} ${bob} ${ann}\n`;
  run({
    NAME: "edge",
    FILE: baseFile("USER_edge__traefik") + more("@USER_edge__bob@", "@USER_edge__traefik@"),
    USER_edge__traefik: line,
    USER_edge__bob: "bob:{SHA}/+=",
    OTHER_USER_edge: "no",
  });
  expect(parse(read("edge.yml"))).toMatchObject({
    http: { middlewares: { "dashboard-users": { basicAuth: { users: [line] } } } },
  });
  expect(read("edge.yml").endsWith(more("bob:{SHA}/+=", line))).toBe(true);
  expect(mode("edge.yml")).toBe("600");
});

test("with FILES the files of all others go, and only files of routes", () => {
  for (const name of ["edge.yml", "shop.yml", "shop-old.yml", "hop.yml", "blog.yml", "notes.txt"])
    write(name);
  run({ NAME: "edge", FILE: "new", FILES: "edge blog shop" });
  expect(files()).toEqual(["blog.yml", "edge.yml", "notes.txt", "shop.yml"]);
  expect(read("edge.yml")).toBe("new");
  expect(read("shop.yml")).toBe("old");
});

test("without FILES none goes; with none left, all but the one for all", () => {
  write("shop.yml");
  run({ NAME: "blog", FILE: "new" });
  expect(files()).toEqual(["blog.yml", "shop.yml"]);
  run({ NAME: "edge", FILE: "new", FILES: "edge" });
  expect(files()).toEqual(["edge.yml"]);
});

test("the directory's certificate is a file that Traefik takes for no routes", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
  run({ NAME: "edge", FILE: "new", FILES: "edge", CERTIFICATE: pem, CERTIFICATE_FILE: "ca.pem" });
  expect(read("ca.pem")).toBe(`${pem}\n`);
  expect(files()).toEqual(["ca.pem", "edge.yml"]);
});

test("what can't be written leaves the old file, and fails", () => {
  write("shop.yml");
  const text = routesScript.replaceAll(routesFolder, folder);
  const broken = `${text.split("mv ")[0]}mv no-such-file shop.yml`;
  expect(
    spawnSync("sh", ["-ec", broken], { env: { PATH: process.env.PATH, NAME: "shop", FILE: "new" } })
      .status,
  ).not.toBe(0);
  expect(read("shop.yml")).toBe("old");
});

test("both of Traefik's folders become its own", () => {
  // To give a folder to another user takes root: here it is only said.
  expect(ownershipScript).toBe(`chown ${edgeUser} ${routesFolder} ${acmeFolder}`);
  expect(edgeUser).toMatch(/^[1-9]\d*:[1-9]\d*$/);
});
