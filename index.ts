import * as pulumi from "@pulumi/pulumi";
import { Stack } from "./components/stack";
import { loadCatalogue } from "./config/catalogue";
import { dockerAddress } from "./config/docker-address";
import { imageOf } from "./config/images";
import { loadImagesLock } from "./config/images-lock";
import { IssuesError } from "./config/issues";
import { imageSource, observeMachine, rootSecret, sourcesFolder } from "./config/machine";
import { cloudflareTokenKey, declaredSecrets } from "./config/secret-keys";
import { readFileVariables } from "./config/sources";
import {
  rootSecretFromPulumi,
  configSecretFromPulumi,
  secretFromPulumi,
  settingsFromPulumi,
} from "./config/settings-pulumi";
import { environmentIssues } from "./config/stack-environment";
import { loadOtherStacks } from "./config/stack-files";
import { stackOutputs } from "./planning/outputs";
import { planStack } from "./planning/plan";
import { cloudflareIssues } from "./preflight/cloudflare";
import { configSecretIssues } from "./preflight/config-secrets";
import { transportIssues } from "./preflight/host";
import { mountIssues, sourceIssues } from "./preflight/sources";

/** Load, plan, create, put out. */
function program(): Record<string, unknown> {
  const catalogue = loadCatalogue();
  const secrets = declaredSecrets(catalogue);
  const { settings, issues } = settingsFromPulumi(secrets);
  const shell = environmentIssues(__dirname, pulumi.getStack());
  if (shell.length > 0) throw stop(shell);
  if (!settings) throw stop(issues);
  const others = loadOtherStacks(__dirname, settings.stack, secrets);
  if (others.issues.length > 0) throw stop(others.issues);
  const { lock, issues: lockIssues } = loadImagesLock(__dirname);
  if (lockIssues.length > 0) throw stop(lockIssues);
  const machine = observeMachine(catalogue, settings);
  const plan = planStack({
    catalogue,
    stacks: [settings, ...others.stacks],
    stack: settings.stack,
    machine,
    ...(lock && { imagesLock: lock }),
  });
  if (plan.issues.length > 0) throw stop(plan.issues);

  const sources = sourcesFolder(settings);
  const address = dockerAddress(settings);
  const missing = [
    ...transportIssues(plan, address),
    ...cloudflareIssues(plan, configSecretFromPulumi(cloudflareTokenKey)),
    ...configSecretIssues(plan, configSecretFromPulumi),
    ...sourceIssues(plan, settings, sources),
    ...mountIssues(plan, sources, address.url),
  ];
  if (missing.length > 0) throw stop(missing);
  const images = imageSource(settings);
  const stack = new Stack(settings.stack, {
    plan,
    docker: address.from === "default" ? undefined : address.url,
    certificates: address.tls,
    sources,
    configSecret: secretFromPulumi,
    rootSecret: rootSecretFromPulumi() ?? pulumi.secret(rootSecret()),
    imageOf: (service) => imageOf(service, sources, images),
    fileVariables: (service) => readFileVariables(service.environmentFiles, sources),
  });
  return { ...stackOutputs(plan, settings.host), passwords: stack.passwords };
}

/** The user's own mistakes, without a stack trace. */
function stop(issues: IssuesError["issues"]): Error {
  return new pulumi.RunError(new IssuesError(issues).message);
}

export = program();
