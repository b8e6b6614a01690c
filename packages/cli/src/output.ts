/**
 * Characters that would let text from a server or a file rearrange what a person reads: terminal
 * control codes, and the marks that reverse the order of writing.
 */
const TREACHEROUS =
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Text as it may be put on a terminal: line ends and tabs stay, other control characters show. */
export const visible = (text: string): string =>
  text.replace(/\r\n/g, "\n").replace(TREACHEROUS, escaped);

/** The same on one line. */
export const oneLine = (text: string): string => visible(text.replace(/\s+/g, " ").trim());

/** One argument of a command, quoted where its ends or its content would be in doubt. */
export const quoted = (argument: string): string =>
  /^[\w@%+=:,./~-]+$/.test(argument)
    ? argument
    : JSON.stringify(argument).replace(TREACHEROUS, escaped);

const graphemes = new Intl.Segmenter();
const WIDE =
  /^(\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

const widthOf = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : 1);

/** How many columns of a terminal a line takes. */
const columnsOf = (text: string): number => {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOf(segment);
  return columns;
};

/** A line cut to so many columns, marked where it was. */
export const cut = (text: string, width = Number.POSITIVE_INFINITY): string => {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  let columns = 1;
  for (const { segment } of graphemes.segment(text)) {
    columns += widthOf(segment);
    if (columns > width) break;
    kept += segment;
  }
  return `${kept}…`;
};

/** Text on one line of exactly so many columns. */
export const cell = (text: string, width: number): string => {
  const line = cut(oneLine(text), width);
  return line + " ".repeat(width - columnsOf(line));
};

/** Aligned columns; `width` cuts rows so that each stays on one line of a terminal. */
export const table = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string => {
  const lines = [header, ...rows].map((row) => row.map(oneLine));
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => columnsOf(line[column] ?? ""))),
  );
  const padded = (cell: string, column: number): string =>
    cell + " ".repeat((widths[column] ?? 0) - columnsOf(cell));
  return lines.map((line) => cut(line.map(padded).join("  ").trimEnd(), width)).join("\n");
};

/** Names and values one below the other; values of several lines are indented, null ones left out. */
export const facts = (entries: readonly (readonly [string, string | null])[]): string => {
  const shown = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown
    .map(([name, value]) =>
      `${name.padEnd(width)}  ${visible(value)
        .split("\n")
        .join(`\n${" ".repeat(width + 2)}`)}`.trimEnd(),
    )
    .join("\n");
};

/** “1 tool”, “3 tools”, “0 replies”. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Local date and time to the minute. */
export const dateTime = (milliseconds: number): string => {
  const date = new Date(milliseconds);
  const two = (number: number): string => String(number).padStart(2, "0");
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
};

/** A span of time with its unit. */
export const duration = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** A number of bytes with its unit: “142 MB” for 142 · 1024², “1.4 GB”. */
export const bytes = (count: number): string => {
  let value = count;
  let unit = "B";
  for (const larger of ["KB", "MB", "GB"]) {
    // What would be rounded up to 1024 already is one of the next.
    if (Math.round(value) < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return `${unit === "B" || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${unit}`;
};
