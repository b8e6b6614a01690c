import type { ServerOutput } from "@local-mcp/contract";
import { count } from "../../components/time.ts";

/** Colours and cursor moves that a program writes for a terminal (ECMA-48). */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const TERMINAL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** A server's output as text: without what only a terminal understands. */
export const readable = (lines: readonly string[]): string =>
  lines.map((line) => line.replace(TERMINAL, "")).join("\n");

/** More of a line than this is not quoted, characters. */
const MAX_QUOTED = 160;

/** What the server wrote where only MCP belongs, as a sentence; null where it wrote nothing else. */
export function garbageText({ lines, last }: ServerOutput["garbage"]): string | null {
  if (lines === 0) return null;
  const what = `${count(lines, "line")} on stdout ${lines === 1 ? "was" : "were"} not MCP`;
  const text = readable([last ?? ""]).trim();
  const quoted = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  const quote = quoted === "" ? "" : `${lines === 1 ? ":" : "; the last:"} “${quoted}”`;
  return `${what}${quote}. Logs belong on stderr.`;
}
