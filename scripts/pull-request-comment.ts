/**
 * Puts what a pull request's run left as artifacts into one comment, and keeps it up to date. Run by
 * .github/workflows/pull-request-comment.yml without any package, by Node alone.
 *
 * The artifacts come from code that nobody has reviewed: their size is limited, their text is
 * defused, and the pull request that they name must have the very commit that the run was for.
 */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const marker = "<!-- berth diff -->";
/** GitHub takes 65,536 characters. */
const longest = 60_000;
const largestArtifact = 1_000_000;
const largestText = 250_000;

/** In the order in which they stand in the comment. */
const parts = [
  { artifact: "comment-consequences", title: undefined },
  { artifact: "comment-preview-dev", title: "pulumi preview dev" },
  { artifact: "comment-preview-prod", title: "pulumi preview prod" },
];

/** Files that say what runs, and not how it is planned and told. */
const data = /^(Pulumi\.[\w-]+\.yaml|images\.lock\.json|config\/systems\/.*|docs\/.*|[A-Z]+\.md)$/;
const ownWord =
  "> This pull request changes Berth's own code as well, and that code wrote what follows.";

interface Run {
  id: number;
  head_sha: string;
  head_repository: { id: number } | null;
  repository: { id: number };
}

export interface Api {
  get: <T>(path: string) => Promise<T>;
  send: (method: "POST" | "PATCH", path: string, body: object) => Promise<void>;
  download: (path: string) => Promise<Buffer>;
}

/** Comments on the pull request of a run; gives what was done. */
export async function comment(api: Api, repository: string, run: Run): Promise<string> {
  const repo = `/repos/${repository}`;
  const { artifacts } = await api.get<{
    artifacts: { id: number; name: string; size_in_bytes: number }[];
  }>(`${repo}/actions/runs/${run.id}/artifacts?per_page=100`);
  const texts: string[] = [];
  const numbers = new Set<string>();
  for (const { artifact, title } of parts) {
    const found = artifacts.find(({ name }) => name === artifact);
    // Of a fork there is no preview: what is called one is forged.
    const foreign = run.head_repository?.id !== run.repository.id;
    if (found === undefined || (foreign && artifact !== "comment-consequences")) continue;
    if (found.size_in_bytes > largestArtifact) return `${artifact} is too large: no comment`;
    const zip = await api.download(`${repo}/actions/artifacts/${found.id}/zip`);
    numbers.add(unzipped(zip, "number"));
    const text = defused(unzipped(zip, "text.md"));
    texts.push(title === undefined ? text : folded(title, text));
  }
  const [number = ""] = numbers;
  if (texts.length === 0) return "the run left nothing to say";
  if (numbers.size !== 1 || !/^[1-9]\d{0,9}$/.test(number))
    return "the artifacts name no single pull request: no comment";
  const pull = await api.get<{
    state: string;
    head: { sha: string; repo: { id: number } | null };
  }>(`${repo}/pulls/${number}`);
  const same =
    pull.head.sha === run.head_sha &&
    pull.head.repo !== null &&
    pull.head.repo.id === run.head_repository?.id;
  if (!same || pull.state !== "open") return `pull request ${number} is not the run's: no comment`;
  const files = await api.get<{ filename: string }[]>(`${repo}/pulls/${number}/files?per_page=100`);
  const onlyData = files.length < 100 && files.every(({ filename }) => data.test(filename));
  const text = [...(onlyData ? [] : [ownWord]), ...texts].join("\n\n");
  const body = `${marker}\n${shortened(text)}`;
  const own = await ownComment(api, `${repo}/issues/${number}/comments`);
  if (own === undefined) await api.send("POST", `${repo}/issues/${number}/comments`, { body });
  else await api.send("PATCH", `${repo}/issues/comments/${own}`, { body });
  return `${own === undefined ? "commented" : "comment updated"} on pull request ${number}`;
}

/** The comment that an earlier run made; nobody else's, whatever it starts with. */
async function ownComment(api: Api, path: string): Promise<number | undefined> {
  for (let page = 1; ; page++) {
    const comments = await api.get<
      { id: number; body?: string; user: { login: string; type: string } | null }[]
    >(`${path}?per_page=100&page=${page}`);
    const own = comments.find(
      ({ body, user }) =>
        user?.type === "Bot" &&
        user.login === "github-actions[bot]" &&
        body?.startsWith(marker) === true,
    );
    if (own !== undefined || comments.length < 100) return own?.id;
  }
}

/** One file of a zip archive, of which nothing is written to disk; "" where it is not there. */
export function unzipped(zip: Buffer, file: string): string {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error("an artifact is no archive");
  let entry = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const method = zip.readUInt16LE(entry + 10);
    const size = zip.readUInt32LE(entry + 20);
    const name = zip.readUInt16LE(entry + 28);
    const rest = zip.readUInt16LE(entry + 30) + zip.readUInt16LE(entry + 32);
    if (zip.toString("utf8", entry + 46, entry + 46 + name) === file) {
      const local = zip.readUInt32LE(entry + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + size);
      const content = method === 0 ? data : inflateRawSync(data, { maxOutputLength: largestText });
      return content.toString("utf8");
    }
    entry += 46 + name + rest;
  }
  return "";
}

/** Markdown that calls nobody, shows no pictures, leads nowhere under another name, and has no HTML of its own. */
export function defused(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/@/g, "@\u200b")
    .replace(/<(?!\/?(details|summary|sub|br)>)/g, "&lt;")
    .replace(/\](?=[([:])/g, "]\u200b");
}

/** Whole lines, and a fence that was open is not left so. */
function shortened(text: string): string {
  if (text.length <= longest) return text;
  const kept = text.slice(0, text.lastIndexOf("\n", longest));
  const open = (kept.match(/<details>/g)?.length ?? 0) - (kept.match(/<\/details>/g)?.length ?? 0);
  return `${kept}\n\n${"</details>\n\n".repeat(Math.max(0, open))}Too long for a comment: the run's summary has all of it.`;
}

function folded(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
}

function github(url: string, token: string): Api {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      ...init,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "x-github-api-version": "2022-11-28",
      },
    });
    if (!answer.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${answer.status}`);
    return answer;
  };
  return {
    get: async <T>(path: string) => (await (await ask(path)).json()) as T,
    send: async (method, path, body) => {
      await ask(path, { method, body: JSON.stringify(body) });
    },
    download: async (path) => Buffer.from(await (await ask(path)).arrayBuffer()),
  };
}

async function main(): Promise<void> {
  const { GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env;
  const event = JSON.parse(readFileSync(GITHUB_EVENT_PATH ?? "", "utf8")) as { workflow_run: Run };
  const api = github(GITHUB_API_URL ?? "https://api.github.com", GITHUB_TOKEN ?? "");
  console.log(await comment(api, GITHUB_REPOSITORY ?? "", event.workflow_run));
}

if (process.argv[1]?.endsWith("pull-request-comment.ts")) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
