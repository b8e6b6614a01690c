import { expect, test } from "vitest";
import { compareOutcomes } from "./outcomes.ts";
import type { Recorded } from "./record.ts";

const ask = (exchange: number, method: string, params: object, status: string, answer: object) => {
  const base = { link: "client", exchange, session: null, version: null } as const;
  const asked: Recorded = {
    ...base,
    from: "client",
    carrier: "POST",
    message: { jsonrpc: "2.0", id: exchange, method, params },
  };
  const answered: Recorded = {
    ...base,
    from: "server",
    carrier: `POST ${status}`,
    message: { jsonrpc: "2.0", id: exchange, ...answer },
  };
  return [asked, answered];
};
const error = (code: number) => ({ error: { code, message: "no" } });
const call = (exchange: number, status: string, answer: object) =>
  ask(exchange, "tools/call", { name: "x" }, status, answer);

test("the same ends are the same, whatever the exchange and the words", () => {
  const direct = [...call(1, "200", { result: { a: 1 } }), ...call(2, "400", error(-32022))];
  const through = [...call(8, "200", { result: { b: 1 } }), ...call(9, "400", error(-32022))];
  expect(compareOutcomes(direct, through)).toEqual([]);
});

test("another code, another status, another kind of result and no end at all are told", () => {
  const ended = (other: Recorded[]) => compareOutcomes(call(1, "400", error(-32022)), other);
  expect(ended(call(1, "400", error(-32602)))).toEqual([
    "tools/call x ended with 400 error -32022 directly, 400 error -32602 through",
  ]);
  expect(ended(call(1, "200", error(-32022)))).toHaveLength(1);
  expect(ended([])).toEqual(["tools/call x ended with 400 error -32022 directly, nothing through"]);
  const asking = { result: { resultType: "input_required" } };
  const complete = { result: { resultType: "complete" } };
  expect(compareOutcomes(call(1, "200", asking), call(1, "200", complete))).toHaveLength(1);
});

test("a refused Host has no code to compare, and what is left out is not compared", () => {
  expect(compareOutcomes(call(1, "403", error(-1)), call(1, "403", error(-2)))).toEqual([]);
  expect(compareOutcomes(call(1, "200", error(-1)), [], ["tools/call x"])).toEqual([]);
});
