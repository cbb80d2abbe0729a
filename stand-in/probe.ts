import { lookup } from "node:dns/promises";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import type { StandInNeed } from "./contract";
import type { Target } from "./target";

/** How long one attempt may take. */
const timeoutMs = 5_000;

/** Tries to reach a target as `kind`; resolves to what was seen, rejects with why not. */
export async function probe(kind: StandInNeed["kind"], target: Target): Promise<string> {
  if (kind === "job") return "ran before this container started";
  const { address } = await lookup(target.host).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${target.host} does not resolve (${error.code ?? error.message})`);
  });
  switch (kind) {
    case "postgres":
      return probePostgres(target);
    case "redis":
      return probeRedis(target, address);
    case "http":
      return probeHttp(target, address);
    case "tcp":
      return probeTcp(target, address);
  }
}

function open(target: Target, address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: target.port, timeout: timeoutMs });
    socket.once("connect", () => resolve(socket));
    socket.once("timeout", () => socket.destroy(new Error("timed out")));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      reject(new Error(`${target.host}:${target.port} cannot be connected to (${why})`));
    });
  });
}

async function probeTcp(target: Target, address: string): Promise<string> {
  const socket = await open(target, address);
  socket.destroy();
  return `connected to ${target.host}:${target.port}`;
}

async function probeRedis(target: Target, address: string): Promise<string> {
  const socket = await open(target, address);
  try {
    if (target.password !== undefined) {
      // A user alone is a placeholder in many a URL: only with a name of its own is it a login.
      const user = target.user !== undefined && target.user !== "default" ? [target.user] : [];
      await redisCommand(socket, ["AUTH", ...user, target.password]);
    }
    await redisCommand(socket, ["PING"]);
    return `PING answered${target.password === undefined ? "" : ", logged in"}`;
  } finally {
    socket.destroy();
  }
}

/** Sends one command whose answer is one line; an error's code alone is passed on. */
function redisCommand(socket: Socket, words: string[]): Promise<void> {
  const bytes = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("");
  return new Promise((resolve, reject) => {
    let answer = "";
    const name = words[0] ?? "";
    const end = (error?: Error): void => {
      socket.removeAllListeners("data");
      if (error) reject(error);
      else resolve();
    };
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("utf8");
      if (!answer.includes("\r\n")) return;
      const code = answer.slice(1).split(/\s/, 1)[0] ?? "";
      end(answer.startsWith("-") ? new Error(`${name} was refused (${code})`) : undefined);
    });
    socket.once("timeout", () => end(new Error(`${name} had no answer`)));
    socket.once("close", () => end(new Error(`${name}: the connection was closed`)));
    socket.write(`*${words.length}\r\n${bytes}`);
  });
}

function probeHttp(target: Target, address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: address,
        port: target.port,
        path: target.path,
        headers: { host: `${target.host}:${target.port}`, "user-agent": "berth-stand-in" },
        timeout: timeoutMs,
        agent: false,
      },
      (response) => {
        response.resume();
        const code = response.statusCode ?? 0;
        if (code < 500) resolve(`GET ${target.path} answered ${code}`);
        else reject(new Error(`GET ${target.path} answered ${code}`));
      },
    );
    call.on("timeout", () => call.destroy(new Error("timed out")));
    call.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      reject(new Error(`${target.host}:${target.port} gives no HTTP answer (${why})`));
    });
    call.end();
  });
}

async function probePostgres(target: Target): Promise<string> {
  // Only who needs a database pays for the client.
  const { Client } = await import("pg");
  const client = new Client({
    host: target.host,
    port: target.port,
    user: target.user ?? "postgres",
    password: target.password ?? "",
    database: target.database ?? target.user ?? "postgres",
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: "berth-stand-in",
  });
  // A connection that breaks between the two calls must not end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return `logged in to ${client.database ?? "the database"} as ${client.user ?? "its user"}`;
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException;
    const what = syscall === undefined ? "refused the login" : "cannot be connected to";
    const why = syscall === undefined ? message : (code ?? message);
    throw new Error(`${target.host}:${target.port} ${what} (${why})`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
