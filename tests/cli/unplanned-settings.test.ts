import { changedSettings } from "../../cli/diff/unplanned-settings";

const file = (config: string) => `# a stack\nconfig:\n  berth:systems: [luv]\n${config}`;

test("settings that no plan has are told when they change", () => {
  expect(
    changedSettings(
      "Pulumi.prod.yaml",
      file("  berth:host: { id: server, docker: ssh://old }\n"),
      file("  berth:host: { id: server, docker: ssh://new }\n  berth:standIns: true\n"),
    ),
  ).toEqual([
    "Pulumi.prod.yaml.host.docker: ssh://old → ssh://new: the whole stack is made on that Docker, without the data that it has now",
    "Pulumi.prod.yaml.standIns: none → true: applications without a source stop 'up', or no longer do",
  ]);
});

test("those that stay, and others, are not", () => {
  const same = "  berth:host: { id: server, docker: ssh://old }\n";
  expect(
    changedSettings("Pulumi.prod.yaml", file(same), file(`${same}  berth:ports: x\n`)),
  ).toEqual([]);
});
