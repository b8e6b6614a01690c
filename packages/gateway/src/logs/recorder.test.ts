import { GatewayError, LOCAL_SERVER, type LogLevel } from "@local-mcp/contract";
import type { SeenRequest } from "@local-mcp/engine";
import { describe, expect, test } from "vitest";
import { BEYOND_NAME, MAX_MESSAGE, MAX_NAME } from "./entries.ts";
import {
  answer,
  asked,
  call,
  CLIENT,
  recorderStage,
  said,
  SESSION,
  START,
} from "./recorder.fixture.ts";
import type { Recorder } from "./recorder.ts";

const byName = (one: string, other: string): number => one.localeCompare(other);

describe("an exchange", () => {
  test("is rows in order with one number: request, what the server is asked, what it asks and says", async () => {
    const { recorder, time, written } = recorderStage();
    const request = recorder.onRequest(asked());
    const towards = request.towards("srv");
    time.ms = 5;
    const sent = towards.sent(call(7));
    time.ms = 6;
    const question = towards.asked({ jsonrpc: "2.0", id: 3, method: "elicitation/create" });
    time.ms = 8;
    question.ended({ jsonrpc: "2.0", id: 3, result: { action: "accept" } });
    request.notified(said("notifications/progress"));
    recorder.onClientNotification({ client: CLIENT, profileId: "p" }, said("x/note"), request);
    sent.head(200);
    time.ms = 9;
    sent.ended({ jsonrpc: "2.0", id: 7, result: { content: [] } });
    time.ms = 10.5;
    request.answered(answer());
    const rows = await written();
    expect(
      rows.map(({ kind, direction, method, name }) => [kind, direction, method, name]),
    ).toEqual([
      ["request", "from_client", "tools/call", "one__echo"],
      ["upstream", "to_server", "tools/call", "echo"],
      ["question", "from_server", "elicitation/create", null],
      ["notification", "to_client", "notifications/progress", null],
      ["notification", "from_client", "x/note", null],
    ]);
    expect(new Set(rows.map(({ correlation }) => correlation)).size).toBe(1);
    expect(rows.map(({ at }) => at - START)).toEqual([0, 5, 6, 8, 8]);
    expect(rows[0]).toMatchObject({
      profileId: "p",
      serverId: "srv",
      sessionId: SESSION,
      client: { name: "Cursor", version: "3.1" },
      era: "legacy",
      ended: { outcome: "ok", durationMs: 10.5, httpStatus: 200, waitedMs: null },
    });
    expect(rows[1]?.ended).toMatchObject({
      durationMs: 4,
      waitedMs: 5,
      headMs: 3,
      httpStatus: 200,
    });
    expect(rows[2]?.ended).toMatchObject({ durationMs: 2, outcome: "ok" });
    expect(rows[3]?.ended).toMatchObject({ durationMs: null, response: null });
    expect(rows[2]?.ended?.response?.text).toBe(
      '{"jsonrpc":"2.0","id":3,"result":{"action":"accept"}}',
    );
  });

  test("names and sentences are handed on no longer than is kept, and what redaction reads beyond", async () => {
    const { recorder, written } = recorderStage();
    const long = "x".repeat(100_000);
    const client = { ...CLIENT, info: { name: long, version: long } };
    const request = recorder.onRequest(asked({ client, method: long, name: long }));
    const error = { code: -32_000, message: long };
    request.towards("srv").sent(call()).ended({ jsonrpc: "2.0", id: 1, error });
    request.answered(answer({ client, outcome: "error", text: JSON.stringify({ error }) }));
    const [asking, upstream] = await written();
    const name = MAX_NAME + BEYOND_NAME;
    const lengths = [asking?.method, asking?.name, asking?.client?.name, asking?.client?.version];
    expect(lengths.map((text) => text?.length)).toEqual([name, name, name, name]);
    expect(asking?.ended?.session?.client?.name).toHaveLength(name);
    expect(upstream?.ended?.error?.message).toHaveLength(MAX_MESSAGE + BEYOND_NAME);
  });

  test("has a number of its own, which grows also where the clock is set back", async () => {
    const { recorder, time, written } = recorderStage();
    for (const ms of [0, 0, 3, -4000, -4000, 5]) {
      time.date = START + ms;
      recorder.onRequest(asked()).answered(answer());
    }
    const numbers = (await written()).map(({ correlation }) => parseInt(correlation, 36));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
    expect(numbers).toHaveLength(6);
  });

  test("that begins a session is its client's from its end on", async () => {
    const { recorder, written, outbox } = recorderStage();
    const early = recorder.onRequest(asked({ client: null, method: "initialize" }));
    early.answered(answer({ client: CLIENT }));
    const late = recorder.onRequest(asked({ client: null, method: "initialize" }));
    await outbox.flush();
    late.answered(answer({ client: CLIENT }));
    const session = {
      sessionId: SESSION,
      client: { name: "Cursor", version: "3.1" },
      era: "legacy",
    };
    const [one, other] = await written();
    expect(one).toMatchObject(session);
    expect(other?.ended?.session).toEqual(session);
  });

  test("of the window is the app's, what the gateway asks by itself its own, and who is not known nobody's", async () => {
    const { recorder, written } = recorderStage();
    recorder
      .onRequest(asked({ client: null, isOwn: true }))
      .towards("srv")
      .sent(call());
    recorder.ofServer("srv").sent(call());
    recorder.ofServer("srv").notified(said("notifications/tools/list_changed"), "from_server");
    recorder.onRequest(asked({ client: null, method: "?" })).answered(answer());
    recorder.onNotified({ client: CLIENT, profileId: null }, said("notifications/message"));
    const rows = await written();
    expect(rows.map(({ client, direction }) => [client?.name ?? null, direction])).toEqual([
      ["app", "from_client"],
      ["app", "to_server"],
      ["gateway", "to_server"],
      ["gateway", "from_server"],
      [null, "from_client"],
      ["Cursor", "to_client"],
    ]);
    expect(new Set(rows.map(({ correlation }) => correlation)).size).toBe(5);
  });

  test("tells the era by the message that leaves for the server", async () => {
    const { recorder, written } = recorderStage();
    const _meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    recorder.ofServer("srv").sent({ ...call(), params: { _meta } });
    recorder.ofServer("srv").sent(call());
    expect((await written()).map(({ era }) => era)).toEqual(["modern", "legacy"]);
  });
});

describe("what came of it", () => {
  const whatCame = async (
    end: Parameters<ReturnType<ReturnType<Recorder["ofServer"]>["sent"]>["ended"]>[0],
  ) => {
    const { recorder, written } = recorderStage();
    recorder.ofServer("srv").sent(call()).ended(end);
    const [row] = await written();
    return [row?.ended?.outcome, row?.ended?.error?.code ?? null];
  };

  test("is told by the answer of the server, or by why there is none", async () => {
    const result = { jsonrpc: "2.0", id: 1 } as const;
    expect(await whatCame({ ...result, result: {} })).toEqual(["ok", null]);
    expect(await whatCame({ ...result, result: { isError: true } })).toEqual(["tool_error", null]);
    const error = { code: -32602, message: "no" };
    expect(await whatCame({ ...result, error })).toEqual(["error", "-32602"]);
    for (const [code, outcome] of [
      ["server_timeout", "timed_out"],
      ["request_cancelled", "cancelled"],
      ["server_stopped_during_call", "error"],
    ] as const) {
      expect(await whatCame(new GatewayError(code))).toEqual([outcome, code]);
    }
  });

  test("of a request is what its client was told, with our reason or the server's", async () => {
    const { recorder, written } = recorderStage();
    const ours = new GatewayError("server_timeout");
    recorder.onRequest(asked()).answered(answer({ outcome: "timed_out", error: ours }));
    const text = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"disk full"}}';
    recorder.onRequest(asked()).answered(answer({ outcome: "error", text }));
    recorder
      .onRequest(asked())
      .answered(answer({ outcome: "cancelled", text: null, httpStatus: null }));
    const rows = await written();
    expect(rows.map(({ ended }) => [ended?.outcome, ended?.error?.code ?? null])).toEqual([
      ["timed_out", "server_timeout"],
      ["error", "-32000"],
      ["cancelled", null],
    ]);
    expect(rows[1]?.ended?.error?.message).toBe("disk full");
    expect(rows[2]?.ended?.response).toBeNull();
  });

  test("has the words of a server only where messages are recorded, and ours always", async () => {
    const text = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no such patient"}}';
    const messages = async (level: LogLevel) => {
      const { recorder, written } = recorderStage({ level });
      const request = recorder.onRequest(asked());
      const error = { code: -32000, message: "no such patient" };
      request.towards("srv").sent(call()).ended({ jsonrpc: "2.0", id: 1, error });
      request.answered(answer({ outcome: "error", text }));
      const timeout = new GatewayError("server_timeout");
      recorder.onRequest(asked()).answered(answer({ outcome: "timed_out", error: timeout }));
      const rows = await written();
      return rows.map(({ ended }) => [ended?.error?.code, ended?.error?.message]);
    };
    const ours = ["server_timeout", new GatewayError("server_timeout").message];
    const theirs = ["-32000", "no such patient"];
    expect(await messages("full")).toEqual([theirs, theirs, ours]);
    expect(await messages("errors")).toEqual([theirs, theirs, ours]);
    expect(await messages("metadata")).toEqual([["-32000", null], ["-32000", null], ours]);
  });

  test("is written later where it comes later, and what runs is written as such", async () => {
    const { recorder, time, outbox, batches, written } = recorderStage();
    const request = recorder.onRequest(asked());
    await outbox.flush();
    expect(batches).toMatchObject([{ begun: [{ key: 1, ended: null }], ended: [] }]);
    time.ms = 40;
    request.answered(answer());
    await outbox.flush();
    expect(batches[1]).toMatchObject({ begun: [], ended: [{ key: 1, durationMs: 40 }] });
    expect((await written())[0]?.ended?.outcome).toBe("ok");
  });
});

describe("messages", () => {
  test("are cut with what redaction reads beyond, and their true size stays", async () => {
    const { recorder, written, limits } = recorderStage();
    const long = "ä".repeat(50_000);
    const text = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { long } });
    recorder.onRequest(asked({ message: call(1, long) })).answered(answer({ text }));
    await written();
    limits.bodyBytes = null;
    recorder.onRequest(asked({ message: call(1, long) })).answered(answer({ text }));
    const [cut, whole] = await written();
    const bytes = Buffer.byteLength(JSON.stringify(call(1, long)));
    expect(cut?.request).toMatchObject({ bytes });
    expect(cut?.request?.text).toHaveLength(1024 + 4096);
    expect(cut?.ended?.response).toMatchObject({ bytes: Buffer.byteLength(text) });
    expect(whole?.request).toEqual({ text: JSON.stringify(call(1, long)), bytes });
    expect(whole?.ended?.response?.text).toBe(text);
  });

  test("of a server are what it sent, also where they are made of the answer to the client", async () => {
    const { recorder, written, limits } = recorderStage();
    limits.bodyBytes = null;
    const result = { content: [{ type: "text", text: 'of ,"result": and "id":1' }] };
    const other = { ...result };
    const responses = [
      { jsonrpc: "2.0", id: 7, result },
      { result, jsonrpc: "2.0", id: "x" },
      { jsonrpc: "2.0", id: 7, result, extra: true },
      { jsonrpc: "2.0", id: 7, result: other },
    ] as const;
    for (const response of responses) {
      for (const text of [
        JSON.stringify({ jsonrpc: "2.0", id: 'a"b', result }),
        JSON.stringify({ result, jsonrpc: "2.0", id: 1 }),
        null,
      ]) {
        const request = recorder.onRequest(asked());
        request.towards("srv").sent(call()).ended(response);
        request.answered(answer({ text, result }));
      }
    }
    const texts = (await written())
      .filter(({ kind }) => kind === "upstream")
      .map(({ ended }) => JSON.parse(ended?.response?.text ?? "null") as unknown);
    expect(texts).toEqual(responses.flatMap((one) => [one, one, one]));
  });
});

describe("how much is recorded", () => {
  /** A call that is answered so; the rows that come of it, by kind and whether their messages are there. */
  const rowsOf = async (
    given: Parameters<typeof recorderStage>[0],
    outcome: "ok" | "tool_error",
    seen: Partial<SeenRequest> = {},
  ) => {
    const { recorder, written } = recorderStage(given);
    const request = recorder.onRequest(asked(seen));
    const result = { isError: outcome === "tool_error" };
    request.towards("srv").sent(call()).ended({ jsonrpc: "2.0", id: 1, result });
    request.notified(said("notifications/progress"));
    request.answered(answer({ outcome }));
    return (await written()).map(({ kind, hasContents, request: message }) => {
      expect(message?.bytes).toBeGreaterThan(0);
      expect(message?.text !== null).toBe(hasContents);
      return hasContents ? kind : kind.toUpperCase();
    });
  };
  const ALL = ["request", "upstream", "notification"];
  const BARE = ALL.map((kind) => kind.toUpperCase());

  test.each([
    ["the setting", { level: "full" }, ALL, ALL],
    ["metadata", { level: "metadata" }, BARE, BARE],
    ["errors", { level: "errors" }, [], ALL],
    ["off", { level: "off" }, [], []],
    [
      "a profile's own counts before the setting",
      { level: "off", levels: { p: "full" } },
      ALL,
      ALL,
    ],
    ["a server's own too", { level: "full", levels: { srv: "off" } }, [], []],
    ["of both the lesser: metadata", { levels: { p: "metadata", srv: "full" } }, BARE, BARE],
    ["of both the lesser: errors", { levels: { p: "metadata", srv: "errors" } }, [], ALL],
    ["of both the lesser: off", { levels: { p: "off", srv: "full" } }, [], []],
    ["another's does not", { levels: { other: "off" } }, ALL, ALL],
  ] satisfies [string, Parameters<typeof recorderStage>[0], string[], string[]][])(
    "%s",
    async (_, given, ok, failed) => {
      expect(await rowsOf(given, "ok")).toEqual(ok);
      expect((await rowsOf(given, "tool_error")).toSorted(byName)).toEqual(
        [...failed].toSorted(byName),
      );
    },
  );

  test("of a request that turns out to be about a server is what that server's level says", async () => {
    const unknown = { serverId: null };
    for (const [level, ok] of [
      ["off", []],
      ["errors", []],
      ["metadata", BARE],
    ] as const) {
      expect(await rowsOf({ levels: { srv: level } }, "ok", unknown)).toEqual(ok);
    }
    expect(
      (await rowsOf({ levels: { srv: "errors" } }, "tool_error", unknown)).toSorted(byName),
    ).toEqual(ALL.toSorted());
  });

  test("of what nobody asked for follows the server, and an error of it is one by itself", async () => {
    const { recorder, written } = recorderStage({ level: "errors" });
    const server = recorder.ofServer("srv");
    server.notified(said("notifications/message"), "from_server");
    server.sent(call(1)).ended({ jsonrpc: "2.0", id: 1, result: {} });
    server.sent(call(2)).ended(new GatewayError("server_stopped_during_call"));
    const rows = await written();
    expect(rows).toMatchObject([{ request: { text: JSON.stringify(call(2)) } }]);
  });

  test("an error that comes after the answer is written all the same", async () => {
    const { recorder, written } = recorderStage({ level: "errors" });
    const request = recorder.onRequest(asked());
    const sent = request.towards("srv").sent(call());
    request.answered(answer({ outcome: "cancelled", text: null }));
    expect(await written()).toEqual([]);
    sent.ended(new GatewayError("server_stopped_during_call"));
    expect(await written()).toMatchObject([{ kind: "upstream", ended: { outcome: "error" } }]);
  });

  test("what a server says while a call runs is held only as far as there is room", async () => {
    const { recorder, written } = recorderStage({ level: "errors" });
    const request = recorder.onRequest(asked());
    const sent = request.towards("srv").sent(call());
    const hidden = [...Array.from({ length: 60 }, () => 1), "x".repeat(200 * 1024)];
    for (let at = 0; at < 1000; at += 1) request.notified(said(`x/${at}`, { hidden }));
    sent.ended(new GatewayError("server_stopped_during_call"));
    request.answered(answer({ outcome: "error" }));
    expect((await written()).map(({ method }) => method)).toEqual([
      "tools/call",
      "tools/call",
      "x/0",
    ]);
  });

  test("the gateway's own tools are no server's", async () => {
    const { recorder, written } = recorderStage({ levels: { srv: "off" } });
    const request = recorder.onRequest(asked({ serverId: LOCAL_SERVER }));
    request.towards(LOCAL_SERVER).sent(call()).ended({ jsonrpc: "2.0", id: 1, result: {} });
    request.answered(answer());
    expect((await written()).map(({ serverId }) => serverId)).toEqual([LOCAL_SERVER, LOCAL_SERVER]);
  });
});
