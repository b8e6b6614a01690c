import { exportedFilter, type LogBody, type LogExportPart } from "@local-mcp/contract";
import { LOG_KINDS } from "../facts.ts";
import { harEntry, harPart } from "./har.ts";
import type { LogFiles } from "./log-files.ts";
import type { ReaderTasks } from "./messages.ts";
import { idsOf } from "./pages.ts";
import { type FullRow, fullRowsWhere, type Giving } from "./rows.ts";
import { oneOf, Search } from "./search.ts";
import { messageOf, shapeOfMessage, shapeOfName } from "./shapes.ts";

/** A part is at most so long, but for its last row. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_ROWS = 500;

type ExportQuery = ReaderTasks["exportPart"][0] & Pick<Giving, "redact">;

/** The rows that match, oldest first, some at a time. */
export async function exportPartOf(
  files: LogFiles,
  query: ExportQuery,
  signal: AbortSignal,
): Promise<LogExportPart> {
  const { format, after, contents, address } = query;
  const isHar = format === "har";
  const filter = exportedFilter(query.filter, format);
  const search = new Search(files, { ...query, filter }, signal);
  const giving = { names: files.names(), redact: query.redact };
  const { rows, next } = await someRows(files, giving, search, after ?? 0);
  const named = (row: FullRow): FullRow =>
    contents ? row : { ...row, name: row.name && shapeOfName(row.name, row.method) };
  if (!isHar) {
    const lines = rows.map((row) => lineOf(named(row), contents));
    return { text: lines.join(""), rows: rows.length, next };
  }
  const upstream = upstreamOf(files, giving, rows);
  const entries = rows.map((row) => {
    const asked = upstream.get(row.correlation) ?? [];
    return harEntry(named(row), asked.map(named), { contents, address });
  });
  const place = { isFirst: after === undefined, isLast: next === null };
  return { text: harPart(entries, place), rows: rows.length, next };
}

/** At least one, where there is one. */
async function someRows(
  files: LogFiles,
  giving: Giving,
  search: Search,
  after: number,
): Promise<{ rows: FullRow[]; next: number | null }> {
  const walk = { from: after + 1, to: Infinity, newestFirst: false };
  const { ids, hasMore } = await idsOf(search, walk, MAX_ROWS);
  const rows = files.read([], (db) => firstOf(fullRowsWhere(db, giving, oneOf(ids).ids("f.id"))));
  const [reached, last] = [rows.at(-1)?.id ?? ids.at(-1), ids.at(-1)];
  const next = reached !== undefined && (hasMore || reached !== last) ? reached : null;
  // Those that were found may have been removed since.
  if (rows.length === 0 && next !== null) return someRows(files, giving, search, next);
  return { rows, next };
}

function firstOf(all: Iterable<FullRow>): FullRow[] {
  const rows: FullRow[] = [];
  let characters = 0;
  for (const row of all) {
    rows.push(row);
    characters += (row.request?.text.length ?? 0) + (row.response?.text.length ?? 0);
    if (characters >= MAX_CHARACTERS) break;
  }
  return rows;
}

/** What was asked of servers on account of these, by exchange. */
function upstreamOf(
  files: LogFiles,
  giving: Giving,
  rows: readonly FullRow[],
): Map<string, FullRow[]> {
  const found = new Map<string, FullRow[]>();
  const correlations = JSON.stringify(rows.map(({ correlation }) => correlation));
  files.read(undefined, (db) => {
    const exchanges =
      "SELECT id FROM debug_logs WHERE correlation_id IN (SELECT value FROM json_each(?))";
    const sql = `f.id IN (${exchanges}) AND f.kind = ${LOG_KINDS.indexOf("upstream")}`;
    for (const row of fullRowsWhere(db, giving, { sql, values: [correlations] })) {
      found.set(row.correlation, [...(found.get(row.correlation) ?? []), row]);
    }
  });
  return found;
}

/** A row as a line of JSON. */
function lineOf(row: FullRow, contents: boolean): string {
  const { request, response, error, note, ...facts } = row;
  const said = contents ? { error, note } : {};
  const cut = { requestCut: request?.cut ?? false, responseCut: response?.cut ?? false };
  const line = JSON.stringify({ time: new Date(row.at).toISOString(), ...facts, ...cut, ...said });
  const messages = Object.entries({ request, response }).map(
    ([name, body]) => `"${name}":${jsonOf(body, contents)}`,
  );
  return `${line.slice(0, -1)},${messages.join(",")}}\n`;
}

/** The message itself where it can be read, and otherwise its text. */
function jsonOf(body: LogBody | null, contents: boolean): string {
  if (body === null) return "null";
  if (!contents) return JSON.stringify(shapeOfMessage(body));
  const isWhole = messageOf(body) !== undefined && !/[\n\r]/.test(body.text);
  return isWhole ? body.text : JSON.stringify(body.text);
}
