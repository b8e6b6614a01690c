import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createDb, openSqlite } from "@local-mcp/database";
import type { BegunEntry, EndedEntry, EntryBody, Written } from "../entries.ts";
import { LogStore } from "./log-store.ts";
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
  store = new LogStore(this.files);
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

  write(begun: BegunEntry[], ended: EndedEntry[] = [], limit: number | null = 65_536): Written {
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

  /** Ids of rows that have a word or phrase and are there. */
  found(match: string): number[] {
    return this.look((db) =>
      partsOf(db)
        .flatMap((part) => {
          const table = wordsTable(part);
          return db
            .prepare<[string], number>(`SELECT rowid FROM ${table} WHERE ${table} MATCH ?`)
            .pluck()
            .all(match);
        })
        .filter((id) => db.prepare("SELECT 1 FROM debug_log_facts WHERE id = ?").get(id))
        .sort((one, other) => one - other),
    );
  }

  /** As a process that was killed leaves it to the next one. */
  crash(): void {
    this.store.release();
    this.store = new LogStore(this.files);
  }

  [Symbol.dispose](): void {
    this.store.release();
    this.configuration.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
