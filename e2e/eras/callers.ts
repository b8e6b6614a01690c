import { isRecord } from "../fixtures/json-rpc.ts";
import { ALL_CAPABILITIES, ask, eventsOf, post } from "../fixtures/conformance/modern-client.ts";
import { McpClient } from "../fixtures/mcp-client.ts";

/** A call that hangs longer than this is given up, ms. */
const ANSWERED_MS = 15_000;

/** Answers what a server asks of the person or the model. */
export type AnswerInput = (method: string) => Record<string, unknown>;

/** A call that goes on until it is cancelled. */
export interface OpenCall {
  cancel(): Promise<void>;
  /** Whether it ended without an answer. */
  endedUnanswered: Promise<boolean>;
}

/** A client of the gateway, of either era, with all capabilities. */
export interface Caller {
  name: string;
  era: "legacy" | "modern";
  /** The text that a tool answered. */
  call(tool: string, args: Record<string, unknown>, answer: AnswerInput): Promise<string>;
  open(tool: string, args: Record<string, unknown>): OpenCall;
  close(): Promise<void>;
}

const textOf = (result: unknown): string => {
  const [first] = isRecord(result) && Array.isArray(result.content) ? result.content : [];
  return isRecord(first) ? String(first.text) : JSON.stringify(result);
};

const unanswered = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => false,
    () => true,
  );

/** A session, with its GET stream open. */
export const legacyCaller = async (name: string, url: string): Promise<Caller> => {
  const client = new McpClient(url);
  await client.initialize({
    capabilities: ALL_CAPABILITIES,
    clientInfo: { name, version: "1.0.0" },
  });
  const stream = await client.listen(() => undefined);
  let calls = 0;
  return {
    name,
    era: "legacy",
    call: async (tool, args, answer) => {
      const params = { name: tool, arguments: args };
      const onRequest = ({ method = "" }) => answer(method);
      const signal = AbortSignal.timeout(ANSWERED_MS);
      return textOf(await client.request("tools/call", params, { onRequest, signal }));
    },
    open: (tool, args) => {
      calls += 1;
      const id = `open-${calls}`;
      const call = client.request("tools/call", { name: tool, arguments: args }, { id });
      return {
        endedUnanswered: unanswered(call),
        cancel: () => client.notify("notifications/cancelled", { requestId: id }),
      };
    },
    close: async () => {
      await stream.close();
      await client.delete();
    },
  };
};

/** No session; a stream of its own for what belongs to no request. */
export const modernCaller = async (name: string, url: string): Promise<Caller> => {
  const listening = new AbortController();
  const _meta = { "io.modelcontextprotocol/clientInfo": { name, version: "1.0.0" } };
  const response = await post(
    url,
    "subscriptions/listen",
    { _meta, notifications: { toolsListChanged: true } },
    { signal: listening.signal, id: "listen" },
  );
  const heard = eventsOf(response).catch((error: unknown) => {
    if (!listening.signal.aborted) throw error;
  });
  let requests = 0;
  return {
    name,
    era: "modern",
    call: async (tool, args, answer) => {
      let more: Record<string, unknown> = {};
      const signal = AbortSignal.timeout(ANSWERED_MS);
      for (;;) {
        requests += 1;
        const params = { _meta, name: tool, arguments: args, ...more };
        const { result, error } = await ask(url, "tools/call", params, {
          id: requests,
          signal,
        });
        if (error) throw new Error(`${tool}: ${error.code} ${error.message}`);
        if (result.resultType !== "input_required") return textOf(result);
        const { inputRequests, requestState } = result;
        more = {
          inputResponses: answersTo(inputRequests, answer),
          ...(requestState !== undefined && { requestState }),
        };
      }
    },
    open: (tool, args) => {
      requests += 1;
      const closed = new AbortController();
      const { signal } = closed;
      const call = ask(
        url,
        "tools/call",
        { _meta, name: tool, arguments: args },
        { id: requests, signal },
      );
      return {
        endedUnanswered: unanswered(call),
        cancel: () => {
          closed.abort();
          return Promise.resolve();
        },
      };
    },
    close: async () => {
      listening.abort();
      await heard;
    },
  };
};

const answersTo = (requests: unknown, answer: AnswerInput): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isRecord(requests) ? requests : {}).map(([key, request]) => [
      key,
      answer(isRecord(request) ? String(request.method) : ""),
    ]),
  );
