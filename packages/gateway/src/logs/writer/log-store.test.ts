import { expect, test } from "vitest";
import { LogStage } from "./log-store.fixture.ts";

test("smoke", () => {
  using stage = new LogStage();
  const written = stage.write([stage.entry({ key: 1 })]);
  expect(written).toEqual({ first: 1, last: 1, changed: [] });
});
