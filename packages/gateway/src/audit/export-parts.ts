import type { LogExportQuery } from "@local-mcp/contract";

/** Parts that may be asked for next, of all exports that somebody began and left. */
const MAX_EXPECTED = 1000;

/** Tells an export of debug logs that begins from one that goes on, of which there is an entry. */
export class ExportParts {
  readonly #expected = new Set<string>();

  /**
   * @param query what was given away
   * @param next where the part after it begins
   * @returns whether it is the first part, wherever in the log that begins
   */
  begins({ after, ...query }: LogExportQuery, next: number | null): boolean {
    const goesOn = after !== undefined && this.#expected.delete(keyOf(query, after));
    if (next !== null) this.#expected.add(keyOf(query, next));
    const [oldest] = this.#expected;
    if (this.#expected.size > MAX_EXPECTED && oldest !== undefined) this.#expected.delete(oldest);
    return !goesOn;
  }
}

/** With other contents, or another filter, it is another export. */
const keyOf = ({ filter, format, contents }: Omit<LogExportQuery, "after">, after: number) =>
  JSON.stringify([filter, format, contents, after]);
