import { describe, expect, it } from "vitest";
import { errorOf, resultOf } from "../jsonrpc.ts";
import { completeInputs, type InputRounds } from "./input-rounds.ts";
import { faultOfAnswer, inputRequired, legacyQuestion, modernQuestion } from "./inputs.ts";

const FORM = { method: "elicitation/create", params: { message: "?" } };
const required = (inputRequests: unknown, requestState?: unknown) =>
  resultOf(1, { resultType: "input_required", inputRequests, requestState });

describe("what a result asks for", () => {
  it("is read from input_required results alone", () => {
    expect(inputRequired(resultOf(1, { inputRequests: { a: FORM } }), "s")).toBeNull();
    expect(inputRequired(errorOf(1, -1, "no"), "s")).toBeNull();
    const asked = inputRequired(required({ a: FORM, b: { method: "roots/list" } }, "st"), "s");
    expect([...(asked?.requests ?? [])]).toEqual([
      ["a", FORM],
      ["b", { method: "roots/list", params: undefined }],
    ]);
    expect(asked?.requestState).toBe("st");
  });

  it.each([
    ["questions in a list", [FORM], undefined],
    ["a question without a method", { a: {} }, undefined],
    ["a question that is a text", { a: "?" }, undefined],
    ["a state that is no text", {}, 7],
  ])("is not understood with %s", (_, requests, state) => {
    expect(() => inputRequired(required(requests, state), "far")).toThrow("far");
  });
});

describe("a question", () => {
  it("with a page has an id in one era and none in the other", () => {
    const params = { mode: "url", url: "https://a.example", "x-vendor": 1 };
    const legacy = legacyQuestion({ method: FORM.method, params });
    expect(legacy).toMatchObject({ ...params, elicitationId: expect.stringMatching(/.{8,}/) });
    expect(modernQuestion(FORM.method, { ...legacy, task: {} })).toEqual(params);
    expect(legacyQuestion(FORM)).toBe(FORM.params);
    expect(modernQuestion("roots/list", undefined)).toEqual({});
    expect(modernQuestion("x/y", { elicitationId: "kept" })).toEqual({ elicitationId: "kept" });
  });

  it.each([
    ["elicitation/create", { action: "accept" }, true],
    ["elicitation/create", { action: "decline" }, true],
    ["elicitation/create", { action: "cancel", "x-more": 1 }, true],
    ["elicitation/create", { action: "ok" }, false],
    ["elicitation/create", null, false],
    ["sampling/createMessage", { role: "assistant", content: [] }, true],
    ["sampling/createMessage", { content: [] }, false],
    ["roots/list", { roots: [] }, true],
    ["roots/list", {}, false],
    ["vendor/ask", { anything: true }, true],
    ["vendor/ask", [], false],
  ])("of %s takes the answer %j: %s", (method, answer, fits) => {
    expect(faultOfAnswer(method, answer) === null).toBe(fits);
  });
});

describe("the rounds of a call", () => {
  const rounds = (responses: unknown[], answer: unknown = { action: "accept" }) => {
    const asked: unknown[] = [];
    const sent: unknown[] = [];
    const options: InputRounds = {
      server: "far",
      signal: new AbortController().signal,
      ask: async (method, params) => {
        asked.push([method, params]);
        return resultOf(1, Object(answer));
      },
      again: async (params) => {
        sent.push(params);
        const next = responses.shift();
        return resultOf(1, Object(next));
      },
    };
    return { asked, sent, options };
  };

  it("repeat it with the answers and the state of each", async () => {
    const second = { resultType: "input_required", inputRequests: { b: FORM } };
    const { asked, sent, options } = rounds([second, { done: true }]);
    const first = required({ a: FORM, c: { method: "roots/list" } }, "state é");
    expect(await completeInputs(first, options)).toEqual(resultOf(1, { done: true }));
    expect(asked).toEqual([
      ["elicitation/create", FORM.params],
      ["roots/list", undefined],
      ["elicitation/create", FORM.params],
    ]);
    expect(sent).toEqual([
      {
        inputResponses: { a: { action: "accept" }, c: { action: "accept" } },
        requestState: "state é",
      },
      { inputResponses: { b: { action: "accept" } } },
    ]);
  });

  it("end where the client refuses, or asks for no more", async () => {
    const { options } = rounds([]);
    const refusing = { ...options, ask: async () => errorOf(1, -32603, "not now") };
    await expect(completeInputs(required({ a: FORM }), refusing)).rejects.toMatchObject({
      code: "input_refused",
      params: { reason: "not now" },
    });
    const left = new AbortController();
    const leaving = completeInputs(required({}, "wait"), { ...options, signal: left.signal });
    left.abort();
    await expect(leaving).rejects.toMatchObject({ code: "request_cancelled" });
  });

  it("are not endless", async () => {
    const more = { resultType: "input_required", inputRequests: { a: FORM } };
    const { sent, options } = rounds(Array.from({ length: 20 }, () => more));
    await expect(completeInputs(resultOf(1, more), options)).rejects.toMatchObject({
      code: "too_many_rounds",
    });
    expect(sent).toHaveLength(8);
  });
});
