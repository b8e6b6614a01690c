import { parse, tokenize } from "@huggingface/jinja";
import { piecesOf, type Tag, TemplateFault, type Text } from "./pieces.ts";

export type Program = ReturnType<typeof parse>;
type Tokens = ReturnType<typeof tokenize>;

/** What is between a tag and the one that ends it. */
const ENDED_BY: ReadonlyMap<string, string> = new Map(
  ["if", "for", "macro", "call", "filter", "set"].map((name) => [name, `end${name}`]),
);
const ENDS = new Set(ENDED_BY.values());

/** Tags of Jinja that would need other templates. */
const OTHER_TEMPLATES = new Set(["include", "import", "from", "extends", "block", "endblock"]);

/** A tag as it is quoted, characters. */
const MOST_QUOTED = 80;

interface Open {
  name: string;
  tag: Tag;
}

/**
 * A template, ready to be rendered. Before each tag stands a comment with its line: the interpreter
 * passes by it, and so it is known where it is.
 *
 * @param mark as of {@link piecesOf}
 * @throws TemplateFault
 */
export function programOf(template: string, mark: (line: string) => string | null): Program {
  const pieces = piecesOf(template, mark);
  const open: Open[] = [];
  const tokens = pieces.flatMap((piece) => {
    if (piece.kind === "text") return textTokens(piece);
    const own = tagTokens(piece);
    if (piece.kind === "statement") nest(piece, own, open);
    else readable(own, piece);
    return [...tokenize(`{#${piece.line}#}`), ...own];
  });
  const last = open.at(-1);
  if (last) {
    const end = ENDED_BY.get(last.name);
    throw fault(last.tag, `is not closed: there is no “{% ${end} %}” for it.`);
  }
  try {
    return parse(tokens);
  } catch (error) {
    throw new TemplateFault(null, isStackFull(error) ? TOO_DEEP : "It cannot be read.");
  }
}

export const TOO_DEEP = "It is nested too deeply, or calls itself without end.";

export const isStackFull = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes("call stack");

const quoted = (source: string): string => {
  const text = source.replaceAll(/\s+/g, " ");
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
};

const fault = (tag: Tag, what: string): TemplateFault =>
  new TemplateFault(tag.line, `“${quoted(tag.source)}” ${what}`);

/** The tokenizer takes the last line break of what it gets. */
const textTokens = ({ text }: Text): Tokens => tokenize(`${text}\n`);

function tagTokens(tag: Tag): Tokens {
  try {
    return tokenize(tag.source);
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    throw fault(tag, `cannot be read: ${said}.`);
  }
}

/** @throws TemplateFault where a tag is not right by itself, inside what it needs around it */
function readable(tokens: Tokens, tag: Tag, before = "", after = ""): void {
  try {
    parse([...tokenize(before), ...tokens, ...tokenize(after)]);
  } catch (error) {
    throw isStackFull(error)
      ? new TemplateFault(tag.line, TOO_DEEP)
      : fault(tag, "cannot be read: something is missing in it, too much, or in another order.");
  }
}

/** Takes over which tags are open behind this one. */
function nest(tag: Tag, tokens: Tokens, open: Open[]): void {
  const name = tokens[1]?.type === "Identifier" ? tokens[1].value : "";
  const around = open.at(-1);
  if (ENDS.has(name)) {
    end(name, tag, tokens, open);
    return;
  }
  switch (name) {
    case "set":
      if (tokens.some(({ type }) => type === "Equals")) {
        readable(tokens, tag);
        return;
      }
      break;
    case "elif":
    case "else":
      if (around?.name !== "if" && !(name === "else" && around?.name === "for")) {
        throw fault(tag, "stands outside of an “{% if %}”.");
      }
      readable(tokens, tag, "{% if true %}", "{% endif %}");
      return;
    case "break":
    case "continue":
      if (!isInLoop(open)) throw fault(tag, "stands outside of a “{% for %}”.");
      readable(tokens, tag);
      return;
  }
  const ended = ENDED_BY.get(name);
  if (ended === undefined) throw new TemplateFault(tag.line, unknownTag(name, tag));
  readable(tokens, tag, "", `{% ${ended} %}`);
  open.push({ name, tag });
}

function end(name: string, tag: Tag, tokens: Tokens, open: Open[]): void {
  const ended = open.pop();
  if (!ended) throw fault(tag, "ends nothing that is open.");
  if (ENDED_BY.get(ended.name) !== name) {
    throw fault(tag, `does not end “${quoted(ended.tag.source)}” of line ${ended.tag.line}.`);
  }
  if (tokens.length !== 3) throw fault(tag, "has more in it than its name.");
}

/** A macro inside a loop is not part of it. */
function isInLoop(open: readonly Open[]): boolean {
  const within = open.findLast(({ name }) => name === "for" || name === "macro" || name === "call");
  return within?.name === "for";
}

const unknownTag = (name: string, tag: Tag): string => {
  if (OTHER_TEMPLATES.has(name)) {
    return `A template stands alone: “{% ${name} %}”, which needs another one, is not possible.`;
  }
  return name === ""
    ? `“${quoted(tag.source)}” does not begin with the name of a tag.`
    : `There is no tag “${name.slice(0, MOST_QUOTED)}”.`;
};
