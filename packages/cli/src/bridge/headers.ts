import { z } from "zod";
import { type Message, parseJson } from "./message.ts";

/**
 * The headers that repeat parts of a modern message (MCP 2026-07-28, Streamable HTTP). A client of
 * stdio does not send them, so the bridge has to.
 */

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Printable ASCII without spaces at the ends, which is what a header carries unchanged. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
const ENCODED = /^=\?base64\?.*\?=$/;

/** A value as it can stand in a header: as it is, or as base64 of its UTF-8 in `=?base64?…?=`. */
export const encodeHeaderValue = (value: string): string =>
  PLAIN.test(value) && !ENCODED.test(value)
    ? value
    : `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;

/** Which of its params names what a request is about. */
const NAME_PARAM: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/** One argument of a tool that is repeated in a header. */
interface Mirrored {
  header: string;
  /** Names of properties from the arguments down. */
  path: readonly string[];
}

const object = z.record(z.string(), z.unknown());
const property = z.looseObject({
  "x-mcp-header": z.string().regex(TOKEN).optional().catch(undefined),
  properties: object.optional().catch(undefined),
});
const listed = z.object({
  result: z.object({
    tools: z.array(z.object({ name: z.string(), inputSchema: z.unknown() })),
  }),
});
const call = z.object({ name: z.string(), arguments: object.optional().catch(undefined) });

/**
 * All that an input schema asks to have repeated. Schemas that break the rules are the gateway's to
 * leave out; a header too many for one of them is ignored.
 */
const mirroredIn = (inputSchema: unknown): Mirrored[] => {
  const found: Mirrored[] = [];
  const waiting = [{ schema: inputSchema, path: [] as readonly string[] }];
  // A list instead of recursion: the depth of a schema is its author's.
  for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
    const { data } = property.safeParse(one.schema);
    const header = data?.["x-mcp-header"];
    if (header !== undefined) found.push({ header: `Mcp-Param-${header}`, path: one.path });
    for (const [name, schema] of Object.entries(data?.properties ?? {})) {
      waiting.push({ schema, path: [...one.path, name] });
    }
  }
  return found;
};

const valueAt = (args: unknown, path: readonly string[]): string | null => {
  let value = args;
  for (const name of path) {
    const { data } = object.safeParse(value);
    value = data !== undefined && Object.hasOwn(data, name) ? data[name] : undefined;
  }
  // A number that JSON has rounded is not repeated: it would claim to be exact.
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  const isPrimitive = ["string", "number", "boolean"].includes(typeof value);
  return isPrimitive && !isRounded ? String(value) : null;
};

/** Knows which arguments of tools are repeated in headers, from the lists that pass. */
export class ToolHeaders {
  readonly #mirrored = new Map<string, Mirrored[]>();

  /** Takes an answer to tools/list. */
  learn(answer: string): void {
    const { data } = listed.safeParse(parseJson(answer));
    for (const { name, inputSchema } of data?.result.tools ?? []) {
      const mirrored = mirroredIn(inputSchema);
      if (mirrored.length > 0) this.#mirrored.set(name, mirrored);
      else this.#mirrored.delete(name);
    }
  }

  /** The headers that go with a message of the modern era; none with any other. */
  of({ modern, method, params }: Message): Record<string, string> {
    if (modern === null || method === null) return {};
    const headers: Record<string, string> = {
      "mcp-protocol-version": encodeHeaderValue(modern.version),
      "mcp-method": encodeHeaderValue(method),
    };
    const nameParam = NAME_PARAM.get(method);
    const name = nameParam === undefined ? undefined : object.safeParse(params).data?.[nameParam];
    if (typeof name === "string") headers["mcp-name"] = encodeHeaderValue(name);
    return method === "tools/call" ? { ...headers, ...this.#ofCall(params) } : headers;
  }

  #ofCall(params: unknown): Record<string, string> {
    const { data } = call.safeParse(params);
    const headers: Record<string, string> = {};
    for (const { header, path } of this.#mirrored.get(data?.name ?? "") ?? []) {
      const value = valueAt(data?.arguments, path);
      if (value !== null) headers[header] = encodeHeaderValue(value);
    }
    return headers;
  }
}
