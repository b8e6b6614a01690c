import type { LogRow, LogSession } from "@local-mcp/contract";
import { cleanNames, type Giving } from "./rows.ts";

/** More are looked through again. */
const KNOWN = 20_000;

/** Takes out of names what became a secret since they were stored. Many rows share a few, so each is looked through once. */
export class CleanNames {
  readonly #redact: Giving["redact"];
  readonly #known = new Map<string, string>();

  constructor(redact: Giving["redact"]) {
    this.#redact = redact;
  }

  of(name: string): string {
    const clean = this.#known.get(name) ?? this.#redact(name);
    if (this.#known.size >= KNOWN) this.#known.clear();
    this.#known.set(name, clean);
    return clean;
  }

  ofRows(rows: readonly LogRow[]): LogRow[] {
    return rows.map((row) => cleanNames(row, (name) => this.of(name)));
  }

  ofSessions(sessions: readonly LogSession[]): LogSession[] {
    return sessions.map((one) => ({
      ...one,
      session: this.of(one.session),
      client: one.client && this.of(one.client),
      clientVersion: one.clientVersion && this.of(one.clientVersion),
    }));
  }

  /** Something else is a secret now. */
  forget(): void {
    this.#known.clear();
  }
}
