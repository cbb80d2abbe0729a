import { Client } from "pg";

/** Where a database is, for `pg`. */
export interface Login {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** A pause between two rows, or before another try: the writer leaves the machine to the others. */
const pauseMs = 50;

/**
 * A client that writes numbered rows whenever it reaches the server, and remembers which the server
 * acknowledged. A number whose outcome it can't know is not written again.
 */
export class RowWriter {
  readonly acknowledged: number[] = [];
  /** Rows that were on the way when the connection broke. */
  unsure = 0;
  /** Connections that were lost. */
  lost = 0;
  private next = 1;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly login: Login) {
    this.done = this.run();
  }

  /** Ends after the row that is on the way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  /** The numbers that the server has. */
  async rows(): Promise<Set<number>> {
    const client = await this.connect();
    try {
      const { rows } = await client.query<{ n: number }>("SELECT n FROM rows");
      return new Set(rows.map(({ n }) => n));
    } finally {
      await client.end();
    }
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const client = await this.connect();
        await this.write(client).finally(() => client.end().catch(() => undefined));
      } catch {
        await pause(); // the server is not there now
      }
    }
  }

  private async write(client: Client): Promise<void> {
    while (!this.stopped) {
      const n = this.next++;
      try {
        await client.query("INSERT INTO rows VALUES ($1)", [n]);
      } catch (error) {
        this.unsure++;
        this.lost++;
        throw error;
      }
      this.acknowledged.push(n);
      await pause();
    }
  }

  private async connect(): Promise<Client> {
    const client = new Client({ ...this.login, connectionTimeoutMillis: 5000 });
    client.on("error", () => undefined); // the next query tells
    try {
      await client.connect();
      await client.query("CREATE TABLE IF NOT EXISTS rows (n int PRIMARY KEY)");
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));
