import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provisioningScript } from "../../planning/provisioning-script";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "berth-provisioning-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script with a psql of the test's own. */
function run(psql: string) {
  writeFileSync(join(folder, "psql"), `#!/bin/sh\n${psql}\n`, { mode: 0o755 });
  return spawnSync("sh", ["-c", provisioningScript], {
    encoding: "utf8",
    env: {
      PATH: `${folder}:${process.env.PATH ?? ""}`,
      BERTH_SUPERUSER: "l2p",
      BERTH_DATABASES: "",
      PASSWORD_postgres: "hidden",
    },
  });
}

const noSuperuser =
  "the data has no superuser 'l2p'; name the one with which it was made as 'superuser' in berth:volumes\n";

test.each(["echo f", `echo 'psql: error: FATAL:  role "l2p" does not exist' >&2; exit 2`])(
  "a role that is no superuser or not there: %s",
  (psql) => expect(run(psql)).toMatchObject({ status: 1, stderr: noSuperuser }),
);

test("a socket that lets nobody in is told with psql's own words", () => {
  const why = "psql: error: fe_sendauth: no password supplied";
  expect(run(`echo '${why}' >&2; exit 2`)).toMatchObject({
    status: 1,
    stderr: `the server's socket lets nobody in as 'l2p': ${why}; make 'local all all trust' the first line of pg_hba.conf in the data\n`,
  });
});

test("no session that has a password lets the server log statements", () => {
  // Asked for superusers it says yes; else it shows its options, on stderr as notes are read from stdout.
  const { status, stderr } = run(
    `case "$*" in *rolsuper*current_user*) echo t ;; *) echo "options:\${PGOPTIONS-}" >&2 ;; esac`,
  );
  expect(status).toBe(0);
  const sessions = stderr.split("\n").filter((line) => line.startsWith("options:"));
  expect(sessions.length).toBeGreaterThan(0);
  for (const session of sessions)
    for (const option of [
      "log_min_error_statement=panic",
      "log_statement=none",
      "log_min_duration_statement=-1",
      "log_min_duration_sample=-1",
    ])
      expect(session).toContain(`-c ${option}`);
});
