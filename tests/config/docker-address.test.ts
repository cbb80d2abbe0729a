import { homedir } from "node:os";
import { dockerAddress, dockerVariables, isElsewhere } from "../../config/docker-address";
import type { Settings } from "../../config/schema/settings";

const own = (more: Partial<Settings["host"]>) => ({
  host: {
    id: "lab",
    platform: "linux/amd64" as const,
    memory: "8 GiB",
    cpus: 4,
    gpu: false,
    ...more,
  },
});

test("the stack's host comes before the shell's, and that before the usual socket", () => {
  const shell = { DOCKER_HOST: "ssh://shell" };
  expect(dockerAddress(own({ docker: "ssh://lab" }), shell)).toEqual({
    url: "ssh://lab",
    tls: undefined,
    from: "stack settings",
  });
  expect(dockerAddress(own({}), shell)).toMatchObject({ url: "ssh://shell", from: "DOCKER_HOST" });
  expect(dockerAddress(own({}), { DOCKER_HOST: "" })).toEqual({
    url: "unix:///var/run/docker.sock",
    tls: undefined,
    from: "default",
  });
  expect(dockerAddress(undefined, { DOCKER_HOST: "lab:2375" }).url).toBe("tcp://lab:2375");
});

describe("TLS", () => {
  const docker = "tcp://lab:2376";
  const shell = { DOCKER_CERT_PATH: "/shell", DOCKER_TLS_VERIFY: "1" };
  test.each<[string, Partial<Settings["host"]>, NodeJS.ProcessEnv, string | undefined]>([
    ["by the settings", { docker, tls: "/lab" }, shell, "/lab"],
    ["in the home folder", { docker, tls: "~/lab" }, shell, `${homedir()}/lab`],
    ["by the shell", { docker }, shell, "/shell"],
    ["asked for by the shell", { docker }, { DOCKER_TLS_VERIFY: "1" }, `${homedir()}/.docker`],
    [
      "in Docker's own folder",
      { docker },
      { DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG: "/client" },
      "/client",
    ],
    ["none", { docker }, {}, undefined],
    ["none for ssh", { docker: "ssh://lab", tls: "/lab" }, shell, undefined],
    ["none for a socket", { docker: "unix:///docker.sock" }, shell, undefined],
  ])("%s", (_, host, given, expected) => {
    expect(dockerAddress(own(host), given).tls).toBe(expected);
  });
});

test("what Docker's other clients read, so that none takes the shell's certificates along", () => {
  const ssh = dockerAddress(own({ docker: "ssh://lab" }), { DOCKER_CERT_PATH: "/shell" });
  expect(dockerVariables(ssh)).toEqual({
    DOCKER_HOST: "ssh://lab",
    DOCKER_CERT_PATH: "",
    DOCKER_TLS_VERIFY: "",
  });
  const tcp = dockerAddress(own({ docker: "tcp://lab", tls: "/lab" }), {});
  expect(dockerVariables(tcp)).toEqual({
    DOCKER_HOST: "tcp://lab",
    DOCKER_CERT_PATH: "/lab",
    DOCKER_TLS_VERIFY: "1",
  });
  expect(dockerAddress(undefined, dockerVariables(tcp))).toEqual({ ...tcp, from: "DOCKER_HOST" });
});

test("only a socket of this machine is here", () => {
  expect(isElsewhere("unix:///var/run/docker.sock")).toBe(false);
  for (const url of ["ssh://lab", "tcp://127.0.0.1:2375"]) expect(isElsewhere(url)).toBe(true);
});
