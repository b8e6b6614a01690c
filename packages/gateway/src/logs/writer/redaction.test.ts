import { expect, test } from "vitest";
import { bodyOf, LogStage } from "./log-store.fixture.ts";

test("a secret that is known is written nowhere, from when it is known", () => {
  using stage = new LogStage();
  const value = "plain-words-and-4711";
  const entry = () =>
    stage.entry({
      request: bodyOf(JSON.stringify({ text: `it is ${value}` })),
      client: { name: value, version: null },
      name: `resource://${value}`,
    });
  stage.store.secret({ kind: "know", value });
  stage.write([entry()]);
  expect(stage.holds([value, "4711"])).toEqual([]);
  expect(stage.found("plain")).toEqual([]);
  stage.store.secret({ kind: "forget" });
  stage.write([entry()]);
  expect(stage.holds([value])).toEqual([value]);
});

test("a secret that the limit would cut, or was cut by whoever handed it over, is not there in part", () => {
  using stage = new LogStage();
  const secret = `sk-proj-${"Ab3dEf6hIj9kLm2n".repeat(3)}`;
  const parts = [secret.slice(0, 24), secret.slice(8, 24)];
  const before = "word ".repeat(20_000);
  // At the limit.
  const atLimit = `${before.slice(0, 65_536 - 12)}${secret} and more`;
  stage.write([stage.entry({ request: bodyOf(atLimit) })], [], 65_536);
  // Where it was cut off before, though what was removed made the rest shorter than the limit.
  const many = Array.from({ length: 200 }, () => `ghp_${"Ab3dEf6hIj9kLm2nOp5qRs8t".repeat(2)}`);
  const handed = `${many.join(" ")} ${before}`.slice(0, 65_536 + 4096 - 24) + secret.slice(0, 24);
  const cut = { text: handed, bytes: handed.length + 100_000 };
  stage.write([stage.entry({ request: cut })], [], 65_536);
  const texts = stage.texts();
  expect(texts).toHaveLength(2);
  for (const text of texts) for (const part of parts) expect(text).not.toContain(part);
  expect(stage.all("SELECT is_request_cut AS cut FROM debug_log_facts")).toEqual([
    { cut: 1 },
    { cut: 1 },
  ]);
});
