import { randomUUID } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { isErrorResponse, isObject, type JsonObject, type RpcResponse } from "../jsonrpc.ts";
import { shortened } from "../text.ts";

/** A question that a server of the modern era puts into its result (MCP 2026-07-28, MRTR). */
export interface InputRequest {
  method: string;
  params: JsonObject | undefined;
}

/** What a result asks for before it can be completed, or null for any other result. */
export interface InputRequired {
  requests: ReadonlyMap<string, InputRequest>;
  /** To be sent back byte for byte; undefined where the server keeps none. */
  requestState: string | undefined;
}

/** @throws GatewayError answer_out_of_order where it asks in a way that nobody could answer */
export function inputRequired(response: RpcResponse, server: string): InputRequired | null {
  if (isErrorResponse(response) || response.result.resultType !== "input_required") return null;
  const { inputRequests = {}, requestState } = response.result;
  const unusable = (reason: string): GatewayError =>
    new GatewayError("answer_out_of_order", { server, reason });
  if (!isObject(inputRequests)) throw unusable("its inputRequests are no object.");
  if (requestState !== undefined && typeof requestState !== "string") {
    throw unusable("its requestState is no text.");
  }
  const requests = new Map<string, InputRequest>();
  for (const [key, request] of Object.entries(inputRequests)) {
    if (!isObject(request) || typeof request.method !== "string") {
      throw unusable(`its input request “${shortened(key, 100)}” has no method.`);
    }
    const params = isObject(request.params) ? request.params : undefined;
    requests.set(key, { method: request.method, params });
  }
  return { requests, requestState };
}

/**
 * Says what is wrong with a client's answer to a question, or null. Only what tells the kinds of
 * answer apart is looked at; the server that asked judges the rest.
 */
export function faultOfAnswer(method: string, answer: unknown): string | null {
  if (!isObject(answer)) return "it is not an object";
  switch (method) {
    case "elicitation/create":
      return ["accept", "decline", "cancel"].includes(String(answer.action))
        ? null
        : "its action is neither accept, decline nor cancel";
    case "sampling/createMessage":
      return "content" in answer && "role" in answer ? null : "it lacks role or content";
    case "roots/list":
      return Array.isArray(answer.roots) ? null : "it has no list of roots";
    default:
      return null;
  }
}

/**
 * Params for a legacy client: there a question with a URL has an id, by which the client could be
 * told that the person is done (MCP 2025-11-25, elicitation).
 */
export const legacyQuestion = ({ method, params }: InputRequest): JsonObject | undefined =>
  method === "elicitation/create" && params?.mode === "url" && params.elicitationId === undefined
    ? { ...params, elicitationId: randomUUID() }
    : params;

/** Params for a modern client, which knows no such id and no tasks. */
export function modernQuestion(method: string, params: JsonObject | undefined): JsonObject {
  if (params === undefined) return {};
  const dropped = method === "elicitation/create" ? ["elicitationId", "task"] : ["task"];
  return Object.fromEntries(Object.entries(params).filter(([key]) => !dropped.includes(key)));
}
