import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { formatIssue, type Issue } from "../../config/issues";
import type { Settings } from "../../config/schema/settings";
import { settingsFromPulumi } from "../../config/settings-pulumi";
import { loadOtherStacks, loadStacks } from "../../config/stack-files";

const folder = mkdtempSync(join(tmpdir(), "berth-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const host = "{id: lab, platform: linux/amd64, memory: 8 GiB, cpus: 4}";
const required = `berth:environment: dev\nberth:host: ${host}\n`;

interface Read {
  settings: Settings | undefined;
  issues: Issue[];
}

/** What the file reader makes of the lines below `config:`. */
function fromFile(lines: string): Read {
  const file = join(folder, "Pulumi.lab.yaml");
  writeFileSync(file, `config:\n${lines.replaceAll(/^(?=.)/gm, "  ")}`);
  const { stacks, issues } = loadStacks(folder);
  rmSync(file);
  return { settings: stacks[0], issues };
}

/** The same values as the engine hands them over: text as it is, all else as JSON text. */
function fromPulumi(lines: string): Read {
  const values = (parse(lines) ?? {}) as Record<string, unknown>;
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  void pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "berth",
    "lab",
  );
  const { settings, issues } = settingsFromPulumi();
  pulumi.runtime.setAllConfig({});
  return { settings, issues };
}

const defaults = {
  stack: "lab",
  environment: "dev",
  host: { id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4, gpu: false },
  ports: "blocks",
  bindAddress: "127.0.0.1",
  exposure: { systems: {}, services: {} },
  zones: [],
  access: {},
  traefik: {
    ...{ bind: "0.0.0.0", httpPort: 80, httpsPort: 443 },
    acme: { challenge: "http", staging: false },
    ...{ trustedProxies: [], readTimeout: "60 min" },
  },
  cloudflare: { zones: {} },
  systems: undefined,
  sources: "~/projects",
  standIns: true,
  parameters: {},
  secretVersions: {},
  volumes: {},
};

describe("both readers agree", () => {
  test.each([
    ["only what is required", "", {}],
    ["booleans", "berth:standIns: false\n", { standIns: false }],
    ["a boolean in quotes", 'berth:standIns: "false"\n', { standIns: false }],
    ["lists", "berth:systems: [luv, galerly]\n", { systems: ["luv", "galerly"] }],
    ["a list of one line each", "berth:systems:\n  - luv\n", { systems: ["luv"] }],
    ["an empty list", "berth:systems: []\n", { systems: [] }],
    [
      "text in an object that looks like a number",
      'berth:parameters: {REST_API_PORT: "8000", FLAG: "true"}\n',
      { parameters: { REST_API_PORT: "8000", FLAG: "true" } },
    ],
    ["text that looks like a number", 'berth:sources: "2026"\n', { sources: "2026" }],
    ["a number where text belongs", "berth:sources: 2026\n", { sources: "2026" }],
    ["text that looks like a boolean", 'berth:sources: "true"\n', { sources: "true" }],
    ["text that looks like JSON", `berth:sources: '["a"]'\n`, { sources: '["a"]' }],
    ["addresses", "berth:bindAddress: 0.0.0.0\n", { bindAddress: "0.0.0.0" }],
    [
      "numbers in an object",
      "berth:secretVersions: {luv/session: 3}\n",
      { secretVersions: { "luv/session": 3 } },
    ],
    [
      "a volume to take over",
      "berth:volumes: {luv/minio: {adopt: old_data}}\n",
      { volumes: { "luv/minio": { adopt: "old_data" } } },
    ],
    ["schemes", "berth:ports: documented\n", { ports: "documented" }],
    ["keys of others", "docker:host: ssh://x\nberth-other:sources: y\n", {}],
  ])("%s", (_, lines, expected) => {
    const file = fromFile(required + lines);
    expect(file.issues).toEqual([]);
    expect(file.settings).toEqual({ ...defaults, ...expected });
    expect(fromPulumi(required + lines)).toEqual(file);
  });

  test("prod allows no stand-ins unless it says so", () => {
    const prod = `berth:environment: prod\nberth:host: ${host}\n`;
    for (const read of [fromFile, fromPulumi]) {
      expect(read(prod).settings?.standIns).toBe(false);
      expect(read(`${prod}berth:standIns: true\n`).settings?.standIns).toBe(true);
    }
  });

  test("the root secret is no setting", () => {
    const line = "berth:rootSecret: {secure: v1:abc}\n";
    expect(fromFile(required + line).settings).toEqual(defaults);
    const decrypted = `berth:rootSecret: ${"s".repeat(32)}\n`;
    expect(fromPulumi(required + decrypted)).toEqual({ settings: defaults, issues: [] });
  });

  test("an encrypted setting would come out in the clear: it is refused", () => {
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify([
      "berth:rootSecret",
      "berth:parameters",
    ]);
    try {
      expect(fromPulumi(required).issues.map(formatIssue)).toEqual([
        "Pulumi.lab.yaml.parameters: is encrypted, but a setting is shown in the plan; set it without --secret, or give the service a need of a secret",
      ]);
    } finally {
      delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    }
  });

  test.each(["hunter2", '""'])("a root secret in the clear, or a short one: %s", (value) => {
    const lines = `${required}berth:rootSecret: ${value}\n`;
    expect(fromFile(lines).issues.map(formatIssue)).toEqual([
      "Pulumi.lab.yaml.rootSecret: is in the clear; choose another and set it with 'pulumi config set --secret berth:rootSecret'",
    ]);
    expect(fromPulumi(lines).settings).toBeUndefined();
    expect(fromPulumi(lines).issues.map(formatIssue)).toEqual([
      "Pulumi.lab.yaml.rootSecret: has fewer than 32 characters; take a random one, such as 'openssl rand -base64 32' gives",
    ]);
  });
});

describe("issues, from both readers alike", () => {
  const file = "Pulumi.lab.yaml";
  test.each([
    [
      "an unknown key",
      "berth:system: [luv]\n",
      [`${file}.system: is not a known setting; did you mean 'systems'?`],
    ],
    [
      "a key like none",
      "berth:x: 1\n",
      [
        `${file}.x: is not a known setting; there is access, bindAddress, cloudflare, environment, exposure, host, parameters, ports, secretVersions, sources, standIns, systems, traefik, volumes, zones`,
      ],
    ],
    [
      "a misspelt value",
      "berth:ports: block\n",
      [`${file}.ports: 'block' is not one of 'blocks', 'documented'; did you mean 'blocks'?`],
    ],
    [
      "a boolean that is none",
      "berth:standIns: yse\n",
      [`${file}.standIns: 'yse' is not of type boolean; correct it`],
    ],
    [
      "a number where the parameter's text belongs",
      "berth:parameters: {REST_API_PORT: 8000}\n",
      [`${file}.parameters.REST_API_PORT: 8000 is not of type string; correct it`],
    ],
    [
      "text where a list belongs",
      "berth:systems: luv\n",
      [`${file}.systems: 'luv' is not of type array; correct it`],
    ],
    [
      "an address",
      "berth:bindAddress: localhost\n",
      [`${file}.bindAddress: 'localhost' is not a valid IPv4 address; correct it`],
    ],
    [
      "a version",
      "berth:secretVersions: {luv/session: 0}\n",
      [`${file}.secretVersions.luv/session: 0 must be >=1; correct it`],
    ],
    [
      "a volume that is taken over by no name of Docker's",
      "berth:volumes: {luv/minio: {adopt: old data, superusr: x}}\n",
      [
        `${file}.volumes.luv/minio.adopt: 'old data' must be a Docker name, two characters or more: letters, digits, '_', '.' and '-'; correct it`,
        `${file}.volumes.luv/minio.superusr: is not a known setting; did you mean 'superuser'?`,
      ],
    ],
    [
      "several at once",
      "berth:ports: block\nberth:sytems: []\nberth:systems: [Luv]\n",
      [
        `${file}.ports: 'block' is not one of 'blocks', 'documented'; did you mean 'blocks'?`,
        `${file}.systems.0: 'Luv' must be lower case words joined by dashes; correct it`,
        `${file}.sytems: is not a known setting; did you mean 'systems'?`,
      ],
    ],
  ])("%s", (_, lines, expected) => {
    for (const read of [fromFile, fromPulumi]) {
      const { settings, issues } = read(required + lines);
      expect(issues.map(formatIssue)).toEqual(expected);
      expect(settings).toBeUndefined();
    }
  });

  test("a misspelt key and the one that is missing for it are one issue", () => {
    const lines =
      "berth:environment: dev\nberth:host: {id: lab, platform: linux/amd64, memroy: 8 GiB, cpu: 4, docekr: x}\n";
    for (const read of [fromFile, fromPulumi]) {
      expect(read(lines).issues.map(formatIssue)).toEqual([
        `${file}.host.memroy: is not a known setting; did you mean 'memory'?`,
        `${file}.host.cpu: is not a known setting; did you mean 'cpus'?`,
        `${file}.host.docekr: is not a known setting; did you mean 'docker'?`,
      ]);
      expect(read(`berth:enviroment: dev\nberth:host: ${host}\n`).issues.map(formatIssue)).toEqual([
        `${file}.enviroment: is not a known setting; did you mean 'environment'?`,
      ]);
    }
  });

  test.each(["bert", "Berth", "berht", "breth"])("a misspelt namespace: %s", (namespace) => {
    for (const read of [fromFile, fromPulumi]) {
      expect(read(`${required}${namespace}:ports: documented\n`).issues.map(formatIssue)).toEqual([
        `${file}.config.${namespace}:ports: is in no known namespace; did you mean 'berth:ports'?`,
      ]);
    }
  });

  test.each(["docker", "pulumi", "cloudflare", "aws", "vault", "heroku", "kubernetes"])(
    "another namespace is somebody else's: %s",
    (namespace) => {
      for (const read of [fromFile, fromPulumi])
        expect(read(`${required}${namespace}:ports: documented\n`).issues).toEqual([]);
    },
  );

  test("what is missing, and the values of a host", () => {
    for (const read of [fromFile, fromPulumi]) {
      expect(read("").issues.map(formatIssue)).toEqual([
        `${file}.environment: is missing; give it the value 'dev' or 'prod'`,
        `${file}.host: is missing; give it a value of type object`,
      ]);
      const lines =
        "berth:environment: test\nberth:host: {id: My Host, platform: linux/amd46, memory: 8 GB, cpus: 0, docker: localhost, gup: true}\n";
      expect(read(lines).issues.map(formatIssue)).toEqual([
        `${file}.environment: 'test' is not one of 'dev', 'prod'; there is dev, prod`,
        `${file}.host.id: 'My Host' must be lower case words joined by dashes; correct it`,
        `${file}.host.platform: 'linux/amd46' is not one of 'linux/amd64', 'linux/arm64'; did you mean 'linux/amd64'?`,
        `${file}.host.memory: '8 GB' must be a size such as "512 MiB" or "2 GiB"; correct it`,
        `${file}.host.cpus: 0 must be >0; correct it`,
        `${file}.host.docker: 'localhost' must start with unix://, tcp:// or ssh://; correct it`,
        `${file}.host.gup: is not a known setting; did you mean 'gpu'?`,
      ]);
    }
  });
});

describe("how endpoints are reached", () => {
  test("every setting has its place", () => {
    const lines = [
      "berth:exposure:",
      "  public: [traefik, hostPort]",
      "  systems: {luv: {dashboard: none}}",
      "  services: {luv/minio: {internal: hostPort}}",
      "berth:zones: [example.org]",
      "berth:access:",
      "  ops: {basicAuth: [ann], emails: [ann@example.org], domains: [example.net]}",
      "  staff: {forwardAuth: {endpoint: auth/guard, responseHeaders: [X-User]}}",
      "berth:traefik: {bind: 192.0.2.1, httpPort: 8080, acme: {email: a@example.org}}",
      "berth:cloudflare: {account: a1, zones: {example.org: z1}, team: berth}",
    ];
    const expected = {
      ...defaults,
      exposure: {
        public: ["traefik", "hostPort"],
        systems: { luv: { dashboard: "none" } },
        services: { "luv/minio": { internal: "hostPort" } },
      },
      zones: ["example.org"],
      access: {
        ops: { basicAuth: ["ann"], emails: ["ann@example.org"], domains: ["example.net"] },
        staff: { forwardAuth: { endpoint: "auth/guard", path: "/", responseHeaders: ["X-User"] } },
      },
      traefik: {
        ...defaults.traefik,
        ...{ bind: "192.0.2.1", httpPort: 8080 },
        acme: { ...defaults.traefik.acme, email: "a@example.org" },
      },
      cloudflare: { account: "a1", zones: { "example.org": "z1" }, team: "berth" },
    };
    const file = fromFile(`${required}${lines.join("\n")}\n`);
    expect(file).toEqual({ settings: expected, issues: [] });
    expect(fromPulumi(`${required}${lines.join("\n")}\n`)).toEqual(file);
  });

  const ways = "'hostPort', 'traefik', 'cloudflareTunnel', 'none'";
  const host = 'must be a host name such as "app.example.org"; correct it';
  test.each([
    [
      "exposure: {public: traefic}",
      `.public: 'traefic' is not one of ${ways}; did you mean 'traefik'?`,
    ],
    ["exposure: {public: 5}", `.public: 5 is not one of ${ways}; give one of them`],
    ["exposure: {public: []}", ".public: is empty; give it one entry, or leave it out"],
    ["exposure: {public: [hostPort, hostPort]}", ".public: names a way twice; correct it"],
    ["exposure: {public: [none, hostPort]}", ".public: 'none' stands alone; correct it"],
    [
      "exposure: {public: [traefik, cloudflareTunnel]}",
      ".public: an endpoint has one way in: 'traefik' or 'cloudflareTunnel'; correct it",
    ],
    [
      "exposure: {public: [traefik, hostprot]}",
      `.public.1: 'hostprot' is not one of ${ways}; did you mean 'hostPort'?`,
    ],
    ["exposure: {publik: none}", ".publik: is not a known setting; did you mean 'public'?"],
    ["exposure: traefik", ": 'traefik' is not of type object; correct it"],
    [
      "exposure: {systems: {luv: {pubic: none}}}",
      ".systems.luv.pubic: is not a known setting; did you mean 'public'?",
    ],
    [
      "exposure: {systems: {Luv: {}}}",
      ".systems.Luv: 'Luv' must be lower case words joined by dashes; correct it",
    ],
    [
      "exposure: {services: {minio: {}}}",
      `.services.minio: 'minio' must be "system/service"; correct it`,
    ],
    [
      "exposure: {services: {luv/minio: none}}",
      ".services.luv/minio: 'none' is not of type object; correct it",
    ],
    ["zones: [Example.org]", `.0: 'Example.org' ${host}`],
    ['zones: ["*.example.org"]', `.0: '*.example.org' ${host}`],
    ["zones: [localhost]", `.0: 'localhost' ${host}`],
    ["access: {ops: {}}", ".ops: lets nobody in; correct it"],
    [
      "access: {Ops: {basicAuth: [ann]}}",
      ".Ops: 'Ops' must be lower case words joined by dashes; correct it",
    ],
    [
      "access: {ops: {basicAuth: []}}",
      ".ops.basicAuth: is empty; give it one entry, or leave it out",
    ],
    [
      'access: {ops: {basicAuth: ["ann:x"]}}',
      ".ops.basicAuth.0: 'ann:x' must be lower case words joined by dashes; correct it",
    ],
    [
      "access: {ops: {basicAuth: [ann], forwardAuth: {endpoint: a/b}}}",
      ".ops: has both basicAuth and forwardAuth; correct it",
    ],
    [
      "access: {ops: {basicAut: [ann]}}",
      ".ops.basicAut: is not a known setting; did you mean 'basicAuth'?",
    ],
    [
      "access: {ops: {forwardAuth: {path: /x}}}",
      ".ops.forwardAuth.endpoint: is missing; give it a value of type string",
    ],
    [
      "access: {ops: {forwardAuth: {endpoint: a/b, path: x}}}",
      `.ops.forwardAuth.path: 'x' must start with "/"; correct it`,
    ],
    [
      "access: {ops: {emails: [ann]}}",
      ".ops.emails.0: 'ann' is not a valid email address; correct it",
    ],
    ["access: {ops: {domains: [ann@example.org]}}", `.ops.domains.0: 'ann@example.org' ${host}`],
    ["traefik: {bind: localhost}", ".bind: 'localhost' is not a valid IPv4 address; correct it"],
    ["traefik: {httpPort: 0}", ".httpPort: 0 must be >=1; correct it"],
    [
      "traefik: {trustedProxies: [10.0.0.1]}",
      `.trustedProxies.0: '10.0.0.1' must be a network such as "173.245.48.0/20"; correct it`,
    ],
    [
      "traefik: {readTimeout: 1 h}",
      `.readTimeout: '1 h' must be a duration such as "10 s" or "2 min"; correct it`,
    ],
    [
      "traefik: {acme: {email: ann}}",
      ".acme.email: 'ann' is not a valid email address; correct it",
    ],
    [
      "traefik: {acme: {challenge: dns}}",
      ".acme.challenge: 'dns' is not one of 'http', 'cloudflareDns'; there is cloudflareDns, http",
    ],
    [
      "traefik: {acme: {directory: 'http://ca.lan'}}",
      ".acme.directory: 'http://ca.lan' must be an https:// address; correct it",
    ],
    [
      "traefik: {acme: {directoryCertificate: MIIB}}",
      `.acme.directoryCertificate: 'MIIB' must start with "-----BEGIN CERTIFICATE-----"; correct it`,
    ],
    ["cloudflare: {acount: x}", ".acount: is not a known setting; did you mean 'account'?"],
    ["cloudflare: {zones: {Example.org: x}}", `.zones.Example.org: 'Example.org' ${host}`],
    [
      "cloudflare: {team: berth.cloudflareaccess.com}",
      ".team: 'berth.cloudflareaccess.com' must be the team's name alone; correct it",
    ],
  ])("%s", (line, expected) => {
    const [setting = ""] = line.split(":");
    for (const read of [fromFile, fromPulumi]) {
      expect(read(`${required}berth:${line}\n`).issues.map(formatIssue)).toEqual([
        `Pulumi.lab.yaml.${setting}${expected}`,
      ]);
    }
  });
});

describe("a host elsewhere", () => {
  const withHost = (more: string) =>
    `berth:environment: dev\nberth:host: ${host.replace("}", `, ${more}}`)}\n`;

  test.each([
    "docker: 'ssh://ann@lab:2222'",
    "docker: 'tcp://lab:2376', tls: ~/certificates/lab",
    "docker: 'tcp://lab:2376', tls: /etc/docker/client",
    "ssh: lab",
    "ssh: ann@lab.example.org",
    "ssh: 'ssh://ann@lab.example.org:2222'",
    "ssh: 'ssh://[::1]:2222'",
  ])("%s", (more) => {
    const expected = parse(`{${more}}`) as Record<string, string>;
    for (const read of [fromFile, fromPulumi]) {
      const { settings, issues } = read(withHost(more));
      expect(issues).toEqual([]);
      expect(settings?.host).toEqual({ ...defaults.host, ...expected });
    }
  });

  test.each([
    "-oProxyCommand=x",
    "ann@-lab",
    "ssh://-lab",
    "ann@lab -v",
    "lab:2222",
    "https://lab",
    "ssh://lab/run",
    "ssh://ann@",
    "a@b@c",
    "$(x)",
  ])("ssh can't go to %j", (ssh) => {
    for (const read of [fromFile, fromPulumi]) {
      const { issues } = read(withHost(`ssh: ${JSON.stringify(ssh)}`));
      expect(issues.map(formatIssue)).toEqual([
        `Pulumi.lab.yaml.host.ssh: '${ssh}' must be "server", "user@server" or "ssh://user@server:port"; correct it`,
      ]);
    }
  });

  test("certificates are in a folder that is the same from everywhere", () => {
    for (const read of [fromFile, fromPulumi])
      expect(read(withHost("tls: certificates")).issues.map(formatIssue)).toEqual([
        "Pulumi.lab.yaml.host.tls: 'certificates' must be a folder that starts with / or ~/; correct it",
      ]);
  });
});

describe("stack files", () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  afterEach(() => {
    for (const name of ["Pulumi.a.yaml", "Pulumi.b.yaml", "Pulumi.yaml"]) {
      rmSync(join(folder, name), { force: true });
    }
  });
  const sound = `config:\n  berth:environment: dev\n  berth:host: ${host}\n`;

  test("every stack is read, the project file is none, and one that is wrong hides no other", () => {
    write("Pulumi.yaml", "name: berth\n");
    write("Pulumi.a.yaml", sound);
    write("Pulumi.b.yaml", `${sound}  berth:sorces: x\n`);
    const { stacks, issues } = loadStacks(folder);
    expect(stacks.map(({ stack }) => stack)).toEqual(["a"]);
    expect(issues.map(formatIssue)).toEqual([
      "Pulumi.b.yaml.sorces: is not a known setting; did you mean 'sources'?",
    ]);
  });

  test("what is not YAML is one line with its place", () => {
    write("Pulumi.a.yaml", "config:\n  berth:environment: [dev\n");
    const { stacks, issues } = loadStacks(folder);
    expect(stacks).toEqual([]);
    expect(issues.map(formatIssue)).toEqual([
      "Pulumi.a.yaml: is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 3, column 1; correct it",
    ]);
  });

  test.each([
    ["nothing", ""],
    ["no config", "encryptionsalt: v1:abc\n"],
    ["an empty config", "config:\n"],
  ])("a file with %s lacks what is required", (_, text) => {
    write("Pulumi.a.yaml", text);
    expect(loadStacks(folder).issues.map(({ path }) => path)).toEqual([
      "Pulumi.a.yaml.environment",
      "Pulumi.a.yaml.host",
    ]);
  });

  test.each<[string, string, string[]]>([
    ["a list", "- config\n", ["Pulumi.a.yaml: is not a mapping; write 'config:' and its values"]],
    ["a scalar", "config\n", ["Pulumi.a.yaml: is not a mapping; write 'config:' and its values"]],
    [
      "a list of values",
      "config:\n  - berth:environment: dev\n",
      [
        "Pulumi.a.yaml.config: is not a mapping; write 'berth:environment:' and the others below it",
      ],
    ],
    [
      "a misspelt config, which is not missing then",
      sound.replace("config", "confg"),
      ["Pulumi.a.yaml.confg: is not a known setting; did you mean 'config'?"],
    ],
    [
      "a setting beside config",
      `${sound}berth:ports: documented\n`,
      ["Pulumi.a.yaml.berth:ports: is not below 'config'; move it there"],
    ],
    [
      "something of nobody's",
      `${sound}zzzzzz: 1\n`,
      [
        "Pulumi.a.yaml.zzzzzz: is not a known setting; there is config, encryptedkey, encryptionsalt, environment, secretsprovider",
      ],
    ],
    [
      "a setting without its namespace",
      `${sound}  ports: documented\n`,
      ["Pulumi.a.yaml.config.ports: has no namespace; write 'berth:ports'"],
    ],
  ])("a file with %s", (_, text, expected) => {
    write("Pulumi.a.yaml", text);
    expect(loadStacks(folder).issues.map(formatIssue)).toEqual(expected);
  });

  test("what Pulumi itself writes into a stack file is fine", () => {
    write(
      "Pulumi.a.yaml",
      `secretsprovider: passphrase\nencryptedkey: a\nencryptionsalt: v1:a\nenvironment: [b]\n${sound}`,
    );
    const { stacks, issues } = loadStacks(folder);
    expect(issues).toEqual([]);
    expect(stacks).toHaveLength(1);
  });

  test("the neighbours of a stack: its own file's issues are not theirs", () => {
    write("Pulumi.a.yaml", `${sound}  berth:sorces: x\n`);
    write("Pulumi.b.yaml", sound);
    expect(loadOtherStacks(folder, "a").stacks.map(({ stack }) => stack)).toEqual(["b"]);
    expect(loadOtherStacks(folder, "a").issues).toEqual([]);
    expect(loadOtherStacks(folder, "b").stacks).toEqual([]);
    expect(loadOtherStacks(folder, "b").issues.map(({ path }) => path)).toEqual([
      "Pulumi.a.yaml.sorces",
    ]);
  });
});
