import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import type { LogExportQuery, LogFormat, SavingLogs } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { localDay } from "./local-day.ts";
import { saveFile } from "./save-file.ts";

/** Between two reports of how far it is, ms. */
const REPORT_MS = 200;

/** What an export of debug logs is called where nobody names it otherwise: by its local day. */
export const logsFileName = (now: Date, format: LogFormat): string =>
  `debug-logs-${localDay(now)}.${format}`;

/**
 * Writes what the filter leaves of the debug logs to a file that only its owner reads, part by part,
 * and tells how far it is; the last report has the name of the file.
 *
 * @param signal ends it, and nothing of that name was touched
 * @throws GatewayError log_…, file_unwritable
 */
export async function* saveLogs(
  api: Pick<Gateway["api"], "logs">,
  query: Omit<LogExportQuery, "after">,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<SavingLogs> {
  const left = new AbortController();
  const stopped = AbortSignal.any([left.signal, ...(signal ? [signal] : [])]);
  const source = new Source(api, query, stopped);
  const saving = saveFile(path, Readable.from(source.texts()));
  const ended = saving.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([ended, after(REPORT_MS, false)]))) {
      yield { rows: source.rows, name: null };
    }
    yield { rows: source.rows, name: await saving };
  } catch (error) {
    // Why there was nothing more to write, rather than that it was not written.
    throw source.failure ?? error;
  } finally {
    left.abort();
    await ended;
  }
}

/** The parts of an export, as they are asked for. */
class Source {
  /** So many were given. */
  rows = 0;
  /** Why it ended early. */
  failure: unknown = null;
  readonly #api: Pick<Gateway["api"], "logs">;
  readonly #query: Omit<LogExportQuery, "after">;
  readonly #signal: AbortSignal;

  constructor(
    api: Pick<Gateway["api"], "logs">,
    query: Omit<LogExportQuery, "after">,
    signal: AbortSignal,
  ) {
    this.#api = api;
    this.#query = query;
    this.#signal = signal;
  }

  async *texts(): AsyncGenerator<string> {
    let next: number | null = null;
    try {
      do {
        this.#signal.throwIfAborted();
        const from: Pick<LogExportQuery, "after"> = next === null ? {} : { after: next };
        const part = await this.#api.logs.export({ ...this.#query, ...from });
        this.rows += part.rows;
        next = part.next;
        yield part.text;
      } while (next !== null);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
