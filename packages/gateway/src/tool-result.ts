import { GatewayError } from "@local-mcp/contract";
import { type Answer, isErrorResponse, type JsonObject, shortened } from "@local-mcp/engine";

/**
 * The result of a tool that a person called, and how long it took.
 *
 * @throws GatewayError tool_refused where the server refuses the call, and what `call` throws
 */
export async function toolResult(
  name: string,
  call: () => Promise<Answer>,
): Promise<{ result: JsonObject; durationMs: number }> {
  const startedAt = performance.now();
  const answer = await call();
  const durationMs = performance.now() - startedAt;
  if (answer.kind === "json") return { result: JSON.parse(answer.result), durationMs };
  const { response } = answer;
  if (!isErrorResponse(response)) return { result: response.result, durationMs };
  throw new GatewayError("tool_refused", {
    tool: name,
    detail: shortened(response.error.message, 1000),
  });
}
