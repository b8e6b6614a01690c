import { GatewayError, LOCAL_SERVER } from "@local-mcp/contract";
import type { Root } from "../definitions.ts";
import { completeInputs } from "../eras/input-rounds.ts";
import { modernQuestion } from "../eras/inputs.ts";
import { answerRoots, withRoots } from "../eras/root-inputs.ts";
import {
  MISSING_CLIENT_CAPABILITY,
  translate,
  URL_ELICITATION_REQUIRED,
} from "../eras/translate.ts";
import {
  errorOf,
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcRequest,
  type RpcResponse,
  resultOf,
} from "../jsonrpc.ts";
import { knownError } from "../known-error.ts";
import { refusalOfAnswer } from "../network/page-url.ts";
import { withoutEnvelope } from "../protocol.ts";
import type { SentTrace } from "../trace.ts";
import type { Upstream, UpstreamCall } from "../upstream/upstream.ts";
import { type Caller, checkAbility, knownAnswer, towards } from "./caller.ts";
import type { Servers } from "./routes.ts";

/**
 * Sends a request on to a server as it is, but for the name it is known by there, and brings the
 * answer back in the words of the caller's era.
 *
 * @param renamed members of params that differ between caller and server
 * @returns null where the server is not up
 * @throws GatewayError for everything that is not the server's own answer
 */
export async function callServer(
  serverId: string,
  request: RpcRequest,
  renamed: JsonObject,
  servers: Servers,
  caller: Caller,
): Promise<RpcResponse | null> {
  if (serverId === LOCAL_SERVER) return callLocal(request, renamed, servers, caller);
  const upstream = servers.upstream(serverId);
  if (!upstream) return null;
  const own = withoutEnvelope({ ...request.params, ...renamed });
  const { serverInfo } = servers;
  const uri = cacheableUri(request.method, own);
  const { configHash } = upstream.definition;
  const cached = uri === null ? null : await servers.cache.find({ serverId, configHash, uri });
  if (cached?.result) {
    const answer = resultOf(0, cached.result);
    return translate(answer, {
      from: "modern",
      to: caller.era,
      method: request.method,
      serverInfo,
    });
  }
  const trace = caller.trace.towards(serverId);
  const { visits, roots } = servers;
  const params =
    caller.era === "modern" ? withRoots(await withoutInputs(own, upstream), roots) : own;
  const { name } = upstream.definition;
  const hooks = {
    ...towards(caller, { server: name, visits, roots, trace }),
    members: otherMembers(request),
  };

  const ask: Ask = { upstream, method: request.method, params, hooks };
  const answered = await askServer(ask);
  if (answered === null) return null;
  const { era } = answered;
  if (era === "modern") cached?.keep(answered.response);
  visits.noteRefusal(caller.client, answered.response);
  const response =
    era === "modern" ? await complete(answered.response, ask, roots, caller) : answered.response;
  if (era === "legacy" && caller.era === "modern") {
    const visit = urlVisit(response, caller);
    if (visit) return visit;
  }
  return translate(response, { from: era, to: caller.era, method: request.method, serverInfo });
}

/** What is read, where nothing else decides what the answer is; null for other requests. */
function cacheableUri(method: string, { uri, _meta, ...others }: JsonObject): string | null {
  if (method !== "resources/read" || typeof uri !== "string") return null;
  // Who wants to hear of progress is told the same in the end.
  const { progressToken: _, ...meta } = isObject(_meta) ? _meta : {};
  return Object.keys({ ...others, ...meta }).length === 0 ? uri : null;
}

/** What the gateway itself offers is answered in the legacy era's words, and by no connection. */
async function callLocal(
  { id, method, params }: RpcRequest,
  renamed: JsonObject,
  servers: Servers,
  { era, signal, trace }: Caller,
): Promise<RpcResponse> {
  const own = withoutEnvelope({ ...params, ...renamed });
  const sent = trace.towards(LOCAL_SERVER).sent({ jsonrpc: "2.0", id, method, params: own });
  const answer = await ended(sent, async () =>
    resultOf(id, await servers.askLocal({ method, params: own }, signal)),
  );
  const { serverInfo } = servers;
  return translate(answer, { from: "legacy", to: era, method, serverInfo });
}

/** Tells what came of something. @throws what `work` throws */
async function ended(sent: SentTrace, work: () => Promise<RpcResponse>): Promise<RpcResponse> {
  try {
    const answer = await work();
    sent.ended(answer);
    return answer;
  } catch (error) {
    sent.ended(knownError(error));
    throw error;
  }
}

/** Those of a message that JSON-RPC does not know. */
function otherMembers(request: RpcRequest): JsonObject {
  const { jsonrpc: _, id: __, method: ___, params: ____, ...others } = request;
  return others;
}

interface Ask {
  upstream: Upstream;
  method: string;
  params: JsonObject;
  hooks: UpstreamCall;
}

/** @throws GatewayError page_refused, and what {@link Upstream.call} throws */
async function askServer({ upstream, method, params, hooks }: Ask): ReturnType<Upstream["call"]> {
  const answered = await upstream.call(method, params, hooks);
  const refusal = answered && refusalOfAnswer(upstream.definition.name, answered.response);
  if (refusal) throw refusal;
  return answered;
}

/**
 * Answers what a modern server asks for in its result, as far as that is known here. A legacy client
 * cannot be told what is missing, so it is asked for the rest.
 */
function complete(
  first: RpcResponse,
  { upstream, method, params, hooks }: Ask,
  roots: readonly Root[],
  caller: Caller,
): Promise<RpcResponse> {
  const { name } = upstream.definition;
  const again = async (answers: JsonObject): Promise<RpcResponse> => {
    const answered = await askServer({
      upstream,
      method,
      params: { ...params, ...answers },
      hooks,
    });
    if (answered) return answered.response;
    throw new GatewayError("server_unavailable", {
      server: name,
      reason: "it stopped while it waited for answers.",
      action: "Call again.",
    });
  };
  if (caller.era === "modern") return answerRoots(first, roots, name, again);
  return completeInputs(first, {
    server: name,
    signal: caller.signal,
    ask: (question, params, key) => {
      const asked = { method: question, ...(params && { params }) };
      // In a result it has no id but its key.
      return ended(hooks.trace.asked({ jsonrpc: "2.0", id: key, ...asked }), async () => {
        const answer = knownAnswer(asked, roots);
        if (answer) return answer;
        checkAbility(asked, caller.client?.capabilities ?? {});
        return caller.ask(question, params, caller.signal);
      });
    },
    again,
  });
}

/**
 * What a modern client repeats its request with means nothing to a legacy server. A state that is
 * left here was given by somebody else, or before the gateway was started anew.
 *
 * @throws GatewayError request_state_expired, input_refused
 */
async function withoutInputs(params: JsonObject, upstream: Upstream): Promise<JsonObject> {
  if (params.requestState === undefined && params.inputResponses === undefined) return params;
  upstream.start();
  await upstream.settled();
  if (upstream.era !== "legacy") return params;
  const { requestState, inputResponses, ...rest } = params;
  if (requestState !== undefined) throw new GatewayError("request_state_expired");
  const answers = isObject(inputResponses) ? Object.values(inputResponses) : [];
  if (answers.some(isRefusal)) {
    throw new GatewayError("input_refused", {
      method: "elicitation/create",
      reason: "the person did not agree.",
    });
  }
  return rest;
}

/** A person's no to a question. */
const isRefusal = (answer: unknown): boolean =>
  isObject(answer) && ["decline", "cancel"].includes(String(answer.action));

/**
 * A legacy server that wants a person to visit a page first refuses the call with an error; a
 * modern client learns the same from a result, and repeats the call when the person is done.
 */
function urlVisit(response: RpcResponse, caller: Caller): RpcResponse | null {
  if (!isErrorResponse(response) || response.error.code !== URL_ELICITATION_REQUIRED) return null;
  const { data, message } = response.error;
  const wanted = isObject(data) && Array.isArray(data.elicitations) ? data.elicitations : [];
  const questions = wanted
    .filter(isObject)
    .map((params, index) => [
      `visit-${index + 1}`,
      { method: "elicitation/create", params: modernQuestion("elicitation/create", params) },
    ]);
  if (questions.length === 0) return null;
  const { elicitation } = caller.client?.capabilities ?? {};
  if (!isObject(elicitation) || !isObject(elicitation.url)) {
    return errorOf(0, MISSING_CLIENT_CAPABILITY, message, {
      requiredCapabilities: { elicitation: { url: {} } },
    });
  }
  return resultOf(0, {
    resultType: "input_required",
    inputRequests: Object.fromEntries(questions),
  });
}
