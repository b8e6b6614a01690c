import {
  FAILED_OUTCOMES,
  type LogBody,
  type LogDetail,
  type LogFinding,
  type LogKind,
  type LogLevel,
  type LogLevelChoice,
  type LogRow,
  type LogState,
  type LogStats,
  OUTCOME_WORDS,
} from "@local-mcp/contract";
import { parseJson } from "../bridge/message.ts";
import { bytes, cell, dateTime, facts, oneLine, plural, table, visible } from "../output.ts";
import { CALL_FIGURES, callFigures, took } from "./call-figures.ts";

/** Local time to the millisecond. */
const exactTime = (at: number): string => {
  const date = new Date(at);
  const seconds = String(date.getSeconds()).padStart(2, "0");
  return `${dateTime(at)}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
};

/** Who asked whom, before what was asked. */
const KIND_MARKS: Record<LogKind, string> = {
  request: "",
  upstream: "→ ",
  question: "← ",
  notification: "· ",
};

const hasFailed = ({ outcome }: LogRow): boolean => FAILED_OUTCOMES.includes(outcome);

const outcomeText = ({ outcome, errorCode }: LogRow): string => {
  if (outcome === "ok") return "";
  return oneLine([OUTCOME_WORDS[outcome], errorCode].filter((part) => part !== null).join(" "));
};

const sizeOf = ({ requestBytes, responseBytes }: LogRow): string =>
  requestBytes === null && responseBytes === null
    ? ""
    : bytes((requestBytes ?? 0) + (responseBytes ?? 0));

const clientText = ({ client, clientVersion }: LogRow): string =>
  [client, clientVersion].filter((part) => part !== null).join(" ");

const asked = ({ method, name }: LogRow): string => (name === null ? method : `${method} ${name}`);

/** Of fixed widths, since a row does not know of those that will follow it. */
const COLUMNS: readonly [head: string, width: number, of: (row: LogRow) => string][] = [
  ["ID", 7, ({ id }) => String(id)],
  ["TIME", 23, ({ at }) => exactTime(at)],
  ["CLIENT", 20, clientText],
  ["WHAT", 36, (row) => KIND_MARKS[row.kind] + asked(row)],
  ["SERVER", 14, ({ server }) => server ?? ""],
  ["TOOK", 7, ({ durationMs }) => took(durationMs)],
  ["SIZE", 7, sizeOf],
];

export const rowHead = (): string =>
  [...COLUMNS.map(([head, width]) => cell(head, width)), "OUTCOME"].join("  ");

/** One row on one line. */
export const rowLine = (row: LogRow): string =>
  [...COLUMNS.map(([, width, of]) => cell(of(row), width)), outcomeText(row)].join("  ").trimEnd();

/** Red for what failed. */
export const painted = (row: LogRow, line: string): string =>
  hasFailed(row) ? `\u001B[31m${line}\u001B[0m` : line;

/** A message as people read it: JSON over several lines. */
const bodyText = (body: LogBody): string => {
  const kept = bytes(Buffer.byteLength(body.text));
  if (body.cut) return `${body.text}…\n(${kept} of ${bytes(body.bytes)} were kept)`;
  const value = parseJson(body.text);
  return value === undefined ? body.text : JSON.stringify(value, null, 2);
};

const NO_CONTENTS = {
  level: "Not recorded: its level leaves messages out.",
  none: "There is none.",
  recorded: "There is none.",
} as const;

const messageText = (head: string, body: LogBody | null, detail: LogDetail): string =>
  `${head}\n${body === null ? NO_CONTENTS[detail.contents] : visible(bodyText(body))}`;

const detailFacts = (detail: LogDetail): string =>
  facts([
    ["Time", exactTime(detail.at)],
    ["What", asked(detail)],
    ["Kind", detail.kind],
    ["Outcome", OUTCOME_WORDS[detail.outcome]],
    ["Error", [detail.errorCode, detail.error].filter((part) => part !== null).join(": ") || null],
    ["Client", clientText(detail) || null],
    ["Era", detail.era],
    ["Profile", detail.profile],
    ["Server", detail.server],
    ["Session", detail.session],
    ["HTTP status", detail.httpStatus === null ? null : String(detail.httpStatus)],
    ["Took", took(detail.durationMs) || null],
    ["Waited", took(detail.waitedMs) || null],
    ["First of the answer", took(detail.headMs) || null],
    ["Size", sizeOf(detail) || null],
    ["Exchange", detail.correlation],
    ["Pinned", detail.pinned ? "yes" : null],
    ["Note", detail.note],
  ]);

/** Everything that is known of one row. */
export const detailText = (detail: LogDetail): string =>
  [
    detailFacts(detail),
    messageText("REQUEST", detail.request, detail),
    messageText("RESPONSE", detail.response, detail),
    ...(detail.linked.length > 1
      ? [["THE WHOLE EXCHANGE", ...detail.linked.map(rowLine)].join("\n")]
      : []),
  ].join("\n\n");

/** The two messages as they were recorded. */
export const rawText = ({ request, response }: LogDetail): string =>
  [request, response].flatMap((body) => (body === null ? [] : [body.text])).join("\n");

/** @param findings of the whole log */
export const statsText = (
  { totals, tools, servers }: LogStats,
  findings: readonly LogFinding[],
  width: number | undefined,
): string => {
  const tables =
    totals.calls === 0
      ? ["No call matches."]
      : [
          table(
            ["TOOL", "SERVER", ...CALL_FIGURES],
            tools.map(({ name, server, ...of }) => [name, server ?? "", ...callFigures(of)]),
            width,
          ),
          table(
            ["SERVER", ...CALL_FIGURES],
            [
              ...servers.map(({ server, ...of }) => [server, ...callFigures(of)]),
              ["all", ...callFigures(totals)],
            ],
            width,
          ),
        ];
  const seen = findings.map(({ message, fix }) => `${oneLine(message)}\n  ${oneLine(fix)}`);
  return [...tables, ...seen].join("\n\n");
};

const LEVEL_WORDS: Record<LogLevel, string> = {
  off: "nothing is recorded",
  errors: "only what went wrong, with its messages",
  metadata: "every exchange, without its messages",
  full: "every exchange, with its messages",
};

/** How much is recorded, of whom, and what there is. */
export const levelText = (state: LogState, own: readonly LogLevelChoice[]): string =>
  [
    facts([
      ["Level", `${state.level}: ${LEVEL_WORDS[state.level]}`],
      ...own.map(({ profile, server, level }): [string, string] => [
        server === undefined ? `Profile ${profile ?? ""}` : `Server ${server}`,
        `${level}: ${LEVEL_WORDS[level]}`,
      ]),
      [
        "Whole messages",
        state.uncappedUntil === null ? null : `until ${dateTime(state.uncappedUntil)}`,
      ],
      ["Recorded", `${plural(state.rows, "row")}, ${bytes(state.bytes)}`],
      ["Oldest", state.oldestAt === null ? null : dateTime(state.oldestAt)],
      ["Not recorded", state.dropped === 0 ? null : plural(state.dropped, "message")],
    ]),
    ...(state.problem === null
      ? []
      : [visible(`${state.problem.message}\n${state.problem.wayOut}`)]),
  ].join("\n");
