import { describe, expect, it } from "vitest";
import type { Client } from "../definitions.ts";
import { Abandoned } from "./abandoned.ts";
import { callOf, client, connected, failed, turn } from "./test-kit.ts";

const QUESTION = { jsonrpc: "2.0", id: 9, method: "elicitation/create", params: {} };
const LOG = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info" } };

/** A connection that two clients share, on which the first has just given its call up. */
async function givenUp({ owner = null, stream }: { owner?: Client | null; stream?: null } = {}) {
  const far = await connected(owner);
  const { connection, transport } = far;
  const begin = (who: Client) => {
    const made = callOf(who);
    const stop = new AbortController();
    const options = { timeoutMs: null, call: made.call, signal: stop.signal };
    return { ...made, stop, answered: connection.request("tools/call", {}, options) };
  };
  const shaken = connection.request("initialize", {}, { timeoutMs: null });
  transport.receive({ jsonrpc: "2.0", id: 1, result: {} }, stream);
  await shaken;
  connection.handshakeDone("2025-11-25");
  const first = begin(client("ann"));
  const second = begin(client("bob"));
  const ended = failed(first.answered);
  first.stop.abort();
  await ended;
  return { ...far, first, second };
}

/** What the server was told for its question. */
const told = (sent: readonly Record<string, unknown>[]) => sent.find(({ id }) => id === 9);

describe("a call that was given up on a channel that clients share", () => {
  it("may still be spoken of, so that nothing is told or asked of the other client", async () => {
    const { transport, second, heard, unclear } = await givenUp();
    transport.receive(LOG);
    transport.receive(QUESTION);
    await turn();
    expect([second.heard, second.questions, heard]).toEqual([[], [], []]);
    expect(unclear).toEqual([LOG.method, QUESTION.method]);
    expect(told(transport.sent)).toHaveProperty("error");
  });

  it("is nobody's where no other call is open, and not everybody's", async () => {
    const { transport, second, heard, unclear } = await givenUp();
    transport.receive({ jsonrpc: "2.0", id: 3, result: {} });
    await second.answered;
    transport.receive(LOG);
    expect(heard).toEqual([]);
    expect(unclear).toEqual([LOG.method]);
  });

  it("is told of no more once the server has read the cancellation, yet may still ask", async () => {
    const { transport, second } = await givenUp();
    transport.answer("ping");
    transport.receive(LOG);
    transport.receive(QUESTION);
    await turn();
    // A tool that does not look at the cancellation goes on, and asks when it comes to it.
    expect([second.heard, second.questions]).toEqual([[LOG], []]);
    expect(told(transport.sent)).toHaveProperty("error");
  });

  it("is over with its late answer", async () => {
    const { transport, second } = await givenUp();
    transport.receive({ jsonrpc: "2.0", id: 2, result: {} });
    transport.receive(LOG);
    expect(second.heard).toEqual([LOG]);
  });

  it("may still ask on a stream that belongs to no request", async () => {
    const { transport, second } = await givenUp({ stream: null });
    transport.receive(LOG, null);
    transport.receive(QUESTION, null);
    transport.receive({ ...QUESTION, id: 10 }, 3);
    await turn();
    expect([second.heard, second.questions]).toEqual([[LOG], [{ ...QUESTION, id: 10 }]]);
    expect(told(transport.sent)).toHaveProperty("error");
  });

  it.each([
    ["streams tell whose a message is", { stream: null }],
    ["all are one session's", { owner: client("ann") }],
  ])("costs nothing where %s", async (_, how) => {
    const { transport } = await givenUp(how);
    expect(transport.params("ping")).toEqual([]);
  });

  it("leaves nothing behind where the connection ends before the answer", async () => {
    const { transport, connection, second } = await givenUp();
    const ended = failed(second.answered);
    transport.break();
    await ended;
    expect(connection.closed).not.toBeNull();
    expect(transport.params("ping")).toHaveLength(1);
  });
});

describe("calls that were given up", () => {
  it("are at work for as long as a call may take, whatever else is answered", () => {
    let now = 0;
    const abandoned = new Abandoned<string>(() => now);
    abandoned.add(1, { call: "one", nextId: 3, isHeard: false }, 100);
    abandoned.add(2, { call: "two", nextId: 3, isHeard: false }, null);
    abandoned.onAnswer(3);
    expect([abandoned.unheard(), abandoned.all()]).toEqual([[], ["one", "two"]]);
    now = 99;
    expect(abandoned.all()).toEqual(["one", "two"]);
    now = 100;
    expect(abandoned.all()).toEqual(["two"]);
    abandoned.onAnswer(2);
    expect(abandoned.all()).toEqual([]);
  });

  it("are not remembered without end", () => {
    const abandoned = new Abandoned<number>(() => 0);
    for (let id = 0; id < 5000; id += 1) {
      abandoned.add(id, { call: id, nextId: id + 1, isHeard: false }, null);
    }
    expect(abandoned.all()).toHaveLength(1000);
    expect(abandoned.all().at(-1)).toBe(4999);
  });
});
