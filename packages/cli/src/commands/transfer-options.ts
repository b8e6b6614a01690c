import {
  KIND_OF_SEED,
  SEED_TYPES,
  type SeedType,
  seedType,
  type TransferKind,
  type TransferSelection,
} from "@local-mcp/contract";
import { Cli } from "../cli.ts";
import { list, oneOf, usage } from "../forms.ts";

// What export and import take alike. Types are called as in the files that they write and read.

/** Kinds in the words of files, for help texts. */
export const TYPE_WORDS = seedType.options.join(", ");

const typeOf = (option: string): ((text: string) => SeedType) => oneOf(option, seedType.options);

/** A reader of `tools,gateways`, also given several times. */
export const types =
  (option: string) =>
  (value: string, before: TransferKind[] = []): TransferKind[] => {
    const named = list(value).map(typeOf(option));
    if (named.length === 0) throw usage(`${option} names no type. There are ${TYPE_WORDS}.`);
    return [...before, ...named.map((type) => KIND_OF_SEED[type])];
  };

/** A reader of tags; a variable that is not set would choose everything unseen. */
export const tags = (value: string, before: string[] = []): string[] => {
  const named = list(value);
  if (named.length === 0) throw usage("--tags names no tag.");
  return [...before, ...named];
};

/** A reader of the seeds' other word for a tag, `label=x`. */
export const labels = (value: string, before: string[] = []): string[] => {
  const [, label] = /^label=(.+)$/s.exec(value) ?? [];
  if (label === undefined) throw usage(`--filter takes label=TAG, not “${value}”.`);
  return tags(label, before);
};

/** A piece of a list: text in which nothing separates any more, or what separates. */
type Piece = { text: string } | { separator: string };

/** `"…"` and `\` take from `,`, `;` and `:` that they separate. */
const piecesOf = (option: string, value: string): Piece[] => {
  const pieces: Piece[] = [];
  const add = (text: string): void => {
    const last = pieces.at(-1);
    if (last !== undefined && "text" in last) last.text += text;
    else pieces.push({ text });
  };
  const pattern = /"((?:[^"\\]|\\.)*)"|\\(.)|([,;:])|([^",;:\\]+)|(.)/gs;
  for (const [, quote, escaped, separator, plain, stray] of value.matchAll(pattern)) {
    if (separator !== undefined) pieces.push({ separator });
    else if (stray !== undefined) throw usage(`${option} has a ${stray} that nothing follows.`);
    else add(quote?.replace(/\\(.)/gs, "$1") ?? escaped ?? plain ?? "");
  }
  return pieces;
};

/** One type and its names; `tools` alone is all of them, and so is an empty list. */
const partOf = (option: string, [first, next, ...rest]: Piece[]): [TransferKind, string[]] => {
  const type = typeOf(option)(first !== undefined && "text" in first ? first.text.trim() : "");
  if (next === undefined) return [KIND_OF_SEED[type], []];
  if (!("separator" in next && next.separator === ":")) {
    throw usage(`${option} takes a colon after “${type}”, and a semicolon before another type.`);
  }
  const names: string[] = [];
  let name = "";
  // Only the first colon separates; those of a URI need no quotes.
  for (const piece of [...rest, { separator: "," }]) {
    if ("text" in piece) name += piece.text;
    else if (piece.separator === ":") name += ":";
    else {
      if (name.trim() !== "") names.push(name.trim());
      name = "";
    }
  }
  if (names.length > 0) return [KIND_OF_SEED[type], names];
  throw usage(`${option} names no ${type}. “${type}” alone is all of them.`);
};

/** A reader of `tools:a,b;servers:c`, also given several times. */
export const selection =
  (option: string) =>
  (value: string, before: TransferSelection = {}): TransferSelection => {
    const chosen: TransferSelection = { ...before };
    let part: Piece[] = [];
    for (const piece of [...piecesOf(option, value), { separator: ";" }]) {
      if (!("separator" in piece && piece.separator === ";")) {
        part.push(piece);
        continue;
      }
      if (part.length > 0) {
        const [kind, names] = partOf(option, part);
        const known = chosen[kind];
        const isWhole = known?.length === 0 || names.length === 0;
        chosen[kind] = isWhole ? [] : [...(known ?? []), ...names];
      }
      part = [];
    }
    if (Object.keys(chosen).length > 0) return chosen;
    throw usage(`${option} takes TYPE:NAME,NAME;TYPE:NAME, not “${value}”.`);
  };

/** @throws GatewayError usage where a type is chosen and left out at once */
export const refuseContradiction = (
  kinds: readonly TransferKind[] | undefined,
  selected: TransferSelection | undefined,
): void => {
  if (kinds === undefined || selected === undefined) return;
  const left = Object.entries(KIND_OF_SEED).find(
    ([, kind]) => selected[kind] !== undefined && !kinds.includes(kind),
  );
  if (left) throw usage(`--include names ${left[0]}, which --types leaves out.`);
};

/** A kind in the words of files, of one thing: “gateway” for a server. */
export const typeWord = (kind: TransferKind): string => SEED_TYPES[kind].slice(0, -1);

/** The command at the gateway that --url names. */
export const at = (cli: Cli, url: string | undefined): Cli =>
  url === undefined ? cli : new Cli(cli.io, { ...cli.options, gateway: url }, cli.redactor);
