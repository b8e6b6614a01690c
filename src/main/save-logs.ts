import { Readable } from "node:stream";
import { setTimeout as after } from "node:timers/promises";
import type { LogExportPart, LogExportQuery, LogFormat, SavingLogs } from "@local-mcp/contract";
import { localDay } from "./local-day.ts";
import { saveFile } from "./save-file.ts";

/** Between two reports of how far it is, ms. */
const REPORT_MS = 200;

/** What an export of debug logs is called where nobody names it otherwise: by its local day. */
export const logsFileName = (now: Date, format: LogFormat): string =>
  `debug-logs-${localDay(now)}.${format}`;

/** Gives one part of an export. */
export type ExportPart = (query: LogExportQuery) => Promise<LogExportPart>;

/**
 * Writes what the filter leaves of the debug logs to a file that only its owner reads, part by part,
 * and tells how far it is; the last report has the name of the file.
 *
 * @param signal ends it, and nothing of that name was touched; so does whoever listens no longer
 * @throws GatewayError log_…, file_unwritable
 */
export async function* saveLogs(
  exportPart: ExportPart,
  query: Omit<LogExportQuery, "after">,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<SavingLogs> {
  const left = new AbortController();
  const stopped = AbortSignal.any([left.signal, ...(signal ? [signal] : [])]);
  let rows = 0;
  let failure: unknown = null;
  const texts = async function* (): AsyncGenerator<string> {
    let next: number | null = null;
    try {
      do {
        stopped.throwIfAborted();
        const part = await exportPart({ ...query, ...(next !== null && { after: next }) });
        rows += part.rows;
        next = part.next;
        yield part.text;
      } while (next !== null);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  const saving = saveFile(path, Readable.from(texts()));
  const ended = saving.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([ended, after(REPORT_MS, false)]))) yield { rows, name: null };
    yield { rows, name: await saving };
  } catch (error) {
    // Why there was nothing more to write, rather than that it was not written.
    throw failure ?? error;
  } finally {
    left.abort();
    await ended;
  }
}
