import { z } from "zod";

export const jsonObject = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof jsonObject>;

type ReadObject =
  | { value: JsonObject; problem: null; line: null }
  /** A sentence, and the line it is about, from 1. */
  | { value: null; problem: string; line: number };

/** The JSON object that a person wrote, or where it stops being one. */
export function readObject(text: string): ReadObject {
  try {
    const read = jsonObject.safeParse(JSON.parse(text));
    if (read.success) return { value: read.data, problem: null, line: null };
    return { value: null, problem: "This has to be one JSON object: { … }.", line: 1 };
  } catch {
    const line = text.slice(0, wrongFrom(text)).split("\n").length;
    const problem = `Line ${line} is not JSON. Texts stand in "…", and a comma between two members.`;
    return { value: null, problem, line };
  }
}

export const jsonText = (value: unknown): string => JSON.stringify(value, null, 2);

const SPACE = /[ \t\r\n]*/y;
// oxlint-disable-next-line no-control-regex -- JSON has none of them in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The first character that JSON cannot have there. V8 names it for some mistakes only. */
function wrongFrom(text: string): number {
  let at = 0;
  /** What is open: the innermost last. */
  const open: ("{" | "[")[] = [];
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0].length ?? 0;
    at += found;
    return found > 0;
  };
  const next = (): string => {
    take(SPACE);
    return text.charAt(at);
  };
  const takeKey = (): boolean => {
    if (next() !== '"' || !take(STRING) || next() !== ":") return false;
    at += 1;
    return true;
  };
  for (;;) {
    const begins = next();
    let isClosed = true;
    if (begins === "{" || begins === "[") {
      at += 1;
      const isEmpty = next() === (begins === "{" ? "}" : "]");
      if (isEmpty) at += 1;
      else {
        open.push(begins);
        isClosed = false;
        if (begins === "{" && !takeKey()) return at;
      }
    } else if (!take(STRING) && !take(SCALAR)) return at;
    while (isClosed && open.length > 0) {
      const inside = open.at(-1);
      const end = next();
      at += 1;
      if (end === (inside === "{" ? "}" : "]")) open.pop();
      else if (end === ",") {
        isClosed = false;
        if (inside === "{" && !takeKey()) return at;
      } else return at - 1;
    }
    if (open.length === 0) return next() === "" ? text.length : at;
  }
}
