import { describe, expect, it } from "vitest";
import { isRecord } from "../fixtures/json-rpc.ts";
import { call } from "../fixtures/test-support.ts";
import { clientsOf, questionsOf, serveAsking, serveEra, sorted, textOf } from "./era-gateway.ts";
import { startGateway, until } from "./test-gateway.ts";

const EXPIRED = { code: -32602, message: expect.stringContaining("expired") };
const accept = (content: object) => ({ action: "accept", content });

/** Answers one question of each method, however many come. */
const ANSWERS: Record<string, Record<string, unknown>> = {
  "elicitation/create": { action: "accept", content: { name: "Ada" } },
  "sampling/createMessage": {
    role: "assistant",
    model: "test",
    content: { type: "text", text: "Paris" },
  },
  "roots/list": { roots: [{ uri: "file:///home", name: "home" }] },
};
const answersTo = (requests: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(requests).map(([key, request]) => [
      key,
      ANSWERS[isRecord(request) ? String(request.method) : ""],
    ]),
  );

type Modern = Awaited<ReturnType<typeof serveEra>>["modern"];

/** Begins a call and returns what it asks for first. */
async function begin(modern: Modern, params: Record<string, unknown>) {
  const { result, status } = await modern("tools/call", params);
  expect([status, result.resultType]).toEqual([200, "input_required"]);
  const { requests, requestState } = questionsOf(result);
  return {
    result,
    requests,
    requestState,
    /** Repeats the request with answers. */
    goOn: (inputResponses: object, more: object = {}, options?: Parameters<Modern>[2]) =>
      modern("tools/call", { ...params, inputResponses, requestState, ...more }, options),
  };
}

describe("a modern client at a legacy server that asks", () => {
  it("gets the question as a result and the answer when it repeats the call", async () => {
    const { modern } = await serveEra("legacy");
    const { requests, requestState, goOn } = await begin(
      modern,
      call("test_elicitation", { message: "Who?" }),
    );
    expect(Object.values(requests)).toEqual([
      {
        method: "elicitation/create",
        params: {
          message: "Who?",
          requestedSchema: expect.objectContaining({ required: ["username", "email"] }),
        },
      },
    ]);
    expect(requestState).toEqual(expect.any(String));
    const [key = ""] = Object.keys(requests);
    const { result } = await goOn({ [key]: accept({ username: "ada", email: "a@b.c" }) });
    expect(result.resultType).toBe("complete");
    expect(textOf(result)).toContain('"username":"ada"');
  });

  it("is asked twice, and the first state opens nothing any more", async () => {
    const { modern } = await serveEra("legacy");
    const first = await begin(modern, call("ask_twice"));
    const [one = ""] = Object.keys(first.requests);
    const { result } = await first.goOn({ [one]: accept({ answer: "a" }) });
    const second = questionsOf(result);
    const [two = ""] = Object.keys(second.requests);
    expect(two).not.toBe(one);
    expect(second.requestState).not.toBe(first.requestState);

    expect((await first.goOn({ [one]: accept({ answer: "again" }) })).error).toMatchObject(EXPIRED);
    const done = await first.goOn(
      { [two]: accept({ answer: "b" }) },
      { requestState: second.requestState },
    );
    expect(JSON.parse(textOf(done.result))).toMatchObject([
      { content: { answer: "a" } },
      { content: { answer: "b" } },
    ]);
    const late = await first.goOn(
      { [two]: accept({ answer: "c" }) },
      { requestState: second.requestState },
    );
    expect(late.error).toMatchObject(EXPIRED);
  });

  it("answers several questions, together or one by one", async () => {
    const { modern } = await serveEra("legacy");
    const params = call("test_input_required_result_capabilities");
    const { result } = await begin(modern, params);
    const methods: unknown[] = [];
    let current = result;
    while (current.resultType === "input_required") {
      const { requests, requestState } = questionsOf(current);
      const [key = ""] = Object.keys(requests);
      const request = requests[key];
      methods.push(isRecord(request) ? request.method : null);
      const inputResponses = answersTo({ [key]: request });
      current = (await modern("tools/call", { ...params, inputResponses, requestState })).result;
    }
    expect(sorted(methods)).toEqual(["elicitation/create", "roots/list", "sampling/createMessage"]);
    expect(textOf(current)).toContain("Paris");
    expect(textOf(current)).toContain("Ada");
  });

  it.each([
    ["test_sampling", { prompt: "Capital?" }, "Paris"],
    ["test_streaming_elicitation", {}, "Ada"],
  ])("completes %s", async (name, args, expected) => {
    const { modern } = await serveEra("legacy");
    const { requests, goOn } = await begin(modern, call(name, args));
    expect(textOf((await goOn(answersTo(requests))).result)).toContain(expected);
  });

  it("may decline, which the server is told", async () => {
    const { modern } = await serveEra("legacy");
    const { requests, goOn } = await begin(modern, call("test_elicitation", { message: "?" }));
    const [key = ""] = Object.keys(requests);
    expect(textOf((await goOn({ [key]: { action: "decline" } })).result)).toContain("decline");
  });

  it("is told of an answer that is none, and may send a right one with the same state", async () => {
    const { modern } = await serveEra("legacy");
    const { requests, goOn } = await begin(modern, call("test_elicitation", { message: "?" }));
    const [key = ""] = Object.keys(requests);
    for (const wrong of ["yes", {}, { action: "maybe" }, null]) {
      const { error } = await goOn({ [key]: wrong });
      expect(error).toMatchObject({ code: -32602, data: { code: "input_response_unusable" } });
    }
    const { result } = await goOn({ [key]: accept({ username: "u", email: "e" }) });
    expect(result.resultType).toBe("complete");
  });

  it("is refused another's state, another call's, and one that was tampered with", async () => {
    const { modern, api } = await serveEra("legacy");
    const { token } = await api.tokens.create({ name: "other", profile: "dev" });
    const { requests, requestState, goOn } = await begin(
      modern,
      call("test_elicitation", { message: "?" }),
    );
    const [key = ""] = Object.keys(requests);
    const answers = { [key]: accept({ username: "u", email: "e" }) };
    const state = String(requestState);
    const last = state.endsWith("A") ? "B" : "A";
    const refused = [
      await goOn(answers, {}, { headers: { authorization: `Bearer ${token}` } }),
      await goOn(answers, { arguments: { message: "!" } }),
      await goOn(answers, { name: "test_sampling" }),
      await goOn(answers, { requestState: `${state.slice(0, -1)}${last}` }),
      await goOn(answers, { requestState: state.replace(/\.(\d+)\./, ".2.") }),
      await goOn(answers, { requestState: "" }),
    ];
    for (const { error, result } of refused) {
      expect(error ?? result).toMatchObject(EXPIRED);
    }
    expect((await goOn(answers)).result.resultType).toBe("complete");
  });

  it("learns that the state has expired when the gateway was started anew", async () => {
    const first = await serveEra("legacy");
    const { requestState, requests } = await begin(first.modern, call("ask_twice"));
    const port = Number(new URL(first.url).port);
    await first.gateway.close();
    const { gateway } = await startGateway({ root: first.root, settings: { port } });
    await gateway.listen();
    const { modern } = clientsOf(first);
    const inputResponses = answersTo(requests);
    const { error } = await until(
      () =>
        modern("tools/call", { ...call("ask_twice"), inputResponses, requestState }).catch(() => ({
          error: undefined,
        })),
      (answer) => answer.error !== undefined,
    );
    expect(error).toMatchObject(EXPIRED);
  });

  it("is sent to a page that a server refuses without, and calls again after that", async () => {
    const { modern } = await serveEra("legacy");
    const params = call("url_elicitation", { variant: "error", key: "k" });
    const { requests, result } = await begin(modern, params);
    expect(result).not.toHaveProperty("requestState");
    const [key = ""] = Object.keys(requests);
    expect(requests[key]).toEqual({
      method: "elicitation/create",
      params: {
        mode: "url",
        message: "Allow it in the browser.",
        url: "https://example.com/allow?key=k",
      },
    });
    const done = await modern("tools/call", {
      ...params,
      inputResponses: { [key]: { action: "accept" } },
    });
    expect(textOf(done.result)).toBe("Allowed: k");
  });

  it("is told what it cannot do, where a page has to be visited", async () => {
    const { modern, api } = await serveEra("legacy");
    // A connection that all clients share promises the server more than each of them can do.
    await api.servers.update({ server: "far", changes: { connections: "shared" } });
    const { error, status } = await modern(
      "tools/call",
      call("url_elicitation", { variant: "error" }),
      { capabilities: { elicitation: { form: {} } } },
    );
    expect([status, error?.code]).toEqual([400, -32021]);
    expect(error?.data).toMatchObject({ requiredCapabilities: { elicitation: { url: {} } } });
  });

  it("is not asked what it has not declared: the server learns that at once", async () => {
    const { modern, api } = await serveEra("legacy");
    await api.servers.update({ server: "far", changes: { connections: "shared" } });
    const { result } = await modern("tools/call", call("test_elicitation", { message: "?" }), {
      capabilities: {},
    });
    expect(result).toMatchObject({ resultType: "complete", isError: true });
    expect(textOf(result)).toContain("does not support elicitation/create");
  });
});

describe("a call that was parked", () => {
  const asks = { method: "elicitation/create", params: { message: "?", requestedSchema: {} } };

  it("is cancelled at the server when the client leaves its second request", async () => {
    const { modern, open, log } = await serveAsking();
    const params = call("ask", { ...asks, wait: true, label: "left" });
    const { requests, requestState } = await begin(modern, params);
    const leave = new AbortController();
    const inputResponses = answersTo(requests);
    const response = await open(
      "tools/call",
      { ...params, inputResponses, requestState, _meta: { progressToken: 5 } },
      { signal: leave.signal },
    );
    // Progress of the server comes on the second request, under the token of that one.
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('"progressToken":5');
    expect(await log()).toMatchObject({ cancelled: [] });
    leave.abort();
    await until(log, ({ cancelled }) => JSON.stringify(cancelled) === '["left"]');
  });

  it("takes one of two answers that come at once", async () => {
    const { modern, log } = await serveAsking();
    const { requests, goOn } = await begin(modern, call("ask", asks));
    const answers = answersTo(requests);
    const both = await Promise.all([goOn(answers), goOn(answers)]);
    const kinds = both.map(({ error, result }) => error?.code ?? result.resultType);
    expect(sorted(kinds)).toEqual(["-32602", "complete"]);
    expect(await log()).toMatchObject({ cancelled: [] });
  });

  it("does not hold the gateway up when it closes", async () => {
    const { modern, gateway } = await serveAsking();
    await begin(modern, call("ask", asks));
    await gateway.close();
    await expect(modern("server/discover")).rejects.toThrow("fetch failed");
  });

  it("keeps others out of it: two clients are asked each its own", async () => {
    const { modern, api } = await serveEra("legacy");
    const { token } = await api.tokens.create({ name: "other", profile: "dev" });
    const headers = { authorization: `Bearer ${token}` };
    const theirs: Modern = (method, params, options) =>
      modern(method, params, { ...options, headers });
    const [mine, other] = await Promise.all([
      begin(modern, call("test_elicitation", { message: "Mine?" })),
      begin(theirs, call("test_elicitation", { message: "Yours?" })),
    ]);
    expect(JSON.stringify(mine.requests)).toContain("Mine?");
    expect(JSON.stringify(other.requests)).toContain("Yours?");
    const answer = (requests: object, username: string) =>
      Object.fromEntries(
        Object.keys(requests).map((key) => [key, accept({ username, email: "e" })]),
      );
    const [one, two] = await Promise.all([
      mine.goOn(answer(mine.requests, "me")),
      other.goOn(answer(other.requests, "you")),
    ]);
    expect(textOf(one.result)).toContain("me");
    expect(textOf(two.result)).toContain("you");
  });
});
