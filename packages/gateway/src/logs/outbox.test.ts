import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { describe, expect, test, vi } from "vitest";
import type { EndedEntry } from "./entries.ts";
import { answer, asked, call, CLIENT, recorderStage, said } from "./recorder.fixture.ts";

describe("what waits", () => {
  test("is bounded: what is too much is dropped whole and counted, and what began still ends", async () => {
    const { recorder, outbox, written, problems } = recorderStage();
    const first = recorder.onRequest(asked());
    await outbox.flush();
    const requests = Array.from({ length: 20_050 }, (_, id) =>
      recorder.onRequest(asked({ message: call(id) })),
    );
    expect(outbox.isFull).toBe(true);
    expect(outbox.dropped).toBe(50);
    const [last] = requests.slice(-1);
    last?.towards("srv").sent(call()).ended({ jsonrpc: "2.0", id: 1, result: {} });
    last?.notified(said("notifications/progress"));
    const from = { client: CLIENT, profileId: "p" };
    recorder.onClientNotification(from, said("notifications/cancelled"), last);
    last?.answered(answer());
    expect(outbox.dropped).toBe(55);
    // Its end is there, without its message.
    first.answered(answer());
    expect(outbox.dropped).toBe(56);
    expect(problems.length).toBeGreaterThan(0);
    const rows = await written();
    expect(rows).toHaveLength(20_001);
    expect(rows[0]?.ended).toMatchObject({ outcome: "ok", response: null });
    expect(outbox.isFull).toBe(false);
    recorder.onRequest(asked()).answered(answer());
    expect(outbox.dropped).toBe(56);
  });

  test("is bounded by its size too", async () => {
    const { recorder, outbox, written } = recorderStage();
    const text = "x".repeat(1024 * 1024);
    for (let id = 0; id < 100; id += 1) recorder.onRequest(asked({ message: call(id, text) }));
    expect(outbox.dropped).toBe(100 - 64);
    expect(await written()).toHaveLength(64);
    expect(outbox.isFull).toBe(false);
  });

  test("is written in order, in batches that are no larger than they should be", async () => {
    const { recorder, batches, written } = recorderStage();
    for (let id = 0; id < 1200; id += 1) recorder.onRequest(asked({ message: call(id) }));
    const rows = await written();
    expect(rows.map(({ key }) => key)).toEqual(Array.from({ length: 1200 }, (_, at) => at + 1));
    expect(Math.max(...batches.map(({ begun }) => begun.length))).toBeLessThanOrEqual(500);
  });

  test("is written down in turns that are over before calls would wait", async () => {
    const { recorder, time, batches, written } = recorderStage();
    // Each look at the clock takes a millisecond.
    time.step = 1;
    for (let id = 0; id < 50; id += 1) recorder.onRequest(asked({ message: call(id) }));
    expect(await written()).toHaveLength(50);
    expect(batches.length).toBeGreaterThan(10);
  });

  test("is written with its end where that comes soon, and without it where it does not", async () => {
    const { recorder, time, batches, written } = recorderStage();
    const quick = recorder.onRequest(asked({ message: call(1) }));
    recorder.onRequest(asked({ message: call(2) }));
    await sleep(60);
    expect(batches).toEqual([]);
    quick.answered(answer());
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    expect(batches[0]?.begun).toMatchObject([{ ended: { outcome: "ok" } }]);

    time.ms += 50;
    await vi.waitFor(() => expect(batches).toHaveLength(2));
    expect(batches[1]?.begun).toMatchObject([{ ended: null }]);
    expect(batches.flatMap(({ ended }) => ended)).toEqual([]);
    expect(await written()).toHaveLength(2);
  });

  test("is written, where a server said much, once the client is told the same", async () => {
    const { recorder, time, batches } = recorderStage();
    const request = recorder.onRequest(asked());
    const result = { content: [{ type: "text", text: "x".repeat(2_000_000) }] };
    const sent = request.towards("srv").sent(call());
    time.ms += 60;
    await vi.waitFor(() => expect(batches.flatMap(({ begun }) => begun)).toHaveLength(2));
    sent.ended({ jsonrpc: "2.0", id: 1, result });
    await sleep(60);
    expect(batches.flatMap(({ ended }) => ended)).toEqual([]);
    request.answered(answer());
    await vi.waitFor(() => expect(batches.flatMap(({ ended }) => ended)).toHaveLength(2));
  });

  test("is lost and counted where it cannot be written, and recording goes on by itself", async () => {
    const { recorder, time, outbox, refuse, written, batches } = recorderStage();
    const running = recorder.onRequest(asked());
    await outbox.flush();
    refuse(new GatewayError("disk_full", { path: "/x", reason: "full" }));
    recorder.onRequest(asked()).answered(answer());
    running.answered(answer());
    await outbox.flush();
    expect(outbox.problem?.code).toBe("disk_full");
    expect(outbox.dropped).toBe(3);
    // Nothing is tried for a while.
    recorder.onRequest(asked()).answered(answer());
    expect(outbox.dropped).toBe(5);
    expect(batches).toHaveLength(1);
    refuse(null);
    time.ms += 10_001;
    recorder.onRequest(asked()).answered(answer());
    const rows = await written();
    expect(rows).toHaveLength(2);
    // What had begun before has ended, though what it said is lost.
    expect(rows[0]?.ended).toMatchObject({ outcome: "ok", response: null });
    expect(outbox.problem).toBeNull();
    expect(outbox.dropped).toBe(5);
  });

  test("is tried again at once where somebody asks for it", async () => {
    const { recorder, outbox, refuse, written } = recorderStage();
    refuse(new GatewayError("disk_full", { path: "/x", reason: "full" }));
    recorder.onRequest(asked()).answered(answer());
    await outbox.flush();
    await outbox.tryAgain();
    expect(outbox.problem?.code).toBe("disk_full");
    recorder.onRequest(asked()).answered(answer());
    expect(outbox.dropped).toBe(4);
    refuse(null);
    await outbox.tryAgain();
    expect(outbox.problem).toBeNull();
    recorder.onRequest(asked()).answered(answer());
    expect(await written()).toHaveLength(1);
    expect(outbox.dropped).toBe(4);
  });

  test("is counted where it is the end of what could not be stored", async () => {
    const { recorder, outbox, lose } = recorderStage();
    lose(1);
    recorder.onRequest(asked()).answered(answer());
    await outbox.flush();
    expect(outbox.dropped).toBe(1);
  });

  test("is all handed on at the end", async () => {
    const { recorder, outbox, batches } = recorderStage();
    for (let id = 0; id < 700; id += 1) recorder.onRequest(asked()).answered(answer());
    await outbox.close();
    const ended: (EndedEntry | null)[] = batches.flatMap(({ begun }) =>
      begun.map((one) => one.ended),
    );
    expect(ended.filter((one) => one !== null)).toHaveLength(700);
    recorder.onRequest(asked()).answered(answer());
    expect(outbox.dropped).toBe(2);
  });
});
