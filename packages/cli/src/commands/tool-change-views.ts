import type { ServerStatus, ToolChange } from "@local-mcp/contract";
import {
  type ChangedPart,
  changedParts,
  codePointOf,
  type DiffPart,
  type DiffRow,
  INVISIBLE,
  wordDiff,
} from "@local-mcp/contract/diff";
import { dateTime, oneLine, plural, visible } from "../output.ts";

/** What marks words that went and words that came; where a text has such signs, they are escaped. */
const MARKS: Record<DiffPart["kind"], readonly [string, string]> = {
  same: ["", ""],
  removed: ["[-", "-]"],
  added: ["{+", "+}"],
};

/** Text of a server, in which what shows nothing is named. */
const shown = (text: string): string =>
  visible(text.replaceAll(INVISIBLE, (character) => `‹${codePointOf(character)}›`));

const unmarked = (text: string): string => text.replaceAll(/\[-|-\]|\{\+|\+\}/g, "\\$&");

const wordsText = (before: string, after: string): string[] =>
  wordDiff(before, after)
    .map(({ kind, text }) => MARKS[kind].join(shown(unmarked(text))))
    .join("")
    .split("\n");

function rowText(row: DiffRow): string[] {
  if (row.kind === "skipped") return [`  … ${plural(row.lines, "line")} alike`];
  const { differs, one, other } = row;
  if (!differs) return [`  ${shown(one?.text ?? "")}`];
  return [
    ...(one === null ? [] : [`- ${shown(one.text)}`]),
    ...(other === null ? [] : [`+ ${shown(other.text)}`]),
  ];
}

const partText = (part: ChangedPart): string[] => [
  `  ${part.title}`,
  ...(part.type === "text" ? wordsText(part.before, part.after) : part.rows.flatMap(rowText)).map(
    (line) => `    ${line}`,
  ),
];

/** One tool: what was accepted of it beside what its server says now. */
export function changeText({
  name,
  kind,
  accepted,
  acceptedAt,
  now,
  isHeldBack,
}: ToolChange): string {
  const since = acceptedAt === null ? "" : `, accepted ${dateTime(acceptedAt)}`;
  const held = isHeldBack ? ", held back" : "";
  const parts = changedParts(accepted ?? {}, now, true);
  return [`${oneLine(shown(name))}: ${kind}${since}${held}`, ...parts.flatMap(partText)].join("\n");
}

/** How many tools are not as they were accepted; null where all are. */
export const changedText = ({ changedTools, heldTools }: ServerStatus): string | null =>
  changedTools === 0
    ? null
    : `${plural(changedTools, "tool")} not as accepted${heldTools > 0 ? ", held back" : ""}.`;
