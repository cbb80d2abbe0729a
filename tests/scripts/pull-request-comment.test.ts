import { deflateRawSync } from "node:zlib";
import { comment, defused, unzipped, type Api } from "../../scripts/pull-request-comment";

const run = { id: 7, head_sha: "a".repeat(40), head_repository: { id: 3 }, repository: { id: 3 } };

/** A zip archive as upload-artifact makes them. */
function zip(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const data = deflateRawSync(content);
    const offset = locals.reduce((sum, each) => sum + each.length, 0);
    const local = Buffer.alloc(30);
    local.write("PK\x03\x04", "latin1");
    local.writeUInt16LE(name.length, 26);
    locals.push(local, Buffer.from(name), data);
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02", "latin1");
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entries.push(entry, Buffer.from(name));
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(Buffer.concat(locals).length, 16);
  return Buffer.concat([...locals, ...entries, end]);
}

interface World {
  files?: string[];
  artifacts?: Record<string, Record<string, string>>;
  bytes?: number;
  pull?: { state?: string; sha?: string; repo?: number | null };
  comments?: { id: number; body: string; user: { login: string; type: string } | null }[];
}

/** GitHub as far as it is asked, with what was sent to it. */
function github({
  files = ["Pulumi.dev.yaml", "config/systems/luv.ts"],
  artifacts = {},
  bytes = 100,
  pull = {},
  comments = [],
}: World) {
  const sent: { method: string; path: string; body: string }[] = [];
  const names = Object.keys(artifacts);
  const answers: [RegExp, (path: string) => unknown][] = [
    [
      /^\/repos\/o\/r\/actions\/runs\/7\/artifacts/,
      () => ({ artifacts: names.map((name, id) => ({ id, name, size_in_bytes: bytes })) }),
    ],
    [
      /^\/repos\/o\/r\/pulls\/12$/,
      () => ({
        state: pull.state ?? "open",
        head: {
          sha: pull.sha ?? run.head_sha,
          repo: pull.repo === null ? null : { id: pull.repo ?? 3 },
        },
      }),
    ],
    [/^\/repos\/o\/r\/pulls\/12\/files/, () => files.map((filename) => ({ filename }))],
    [
      /^\/repos\/o\/r\/issues\/12\/comments/,
      (path) => {
        const page = Number(/[?&]page=(\d+)/.exec(path)?.[1]);
        return comments.slice((page - 1) * 100, page * 100);
      },
    ],
  ];
  const api: Api = {
    get: <T>(path: string) => {
      const found = answers.find(([pattern]) => pattern.test(path));
      if (found === undefined) throw new Error(`nobody should ask for ${path}`);
      return Promise.resolve(found[1](path) as T);
    },
    send: (method, path, body) => {
      sent.push({ method, path, body: (body as { body: string }).body });
      return Promise.resolve();
    },
    download: (path) => {
      const id = Number(/artifacts\/(\d+)\/zip$/.exec(path)?.[1]);
      return Promise.resolve(zip(artifacts[names[id] ?? ""] ?? {}));
    },
  };
  return { api, sent };
}

const consequences = { number: "12", "text.md": "## What this change does" };
const bot = { login: "github-actions[bot]", type: "Bot" };

test("the first run comments, the next updates that comment and nobody else's", async () => {
  const first = github({ artifacts: { "comment-consequences": consequences } });
  expect(await comment(first.api, "o/r", run)).toBe("commented on pull request 12");
  const body = "<!-- berth diff -->\n## What this change does";
  expect(first.sent).toEqual([{ method: "POST", path: "/repos/o/r/issues/12/comments", body }]);
  const others = Array.from({ length: 100 }, (_, id) => ({
    ...{ id, body, user: { login: "mallory", type: "User" } },
  }));
  const next = github({
    artifacts: { "comment-consequences": consequences },
    comments: [...others, { id: 500, body, user: bot }],
  });
  expect(await comment(next.api, "o/r", run)).toBe("comment updated on pull request 12");
  expect(next.sent).toEqual([{ method: "PATCH", path: "/repos/o/r/issues/comments/500", body }]);
});

test("previews follow, folded", async () => {
  const { api, sent } = github({
    artifacts: {
      "comment-preview-prod": { number: "12", "text.md": "    + 1 to create" },
      "comment-consequences": consequences,
      "something-else": { number: "13", "text.md": "no" },
    },
  });
  await comment(api, "o/r", run);
  expect(sent[0]?.body.split("\n").slice(1)).toEqual([
    ...["## What this change does", ""],
    ...["<details><summary>pulumi preview prod</summary>", "", "    + 1 to create", ""],
    "</details>",
  ]);
});

test("of a fork there are no previews, whatever it calls so", async () => {
  const fork = { ...run, head_repository: { id: 4 } };
  const { api, sent } = github({
    artifacts: {
      "comment-consequences": consequences,
      "comment-preview-prod": { number: "12", "text.md": "nothing to change" },
    },
    pull: { repo: 4 },
  });
  expect(await comment(api, "o/r", fork)).toBe("commented on pull request 12");
  expect(sent[0]?.body).not.toContain("pulumi preview");
});

test("says so where the pull request's own code wrote it", async () => {
  const { api, sent } = github({
    files: ["config/systems/luv.ts", "planning/consequences/index.ts"],
    artifacts: { "comment-consequences": consequences },
  });
  await comment(api, "o/r", run);
  expect(sent[0]?.body).toContain("> This pull request changes Berth's own code as well");
});

describe("there is no comment", () => {
  const artifacts = { "comment-consequences": consequences };
  test.each<[string, World]>([
    ["for another commit", { artifacts, pull: { sha: "b".repeat(40) } }],
    ["for another repository", { artifacts, pull: { repo: 4 } }],
    ["for a repository that is gone", { artifacts, pull: { repo: null } }],
    ["for a closed pull request", { artifacts, pull: { state: "closed" } }],
    ["from an archive that is too large", { artifacts, bytes: 2_000_000 }],
    ["without artifacts", { artifacts: {} }],
    [
      "where the artifacts disagree",
      { artifacts: { ...artifacts, "comment-preview-dev": { number: "13", "text.md": "x" } } },
    ],
    ["for a number that is none", { artifacts: { "comment-consequences": { number: "1/../2" } } }],
  ])("%s", async (_, world) => {
    const { api, sent } = github(world);
    expect(await comment(api, "o/r", run)).toMatch(/no comment|nothing to say/);
    expect(sent).toEqual([]);
  });

  test("from an archive that unfolds into more than a comment", () => {
    const bomb = zip({ "text.md": "x".repeat(300_000) });
    expect(bomb.length).toBeLessThan(1000);
    expect(() => unzipped(bomb, "text.md")).toThrow();
  });
});

test("a text calls nobody, shows no pictures and has no HTML of its own", () => {
  expect(defused('<img src="x"> @ann ![a](http://x) [b][c] <DETAILS open> \u202eabc')).toBe(
    '&lt;img src="x"> @\u200bann ![a]\u200b(http://x) [b]\u200b[c] &lt;DETAILS open> abc',
  );
  const own = "<details><summary>Details</summary>\n\na<br>b\n\n</details>\n\n<sub>c</sub>";
  expect(defused(own)).toBe(own);
});

test("a long text ends at a line, with its details closed", async () => {
  const text = `<details>\n\n${"line\n".repeat(20_000)}`;
  const { api, sent } = github({
    artifacts: { "comment-consequences": { number: "12", "text.md": text } },
  });
  await comment(api, "o/r", run);
  const body = sent[0]?.body ?? "";
  expect(body.length).toBeLessThan(60_200);
  expect(body).toMatch(/\nline\n\n<\/details>\n\nToo long for a comment: [^\n]+$/);
});
