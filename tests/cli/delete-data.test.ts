import { describeData, requireConfirmation } from "../../cli/update/delete-data";

test("what goes for good is a table of volumes, services and sizes", () => {
  const own = [
    { name: "lab-data-dev", service: "lab/postgres", remark: "" },
    { name: "old_dev", service: "lab", remark: "of no service any more" },
    { name: "cache_dev", service: "lab/web", remark: "a cache" },
  ];
  const sizes = new Map([
    ["lab-data-dev", 38_249_731],
    ["cache_dev", 0],
  ]);
  expect(describeData("dev", own, sizes)).toEqual([
    "With stack dev these volumes and all data on them go for good:",
    "VOLUME        SERVICE       SIZE     REMARK",
    "lab-data-dev  lab/postgres  38.2 MB",
    "old_dev       lab           –        of no service any more",
    "cache_dev     lab/web       0 B      a cache",
  ]);
  expect(describeData("dev", [], sizes)).toEqual(["Stack dev has no volumes on this Docker host."]);
});

describe("without a terminal", () => {
  // The tests have none.
  test("only the stack's own name is leave to delete its data", () => {
    expect(() => requireConfirmation("dev", "dev")).not.toThrow();
    expect(() => requireConfirmation("dev", undefined)).toThrow(
      "down --delete-data: there is no terminal to ask on, and --yes is not enough to delete data; add --confirm dev",
    );
    for (const other of ["prod", "", "DEV", "y"])
      expect(() => requireConfirmation("dev", other)).toThrow(
        `down --delete-data: --confirm names '${other}', and the stack is 'dev'; name the stack whose data is to go`,
      );
  });
});
