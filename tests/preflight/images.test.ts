import { formatIssue } from "../../config/issues";
import type { ImageSource } from "../../config/machine";
import { imageLockIssues } from "../../preflight/images";
import { planOf, service, settings, system } from "../support/catalogue";

const systems = [
  system("shop", { web: service({ image: { registry: "nginx:1.27.4" } }), cache: service() }),
];
const issues = (stack: string, from: ImageSource | undefined) =>
  imageLockIssues(planOf(systems, [settings(stack)]), from).map(formatIssue);

test("prod pulls nothing by its tag alone", () => {
  const finding = [
    "images.lock.json: has no digest of nginx:1.27.4, redis:7.4.2-alpine; run ./berth images lock, look at what changed, and commit the file",
  ];
  expect(issues("prod", "registry")).toEqual(finding);
  expect(issues("prod", undefined)).toEqual(finding);
});

test("dev may, and what is built here has no registry", () => {
  expect(issues("dev", "registry")).toEqual([]);
  expect(issues("prod", "local")).toEqual([]);
});
