/**
 * URI templates (RFC 6570) as far as the gateway's own resources have them: `{name}` is one segment
 * of the path, `{+name}` may hold slashes, and `{?a,b}` at the end is a query whose values may be
 * absent. Read from left to right, each variable as short as it can be, so that no URI is slow.
 */
export interface UriTemplate {
  /** Names of its variables, in its order. */
  variables: readonly string[];
  /** Values by variable, percent-decoded; null where the URI is none of its own. */
  match(uri: string): Record<string, string> | null;
  /** The URI with these values; those that are missing are empty. */
  expand(values: Readonly<Record<string, string>>): string;
}

type Part =
  | { kind: "literal"; text: string }
  | { kind: "variable"; name: string; isReserved: boolean }
  | { kind: "query"; names: readonly string[] };

const EXPRESSION = /\{([^{}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export const isTemplate = (uri: string): boolean => /[{}]/.test(uri);

/** What is wrong with it, as a sentence, in place of the template. */
export function readTemplate(text: string): UriTemplate | string {
  const parts = partsOf(text);
  if (typeof parts === "string") return parts;
  const variables = parts.flatMap(namesIn);
  const twice = variables.find((name, at) => variables.indexOf(name) !== at);
  if (twice !== undefined) return `The variable {${twice}} is there twice.`;
  return {
    variables,
    match: (uri: string) => match(parts, uri),
    expand: (values: Readonly<Record<string, string>>) =>
      parts.map((part) => written(part, values)).join(""),
  };
}

function partsOf(text: string): Part[] | string {
  const parts: Part[] = [];
  let at = 0;
  for (const { 0: whole, 1: inside = "", index } of text.matchAll(EXPRESSION)) {
    if (index > at) parts.push({ kind: "literal", text: text.slice(at, index) });
    const part = partOf(inside);
    if (part === null) {
      return `${whole} is none of {name}, {+name} and {?a,b}, with names of A-Z, a-z, 0-9 and _.`;
    }
    const before = parts.at(-1);
    if (before?.kind === "query") return `${whole} comes after the query, which is the end.`;
    if (before?.kind === "variable" && part.kind === "variable") {
      return `Nothing tells {${before.name}} and ${whole} apart: put text between them.`;
    }
    parts.push(part);
    at = index + whole.length;
  }
  const rest = text.slice(at);
  if (isTemplate(rest) || parts.some((part) => part.kind === "literal" && isTemplate(part.text))) {
    return "A brace is not closed or not opened.";
  }
  if (rest !== "" && parts.at(-1)?.kind === "query") return "Text comes after the query.";
  if (rest !== "") parts.push({ kind: "literal", text: rest });
  return parts;
}

function partOf(inside: string): Part | null {
  const isReserved = inside.startsWith("+");
  const names = inside.replace(/^[+?]/, "").split(",");
  if (!names.every((name) => NAME.test(name))) return null;
  if (inside.startsWith("?")) return { kind: "query", names };
  const [name] = names;
  return name === undefined || names.length > 1 ? null : { kind: "variable", name, isReserved };
}

function namesIn(part: Part): readonly string[] {
  if (part.kind === "query") return part.names;
  return part.kind === "variable" ? [part.name] : [];
}

function match(parts: readonly Part[], uri: string): Record<string, string> | null {
  const values: [string, string][] = [];
  const query = parts.find((part) => part.kind === "query");
  const mark = query ? uri.indexOf("?") : -1;
  const path = mark === -1 ? uri : uri.slice(0, mark);
  if (query) {
    const asked = readQuery(mark === -1 ? "" : uri.slice(mark + 1), query.names);
    if (asked === null) return null;
    values.push(...asked);
  }
  const fixed = parts.filter((part) => part.kind !== "query");
  let at = 0;
  for (const [index, part] of fixed.entries()) {
    if (part.kind === "literal") {
      if (!path.startsWith(part.text, at)) return null;
      at += part.text.length;
      continue;
    }
    const next = fixed[index + 1];
    const end =
      next?.kind === "literal"
        ? endBefore(next.text, path, at, index + 2 === fixed.length)
        : path.length;
    const value = end === null ? null : decoded(path.slice(at, end), part.isReserved);
    if (end === null || value === null) return null;
    values.push([part.name, value]);
    at = end;
  }
  return at === path.length ? Object.fromEntries(values) : null;
}

/** Where a variable ends: before the text that follows it, which at the end has to be the end. */
function endBefore(text: string, path: string, from: number, isLast: boolean): number | null {
  const end = isLast ? path.length - text.length : path.indexOf(text, from);
  return end >= from && path.startsWith(text, end) ? end : null;
}

function decoded(text: string, isReserved: boolean): string | null {
  if (text === "" || (!isReserved && /[/?#]/.test(text))) return null;
  return unescaped(text);
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Null where it holds what was not asked for, or a name twice. */
function readQuery(text: string, names: readonly string[]): [string, string][] | null {
  const given = new Map<string, string>();
  for (const pair of text === "" ? [] : text.split("&")) {
    const equals = pair.indexOf("=");
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const value = unescaped(equals === -1 ? "" : pair.slice(equals + 1));
    if (value === null || given.has(name) || !names.includes(name)) return null;
    given.set(name, value);
  }
  return names.map((name) => [name, given.get(name) ?? ""]);
}

function written(part: Part, values: Readonly<Record<string, string>>): string {
  if (part.kind === "literal") return part.text;
  if (part.kind === "variable") {
    const value = values[part.name] ?? "";
    return part.isReserved ? encodeURI(value) : encodeURIComponent(value);
  }
  const pairs = part.names
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}=${encodeURIComponent(values[name] ?? "")}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
