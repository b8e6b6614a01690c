import { createRedactor } from "@local-mcp/vault";
import { expect, test, vi } from "vitest";
import { bodyOf, LogStage } from "../logs/writer/log-store.fixture.ts";
import { createLogWriter } from "../logs/writer/worker-client.ts";

const CANARY = "tangerine-canary-4712";

/** The thread that writes debug logs, which ends after a moment without anything to do. */
function resting(stage: LogStage) {
  const redactor = createRedactor();
  redactor.know(CANARY);
  const broken: Error[] = [];
  const writer = createLogWriter({
    files: stage.files,
    redactor,
    restMs: 20,
    onBroken: (error) => broken.push(error),
  });
  const write = (text: string, more: Partial<Parameters<LogStage["entry"]>[0]> = {}) => {
    const entry = stage.entry({ request: bodyOf(JSON.stringify({ text })), ...more });
    const batch = { begun: [entry], ended: [] };
    return writer.ask("write", { batch, bodyBytes: 65_536 }).then((stored) => ({ entry, stored }));
  };
  const ended = () => vi.waitFor(() => expect(writer.isStarted).toBe(false), { timeout: 10_000 });
  return { writer, write, ended, broken };
}

test("a thread with nothing to do ends, and the next one knows every secret", async () => {
  using stage = new LogStage();
  const { writer, write, ended, broken } = resting(stage);
  await write("first");
  await ended();
  const { stored } = await write(`second ${CANARY}`);
  expect(stored).toMatchObject({ first: 2, lost: 0 });
  await ended();
  // Nothing waits for what is at rest.
  await writer.close();
  expect(stage.holds(["tangerine", "4712"])).toEqual([]);
  expect(broken).toEqual([]);
});

test("what is asked while it ends is done by the next one, in order", async () => {
  using stage = new LogStage();
  const { writer, write } = resting(stage);
  const lost: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    // Around the moment at which it would end.
    await new Promise((resolve) => setTimeout(resolve, 15 + (round % 10)));
    const all = await Promise.all([write(`${round} ${CANARY}`), write(`${round} other`)]);
    lost.push(...all.map(({ stored }) => stored.lost));
    expect(all.map(({ stored }) => stored.first)).toEqual([2 * round + 1, 2 * round + 2]);
  }
  await writer.close();
  expect(lost.every((count) => count === 0)).toBe(true);
  expect(stage.holds(["tangerine", "4712"])).toEqual([]);
  expect(stage.get("SELECT count(*) AS rows FROM debug_log_facts")).toEqual({ rows: 80 });
});

test("a thread stays for a row that has not ended, whose end would be lost", async () => {
  using stage = new LogStage();
  const { writer, write, ended } = resting(stage);
  const { entry } = await write("running", { ended: null });
  expect(await writer.ask("rest", null)).toBe(false);
  const response = bodyOf('{"late":"answer"}');
  const batch = { begun: [], ended: [stage.end({ key: entry.key, response })] };
  const stored = await writer.ask("write", { batch, bodyBytes: 65_536 });
  expect(stored).toMatchObject({ changed: [1], lost: 0 });
  await ended();
  await writer.close();
  expect(stage.found("late AND answer")).toEqual([1]);
});
