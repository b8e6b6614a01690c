import type { LogBody } from "@local-mcp/contract";
import { isObject } from "@local-mcp/engine";

/** Of a message these are shown as they are: they say what was asked, and not with what. */
const SHOWN = new Set(["jsonrpc", "id", "method"]);
const SHOWN_PARAMS = new Set(["name", "protocolVersion"]);

/** Members and levels that are described. */
const MAX_MEMBERS = 100;
const MAX_DEPTH = 6;

const count = new Intl.NumberFormat("en");

/** A message with what its arguments and results look like in their place. */
export function shapeOfMessage(body: LogBody): unknown {
  const message = messageOf(body);
  if (!isObject(message)) {
    return `(message, ${count.format(body.bytes)} bytes${body.cut ? ", cut off" : ""})`;
  }
  return members(message, (key, value) => {
    if (SHOWN.has(key)) return value;
    if (key === "params" && isObject(value)) {
      return members(value, (name, one) => (SHOWN_PARAMS.has(name) ? one : shapeOf(one, 1)));
    }
    if (key === "error" && isObject(value)) {
      return members(value, (name, one) => (name === "code" ? one : shapeOf(one, 1)));
    }
    return shapeOf(value, 0);
  });
}

/** Names that a server gives; what is named otherwise may be the URI of a resource, which is an argument. */
const NAMING = new Set(["tools/call", "prompts/get"]);

/** `file: (text, 31 characters)` for a URI. */
export function shapeOfName(name: string, method: string): string {
  const [scheme] = /^[a-z][a-z0-9+.-]*:/i.exec(name) ?? [];
  if (scheme === undefined || NAMING.has(method)) return name;
  return `${scheme} ${shapeOfText(name)}`;
}

/** Undefined where it is no JSON, or no more of it than a beginning. */
export function messageOf({ text, cut }: LogBody): unknown {
  if (cut) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `(text, 1,204 characters)`, `(number)`, the keys of an object, the items of a list. */
function shapeOf(value: unknown, depth: number): unknown {
  if (value === null) return null;
  if (typeof value === "string") return shapeOfText(value);
  if (typeof value !== "object") return typeof value === "number" ? "(number)" : "(true or false)";
  if (Array.isArray(value)) {
    const [first] = value;
    const items = `(${counted(value.length, "item")})`;
    return first === undefined || depth >= MAX_DEPTH ? items : [items, shapeOf(first, depth + 1)];
  }
  if (depth >= MAX_DEPTH) return `(object, ${counted(Object.keys(value).length, "key")})`;
  return members(value, (_, one) => shapeOf(one, depth + 1));
}

const shapeOfText = (text: string): string => `(text, ${counted(text.length, "character")})`;

const counted = (many: number, thing: string): string =>
  `${count.format(many)} ${thing}${many === 1 ? "" : "s"}`;

function members(
  object: object,
  shape: (key: string, value: unknown) => unknown,
): Record<string, unknown> {
  const all = Object.entries(object);
  const shown = all.slice(0, MAX_MEMBERS).map(([key, value]) => [key, shape(key, value)]);
  const left = all.length - MAX_MEMBERS;
  return Object.fromEntries(left > 0 ? [...shown, ["…", `(${counted(left, "more key")})`]] : shown);
}
