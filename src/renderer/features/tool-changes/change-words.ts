import type { ServerStatus, ServerView, ToolChange } from "@local-mcp/contract";
import { routeTo } from "../../app/router.ts";
import { clockTime, count } from "../../components/time.ts";

/** How many tools changed, and how many of them clients do not get. */
type Changed = Pick<ServerStatus, "changedTools" | "heldTools">;

/** Where a person reads what has changed of a server's tools, and accepts it. */
export const reviewRoute = (serverId: string): string => routeTo("servers", [serverId, "changes"]);

/** What follows a server's title in a line: “2 tools changed since you accepted them, held back”. */
export const changedLine = (status: Changed): string => changedWords(status, "", ", held back");

/** The same as a sentence: “2 tools of files changed since you accepted them and are held back.” */
export const changedSentence = (title: string, status: Changed): string =>
  `${changedWords(status, ` of ${title}`, status.heldTools === 1 ? " and is held back" : " and are held back")}.`;

function changedWords({ changedTools, heldTools }: Changed, whose: string, held: string): string {
  const them = changedTools === 1 ? "it" : "them";
  const changed = `${count(changedTools, `tool${whose}`, `tools${whose}`)} changed since you accepted ${them}`;
  return heldTools > 0 ? changed + held : changed;
}

/** What clients see meanwhile. */
export function meanwhile({ heldTools, changedTools }: Changed): string {
  const they = changedTools === 1 ? "it" : "them";
  return heldTools > 0
    ? `Clients do not see ${they}, and calls are refused, until you accept ${they}.`
    : `Clients see ${they} as ${changedTools === 1 ? "it is" : "they are"} now.`;
}

/** What a server is told to do with tools that change. */
export const HOLD_LABEL = "Hold back changed tools until I accept them";

/** What it means to take that back while something is held. */
export const releaseNote = ({ status: { heldTools } }: Pick<ServerView, "status">): string | null =>
  heldTools === 0
    ? null
    : `${count(heldTools, "tool that is", "tools that are")} held back now will be seen by clients once this is saved.`;

/** Beside a tool's name: what it is, and since when another was accepted. */
export const sinceWhen = ({ kind, acceptedAt }: ToolChange, now = Date.now()): string =>
  kind === "new"
    ? "New, never accepted"
    : acceptedAt === null
      ? "Changed"
      : `Accepted ${clockTime(acceptedAt, now)}, changed since`;
