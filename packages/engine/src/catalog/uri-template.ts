/** A URI longer than this is not matched against templates, which bounds the work, characters. */
const MAX_URI = 8192;

/** One path segment, or anything at all, nothing included. */
type Filling = "segment" | "anything";
type Part = { kind: "literal"; text: string } | { kind: "expression"; filling: Filling };

/**
 * Whether a URI could come from a URI template (RFC 6570). Expressions are read as "something":
 * `{+x}`, `{#x}` and `{/x}` may hold a slash, others not; query expressions may be absent. Matched
 * in one pass over the literals rather than by a regular expression, so that no template can make
 * it slow.
 */
export function matchesTemplate(template: string, uri: string): boolean {
  if (uri.length > MAX_URI) return false;
  let at = 0;
  /** What the expressions since the last literal may stand for; null where there were none. */
  let open: Filling | null = null;

  for (const part of parse(template)) {
    if (part.kind === "expression") {
      open = open === "anything" ? open : part.filling;
      continue;
    }
    const found: number = open === null ? at : uri.indexOf(part.text, at);
    if (found === -1 || !uri.startsWith(part.text, found)) return false;
    if (open !== null && !fills(uri.slice(at, found), open)) return false;
    at = found + part.text.length;
    open = null;
  }
  return open === null ? at === uri.length : fills(uri.slice(at), open);
}

const fills = (value: string, filling: Filling): boolean =>
  filling === "anything" || (value !== "" && !value.includes("/"));

function parse(template: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < template.length) {
    const start = template.indexOf("{", at);
    const end = start === -1 ? -1 : template.indexOf("}", start);
    if (start === -1 || end === -1) {
      parts.push({ kind: "literal", text: template.slice(at) });
      break;
    }
    if (start > at) parts.push({ kind: "literal", text: template.slice(at, start) });
    const operator = template[start + 1] ?? "";
    const anything = "+#/?&;.".includes(operator) || template[end - 1] === "*";
    parts.push({ kind: "expression", filling: anything ? "anything" : "segment" });
    at = end + 1;
  }
  return parts;
}
