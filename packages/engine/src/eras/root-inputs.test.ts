import { describe, expect, it } from "vitest";
import { isErrorResponse, type JsonObject, type RpcResponse, resultOf } from "../jsonrpc.ts";
import { answerRoots, withRoots } from "./root-inputs.ts";

const ROOTS = [{ uri: "file:///a", name: "A" }];
const ANSWER = { roots: ROOTS };
const wants = (inputRequests: JsonObject, requestState?: string): RpcResponse =>
  resultOf(1, {
    resultType: "input_required",
    inputRequests,
    ...(requestState !== undefined && { requestState }),
  });
const LIST = { method: "roots/list" };
const ASK = { method: "elicitation/create", params: { message: "Go?" } };
const DONE = resultOf(1, { content: [] });

/** A server that answers with these, one after another, and what it was called with. */
function server(...answers: RpcResponse[]) {
  const calls: JsonObject[] = [];
  const again = async (params: JsonObject): Promise<RpcResponse> => {
    calls.push(params);
    return answers.shift() ?? DONE;
  };
  return { calls, again };
}

const resultIn = (response: RpcResponse): JsonObject =>
  isErrorResponse(response) ? {} : response.result;

describe("a modern server's question for roots to a modern client", () => {
  it("is answered here, and the call goes on", async () => {
    const { calls, again } = server(wants({ r2: LIST }));
    expect(await answerRoots(wants({ r: LIST }, "s"), ROOTS, "one", again)).toBe(DONE);
    expect(calls).toEqual([
      { inputResponses: { r: ANSWER }, requestState: "s" },
      { inputResponses: { r2: ANSWER } },
    ]);
  });

  it("is the client's where its profile has none", async () => {
    const { calls, again } = server();
    const asked = wants({ r: LIST });
    expect(await answerRoots(asked, [], "one", again)).toBe(asked);
    expect(await answerRoots(DONE, ROOTS, "one", again)).toBe(DONE);
    expect(calls).toEqual([]);
  });

  it.each(["own", undefined])("beside others waits for those; state %s", async (state) => {
    const { calls, again } = server();
    const left = await answerRoots(wants({ r: LIST, e: ASK }, state), ROOTS, "one", again);
    expect(resultIn(left)).toMatchObject({ inputRequests: { e: ASK } });
    expect(resultIn(left).inputRequests).not.toHaveProperty("r");
    expect(calls).toEqual([]);
    const { requestState } = resultIn(left);
    const back = { name: "x", requestState, inputResponses: { e: { action: "accept" } } };
    expect(withRoots(back, ROOTS)).toEqual({
      name: "x",
      inputResponses: { e: { action: "accept" }, r: ANSWER },
      ...(state !== undefined && { requestState: state }),
    });
  });

  it.each([undefined, "own", "local-mcp-gateway-roots.%%%", "local-mcp-gateway-roots.e30"])(
    "a state that is not ours stays: %s",
    (requestState) => {
      const params = { name: "x", requestState };
      expect(withRoots(params, ROOTS)).toBe(params);
    },
  );

  it("that never ends is given up", async () => {
    const again = async (): Promise<RpcResponse> => wants({ r: LIST });
    await expect(answerRoots(wants({ r: LIST }), ROOTS, "one", again)).rejects.toMatchObject({
      code: "too_many_rounds",
    });
  });
});
