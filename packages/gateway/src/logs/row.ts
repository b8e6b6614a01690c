import type { LogLevel } from "@local-mcp/contract";
import { isObject, roughSize } from "@local-mcp/engine";
import {
  type BegunEntry,
  BEYOND_NAME,
  type EndedEntry,
  type EntryBody,
  MAX_MESSAGE,
  MAX_NAME,
} from "./entries.ts";

/** A message as the engine told of it, which nobody has written down yet. */
export type Seen =
  | { kind: "message"; message: unknown }
  /** As it was sent. */
  | { kind: "text"; text: string };

/** What came of a row. */
export interface RowEnd extends Omit<EndedEntry, "key" | "response" | "error"> {
  response: Seen | null;
  /** `isOurs`: the gateway says so, and no server. */
  error: { code: string; message: string; isOurs: boolean } | null;
}

/** What is known of a row when it begins. */
export type RowStart = Omit<BegunEntry, "key" | "request" | "hasContents" | "ended">;

/**
 * `held`: only to be written where its exchange fails; `queued`: waits to be written; `sent`: written
 * but for its end; `over`: nothing of it is to be written any more; `dropped`: nothing of it could be.
 */
type RowState = "held" | "queued" | "sent" | "over" | "dropped";

/** The answer that a client was given. */
export interface GivenAnswer {
  text: string;
  /** Its result, where it is the object that a server answered with. */
  result: unknown;
}

/** One row of the log from its beginning to its end, as references to what passed. */
export interface Row {
  /** 0 until it is queued. */
  key: number;
  readonly start: RowStart;
  level: LogLevel;
  state: RowState;
  readonly request: Seen | null;
  end: RowEnd | null;
  /** When it began, of a clock that only goes forward, ms. */
  readonly began: number;
  /** Of its exchange; null while there is none. */
  readonly answer: () => GivenAnswer | null;
}

/** @param chars how much of its text is handed on */
export const bodyOf = (
  text: string | null,
  chars: number,
  hasContents: boolean,
): EntryBody | null =>
  text === null
    ? null
    : { text: hasContents ? text.slice(0, chars) : null, bytes: Buffer.byteLength(text) };

/** Null where it is nothing at all. */
export const textOf = (seen: Seen): string | null =>
  seen.kind === "text" ? seen.text : (JSON.stringify(seen.message) ?? null);

/** What a response begins with, up to its result. */
const BEFORE_RESULT = /^\{"jsonrpc":"2\.0","id":(?:"(?:[^"\\]|\\.)*"|-?\d+),"result":/;

/** A result may be large, and what the client was answered has it as text. */
function responseText({ end, answer }: Row): string | null {
  if (end === null || end.response === null) return null;
  const { response } = end;
  const given = answer();
  if (given === null || response.kind === "text" || !isObject(response.message)) {
    return textOf(response);
  }
  const { jsonrpc, id, result, ...more } = response.message;
  const isSame = result !== undefined && result === given.result && Object.keys(more).length === 0;
  const [head] = (isSame && BEFORE_RESULT.exec(given.text)) || [];
  if (head === undefined) return textOf(response);
  return `${JSON.stringify({ jsonrpc, id }).slice(0, -1)},"result":${given.text.slice(head.length)}`;
}

const hasContents = ({ level }: Row): boolean => level === "full" || level === "errors";

/** Whoever names or says something decides how long that is. @param most what is kept of it, characters */
const told = <Text extends string | null>(text: Text, most: number): Text | string =>
  text === null ? text : text.slice(0, most + BEYOND_NAME);

const namedClient = (client: RowStart["client"]): RowStart["client"] =>
  client && { name: told(client.name, MAX_NAME), version: told(client.version, MAX_NAME) };

/** What is written of a row that began. @param chars how much of each message is handed on */
export const begunEntry = (row: Row, chars: number): BegunEntry => ({
  ...row.start,
  method: told(row.start.method, MAX_NAME),
  name: told(row.start.name, MAX_NAME),
  client: namedClient(row.start.client),
  key: row.key,
  request: bodyOf(row.request && textOf(row.request), chars, hasContents(row)),
  hasContents: hasContents(row),
  ended: row.end && endedEntry(row, row.end, chars),
});

/** What is written of its end. */
export const endedEntry = (row: Row, end: RowEnd, chars: number): EndedEntry => ({
  ...end,
  ...(end.session && { session: { ...end.session, client: namedClient(end.session.client) } }),
  error: end.error && errorEntry(row, end.error),
  key: row.key,
  response: bodyOf(responseText(row), chars, hasContents(row)),
});

/** What a server says of its error is a part of its message. */
const errorEntry = (
  row: Row,
  { code, message, isOurs }: NonNullable<RowEnd["error"]>,
): EndedEntry["error"] => ({
  code,
  message: isOurs || hasContents(row) ? told(message, MAX_MESSAGE) : null,
});

/** Of a value that is no text, characters. */
const SMALL = 8;

/** About how many characters a message has. It is not written down for that, which takes longer. */
export function sizeOf(seen: Seen | null): number {
  if (seen === null) return 0;
  return seen.kind === "text" ? seen.text.length : roughSize(seen.message);
}

/** How many characters a message has, looked through for no longer than until it has so many. */
export function sizeUpTo(seen: Seen | null, most: number): number {
  if (seen === null) return 0;
  if (seen.kind === "text") return Math.min(seen.text.length, most);
  let size = 0;
  const left: unknown[] = [seen.message];
  while (left.length > 0 && size < most) {
    const value = left.pop();
    size += typeof value === "string" ? value.length + 2 : SMALL;
    if (Array.isArray(value)) {
      // One that is long is too much however small its members are.
      size += value.length;
      if (size < most) for (const one of value) left.push(one);
    } else if (isObject(value)) {
      for (const key in value) {
        size += key.length;
        left.push(value[key]);
        if (size >= most) break;
      }
    }
  }
  return Math.min(size, most);
}
