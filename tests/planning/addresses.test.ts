import type { Settings } from "../../config/schema/settings";
import { sshDestination } from "../../planning/addresses";

const host: Settings["host"] = {
  id: "lab",
  platform: "linux/amd64",
  memory: "8 GiB",
  cpus: 4,
  gpu: false,
};

test.each([
  [{}, "lab"],
  [{ docker: "unix:///run/docker.sock" }, "lab"],
  [{ docker: "tcp://10.0.0.7:2376" }, "lab"],
  [{ docker: "ssh://ann@lab.example.org:2222" }, "ssh://ann@lab.example.org:2222"],
  [{ docker: "ssh://ann@lab.example.org", ssh: "bob@gate" }, "bob@gate"],
])("ssh to the host of %j goes to %s", (more, expected) => {
  expect(sshDestination({ ...host, ...more })).toBe(expected);
});
