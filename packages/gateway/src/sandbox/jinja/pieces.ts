// A template is text with tags in between. The interpreter tells no places, so they are found here, and
// it gets the inside of one tag after the other.

export interface Text {
  kind: "text";
  text: string;
}

export interface Tag {
  kind: "statement" | "expression";
  /** With its braces, and without the signs that take away space. */
  source: string;
  line: number;
}

export type Piece = Text | Tag;

/** A template that cannot be read, or not be rendered. */
export class TemplateFault extends Error {
  /** From 1; null where it cannot be told. */
  readonly line: number | null;

  constructor(line: number | null, message: string) {
    super(message);
    this.line = line;
  }
}

const ENDS = { "{{": "}}", "{%": "%}", "{#": "#}" } as const;
type Opening = keyof typeof ENDS;

interface Raw {
  open: Opening | null;
  source: string;
  line: number;
  /** Whether it begins at the begin of a line, and ends with one. */
  beginsLine: boolean;
  endsLine: boolean;
}

/**
 * The pieces of a template. Spaces before a statement or comment that begins its line, and the line
 * break after one, are no part of the text (trim_blocks and lstrip_blocks of Jinja).
 *
 * @param mark makes something else of a line of text; null leaves it
 * @throws TemplateFault where a tag does not end
 */
export function piecesOf(template: string, mark: (line: string) => string | null): Piece[] {
  const source = template.replaceAll(/\r\n?/g, "\n").replace(/\n$/, "");
  const raw = rawOf(source);
  return raw.flatMap((piece, index): Piece[] => {
    const { open, line } = piece;
    if (open === "{#") return [];
    if (open === null) {
      const text = trimmed(marked(piece, mark), raw[index - 1], raw[index + 1], piece.beginsLine);
      return text === "" ? [] : [{ kind: "text", text }];
    }
    const inside = piece.source.slice(2, -2).replace(/^-/, "").replace(/-$/, "");
    return [
      {
        kind: open === "{%" ? "statement" : "expression",
        source: `${open} ${inside} ${ENDS[open]}`,
        line,
      },
    ];
  });
}

function rawOf(source: string): Raw[] {
  const raw: Raw[] = [];
  let at = 0;
  let line = 1;
  const add = (open: Opening | null, end: number): void => {
    const text = source.slice(at, end);
    const beginsLine = at === 0 || source[at - 1] === "\n";
    raw.push({ open, source: text, line, beginsLine, endsLine: end === source.length });
    line += text.split("\n").length - 1;
    at = end;
  };
  while (at < source.length) {
    const next = openingFrom(source, at);
    if (next === null) add(null, source.length);
    else if (next.at > at) add(null, next.at);
    else add(next.open, endOf(source, at, next.open, line));
  }
  return raw;
}

function openingFrom(source: string, from: number): { at: number; open: Opening } | null {
  const found = /\{[{%#]/g;
  found.lastIndex = from;
  const match = found.exec(source);
  const open = match?.[0];
  if (!match || (open !== "{{" && open !== "{%" && open !== "{#")) return null;
  return { at: match.index, open };
}

/** Where a tag that begins at `from` is over. Its end does not count in a text, nor `}}` in an object. */
function endOf(source: string, from: number, open: Opening, line: number): number {
  const end = ENDS[open];
  let quote: string | null = null;
  let depth = 0;
  for (let at = from + 2; at < source.length; at += 1) {
    const character = source[at] ?? "";
    if (open !== "{#" && quote !== null) {
      if (character === "\\") at += 1;
      else if (character === quote) quote = null;
      continue;
    }
    if (depth <= 0 && source.startsWith(end, at)) return at + 2;
    if (open === "{#") continue;
    if (character === "'" || character === '"') quote = character;
    else if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
  }
  const more = quote === null ? "" : " A text in it has no closing quote.";
  throw new TemplateFault(line, `“${open}” is not closed: there is no “${end}” after it.${more}`);
}

const marked = (piece: Raw, mark: (line: string) => string | null): string => {
  const lines = piece.source.split("\n");
  return lines
    .map((line, index) => {
      const isWhole =
        (index > 0 || piece.beginsLine) && (index < lines.length - 1 || piece.endsLine);
      return (isWhole ? mark(line) : null) ?? line;
    })
    .join("\n");
};

function trimmed(
  text: string,
  before: Raw | undefined,
  after: Raw | undefined,
  beginsLine: boolean,
): string {
  let rest = text;
  if (before?.source.at(-3) === "-") rest = rest.trimStart();
  else if (before?.open === "{%" || before?.open === "{#") rest = rest.replace(/^\n/, "");
  if (after?.source[2] === "-") return rest.trimEnd();
  if (after === undefined || after.open === "{{") return rest;
  const lineStart = rest.lastIndexOf("\n") + 1;
  const isLine = lineStart > 0 || beginsLine || text.includes("\n");
  return isLine && /^[ \t]*$/.test(rest.slice(lineStart)) ? rest.slice(0, lineStart) : rest;
}
