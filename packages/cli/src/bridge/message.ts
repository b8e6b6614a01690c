import type { GatewayError } from "@local-mcp/contract";
import { z } from "zod";

/** A JSON-RPC request's id; 0 is one like any other. */
export type Id = string | number;

const id = z.union([z.string(), z.number()]);
const envelope = z.looseObject({
  id: id.nullable().optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});
type Envelope = z.infer<typeof envelope>;

/** Requests that change nothing, so that sending one a second time does no harm. */
const HARMLESS = new Set([
  "initialize",
  "ping",
  "server/discover",
  "subscriptions/listen",
  "tools/list",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "completion/complete",
  "logging/setLevel",
]);

/** A line from the client, with the little the bridge has to know of it. */
export interface Message {
  text: string;
  /** Ids of the requests in it; empty for notifications and answers. */
  ids: Id[];
  /** The method, where the line is one request or notification. */
  method: string | null;
  /** Its params, where it has a method. */
  params: unknown;
  /** What it says of the modern era; null where it is one of the legacy era. */
  modern: { version: string } | null;
  /** Whether it may be sent again after it may have been acted on. */
  harmless: boolean;
  /** The request it cancels, which will then get no answer. */
  cancels: Id | null;
}

const cancellation = z.object({ requestId: id });

/** Each modern message names its revision (MCP 2026-07-28, basic); a client may use both eras. */
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
const modernParams = z.object({ _meta: z.object({ [VERSION_KEY]: z.string() }) });

/** The revision it names; null for a message of the legacy era. */
const revisionOf = (params: unknown): string | null => {
  // Most messages name none, and a schema takes its time to say so.
  if (typeof params !== "object" || params === null || !("_meta" in params)) return null;
  return modernParams.safeParse(params).data?._meta[VERSION_KEY] ?? null;
};

/** The value of a JSON text; undefined where it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parse = (text: string): Envelope[] | null => {
  const value = parseJson(text);
  // Batches: part of MCP 2025-03-26, and the gateway's to accept or refuse.
  return z.array(envelope).safeParse(Array.isArray(value) ? value : [value]).data ?? null;
};

/** Reads a line from the client; null when it is no JSON-RPC message. */
export const readMessage = (text: string): Message | null => {
  const envelopes = parse(text);
  if (envelopes === null) return null;
  const requests = envelopes.filter(({ method }) => method !== undefined);
  const [first] = requests;
  const single = envelopes.length === 1 ? first : undefined;
  const version = revisionOf(single?.params);
  return {
    text,
    ids: requests.flatMap((request) => request.id ?? []),
    method: single?.method ?? null,
    params: single?.params,
    modern: version === null ? null : { version },
    harmless: requests.every(({ method }) => method !== undefined && HARMLESS.has(method)),
    cancels:
      first?.method === "notifications/cancelled"
        ? (cancellation.safeParse(first.params).data?.requestId ?? null)
        : null,
  };
};

/** An answer to a request of the client. */
export interface Answered {
  id: Id;
  failed: boolean;
}

/** The requests that a message from the gateway answers. */
export const answersIn = (text: string): Answered[] =>
  (parse(text) ?? []).flatMap(({ id: answered, method, error }) =>
    method === undefined && answered !== undefined && answered !== null
      ? { id: answered, failed: error !== undefined && error !== null }
      : [],
  );

const initialized = z.object({
  result: z.object({
    protocolVersion: z.string(),
    capabilities: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** What client and gateway agreed on. */
export type Initialized = z.infer<typeof initialized>["result"];

/** What an answer to initialize agreed on; null when it is an error or something else. */
export const readInitialized = (text: string): Initialized | null =>
  initialized.safeParse(parseJson(text)).data?.result ?? null;

const refusal = z.object({ error: z.looseObject({ code: z.number(), message: z.string() }) });

/** The error object in the body of a refused request; null when there is none. */
export const readRefusal = (text: string): z.infer<typeof refusal>["error"] | null =>
  refusal.safeParse(parseJson(text)).data?.error ?? null;

export const errorLine = (id: Id | null, error: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id, error });

/** An error of ours as JSON-RPC. Clients show the message alone, so the way out is in it. */
export const asJsonRpc = (error: GatewayError): object => ({
  code: error.jsonRpc,
  message: `${error.message} ${error.wayOut}`,
  data: { code: error.code, wayOut: error.wayOut },
});
