import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createDb, openFile, openSqlite, trafficFile } from "@local-mcp/database";
import type { BegunEntry, EndedEntry, EntryBody } from "../entries.ts";
import { type Payload, unpacked } from "../payload.ts";
import { LogStore } from "./log-store.ts";
import type { Retention, Stored } from "./messages.ts";
import { partsOf, wordsTable } from "./text-index.ts";

export const bodyOf = (text: string): EntryBody => ({ text, bytes: Buffer.byteLength(text) });

/** A store on files of its own. */
export class LogStage {
  readonly root = mkdtempSync(join(tmpdir(), "log-store-"));
  readonly files = {
    traffic: join(this.root, "traffic.db"),
    database: join(this.root, "local-mcp-gateway.db"),
  };
  readonly configuration = createDb({ path: this.files.database });
  /** The connection of the store. */
  #connection: Connection | null = null;
  store = this.#newStore();
  #key = 0;

  /** An exchange that ended well, or what is said of it. */
  entry(given: Partial<BegunEntry> = {}): BegunEntry {
    this.#key += 1;
    const key = given.key ?? this.#key;
    return {
      correlation: `c${key}`,
      kind: "request",
      direction: "from_client",
      at: 1_800_000_000_000 + key + 0.25,
      profileId: null,
      serverId: null,
      sessionId: "session-1",
      client: { name: "Some client", version: "1.2.3" },
      era: "modern",
      method: "tools/call",
      name: "greet",
      request: bodyOf(`{"jsonrpc":"2.0","id":${key},"method":"tools/call"}`),
      hasContents: true,
      ended: this.end({ key }),
      ...given,
      key,
    };
  }

  end(given: Partial<EndedEntry> & { key: number }): EndedEntry {
    return {
      outcome: "ok",
      durationMs: 12.5,
      waitedMs: null,
      headMs: null,
      httpStatus: 200,
      error: null,
      response: bodyOf(`{"jsonrpc":"2.0","id":${given.key},"result":{}}`),
      ...given,
    };
  }

  write(begun: BegunEntry[], ended: EndedEntry[] = [], limit: number | null = 65_536): Stored {
    return this.store.write({ begun, ended }, limit);
  }

  /** Looks into the file by a connection of its own. */
  look<T>(run: (db: Connection) => T): T {
    const db = openSqlite(this.files.traffic, { readonly: true });
    try {
      return run(db);
    } finally {
      db.close();
    }
  }

  all<Row>(sql: string): Row[] {
    return this.look((db) => db.prepare<[], Row>(sql).all());
  }

  get(sql: string, ...values: unknown[]): unknown {
    return this.look((db) => db.prepare(sql).get(...values));
  }

  /** The requests that are recorded. */
  texts(): string[] {
    return this.all<{ payload: Payload }>(
      "SELECT request_payload AS payload FROM debug_logs WHERE request_payload IS NOT NULL ORDER BY id",
    ).map(({ payload }) => unpacked(payload));
  }

  /** Whether any of these is in the file or its log, as it is on the disk. */
  holds(texts: readonly string[]): string[] {
    const bytes = ["", "-wal"]
      .map((suffix) => `${this.files.traffic}${suffix}`)
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path));
    return texts.filter((text) => bytes.some((one) => one.includes(text)));
  }

  /** Removes all that was cleared. */
  clearAll(): void {
    for (let more = true; more;) ({ more } = this.store.clearSome());
  }

  async clear(filter = ""): Promise<number> {
    const { rows } = await this.store.clear(
      { filter, now: Date.now() },
      new AbortController().signal,
    );
    return rows;
  }

  /** Prunes until nothing is left to go. @returns how many rows went */
  prune(retention: Partial<Retention>, now = 1_800_000_000_000): number {
    const all = { logKeepDays: 3650, logKeepMb: 1_000_000, logKeepRows: 1_000_000 };
    let gone = 0;
    for (let more = true; more;) {
      const pruned = this.store.prune({
        retention: { ...all, logBodyBytes: 65_536, ...retention },
        now,
      });
      gone += pruned.rows;
      ({ more } = pruned);
    }
    return gone;
  }

  /** Ids of rows that have a word or phrase and are there. */
  found(match: string): number[] {
    return this.indexed(match).filter(
      (id) => this.get("SELECT 1 FROM debug_log_facts WHERE id = ?", id) !== undefined,
    );
  }

  /** The same, whether they are there or not. */
  indexed(match: string): number[] {
    return this.look((db) =>
      partsOf(db)
        .flatMap((part) => {
          const table = wordsTable(part);
          return db
            .prepare<[string], number>(`SELECT rowid FROM ${table} WHERE ${table} MATCH ?`)
            .pluck()
            .all(match);
        })
        .sort((one, other) => one - other),
    );
  }

  /** Which of these are in a message that is recorded. */
  inMessages(words: readonly string[]): string[] {
    const payloads = this.all<{ request: Payload | null; answer: Payload | null }>(
      "SELECT request_payload AS request, response_payload AS answer FROM debug_logs",
    ).flatMap(({ request, answer }) => [request, answer]);
    const text = payloads.map((one) => (one === null ? "" : unpacked(one))).join(" ");
    return words.filter((word) => text.includes(word));
  }

  /** The file grows no further, as on a full disk. */
  limitPages(pages: number): void {
    this.#connection?.pragma(`max_page_count = ${pages}`);
  }

  /** As a process that was killed leaves it to the next one. */
  crash(): void {
    this.store.release();
    this.store = this.#newStore();
  }

  #newStore(): LogStore {
    return new LogStore(this.files, (path) => {
      this.#connection = openFile(path, trafficFile, {});
      return this.#connection;
    });
  }

  [Symbol.dispose](): void {
    this.store.release();
    this.configuration.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
