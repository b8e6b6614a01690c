import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { bodyOf, LogStage } from "./log-store.fixture.ts";
import { createLogWriter } from "./worker-client.ts";

const CANARY = "tangerine-canary-4711";

test("the thread knows every secret before what is written with it, and the next one knows them again", async () => {
  using stage = new LogStage();
  const redactor = createRedactor();
  redactor.know(`${CANARY}-before`);
  const open = () => createLogWriter({ files: stage.files, redactor, onBroken: () => {} });
  const first = open();
  const write = (writer: typeof first, text: string) => {
    const batch = {
      begun: [stage.entry({ request: bodyOf(JSON.stringify({ text })) })],
      ended: [],
    };
    return writer.ask("write", { batch, bodyBytes: 65_536 });
  };
  expect(await write(first, `${CANARY}-before`)).toMatchObject({ first: 1, last: 1, changed: [] });
  redactor.knowForNow(`${CANARY}-after`);
  await write(first, `${CANARY}-after`);
  await first.ask("mark", { id: 1, note: `${CANARY}-after` });
  await first.close();
  const second = open();
  await write(second, `${CANARY}-before ${CANARY}-after`);
  expect(stage.holds(["tangerine", "4711"])).toEqual([]);
  expect(await second.ask("size", null)).toMatchObject({ rows: 3 });
  expect(await second.ask("clear", { filter: "", now: Date.now() })).toEqual({ rows: 3 });
  while ((await second.ask("clearSome", null)).more);
  await expect(second.ask("mark", { id: 1, pinned: true })).rejects.toMatchObject({
    code: "log_not_found",
  });
  await second.close();
});

test.runIf(process.platform === "linux")(
  "the thread gives way, and no other one does",
  async () => {
    using stage = new LogStage();
    const redactor = createRedactor();
    const writer = createLogWriter({ files: stage.files, redactor, onBroken: () => {} });
    const niceness = () =>
      readdirSync("/proc/self/task").map((thread) => getPriority(Number(thread)));
    const before = niceness().filter((nice) => nice > 0);
    await writer.ask("size", null);
    expect(niceness().filter((nice) => nice > 0)).toHaveLength(before.length + 1);
    await writer.close();
  },
);
