/**
 * N-24: what is too much, too deep, too slow or hard to match, sent by who may send it, while
 * another client's calls go on. N-29, damaged messages without end, is e2e/gateway/fuzz.test.ts.
 */
import { connect, type Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, it } from "vitest";
import { afterTest, call, names } from "../../fixtures/test-support.ts";
import { fixture, serve, until } from "../test-gateway.ts";

const MIB = 1024 * 1024;
const SLOW_SOCKETS = 500;

/** A gateway with a client that calls for as long as the attack takes, and what became of that. */
async function underLoad() {
  const served = await serve({ one: fixture("--name", "one") });
  const { client, url, token } = served;
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("echo"),
  );
  const endpoint = `${url}/mcp/dev`;
  const send = async (body: string, headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(endpoint, {
      method: "POST",
      body,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": client.sessionId ?? "",
        ...headers,
      },
    });
    await response.text();
    return response.status;
  };
  const during = async <T>(what: string, attack: () => Promise<T>): Promise<T> => {
    const delay = monitorEventLoopDelay({ resolution: 10 });
    const over = new AbortController();
    const good = async (): Promise<void> => {
      for (let number = 0; !over.signal.aborted || number < 20; number += 1) {
        const message = `message ${number}.`;
        const answer = await client.request("tools/call", call("echo", { message }));
        expect(JSON.stringify(answer)).toContain(`Echo: ${message}`);
      }
    };
    delay.enable();
    const calls = good();
    const result = await attack().finally(() => over.abort());
    await calls;
    delay.disable();
    const p99 = Math.round(delay.percentile(99) / 1e6);
    process.stdout.write(`N-24 ${what}: event loop p99 ${p99} ms, here with the attack itself\n`);
    return result;
  };
  return { ...served, endpoint, send, during };
}

const message = (params: string, method = "tools/call", id = '"one that attacks"'): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
const callWith = (args: string): string => message(`{"name":"echo","arguments":${args}}`);

it("N-24: bodies that are deep, wide, long or strange", { timeout: 120_000 }, async () => {
  const { send, during, client, log } = await underLoad();
  const deep = (open: string, close: string, times: number): string =>
    callWith(`{"message":${open.repeat(times)}1${close.repeat(times)}}`);
  const keys = Array.from({ length: 200_000 }, (_, at) => `"k${at}":${at}`).join();
  const bodies: [string, string, number[]][] = [
    ["arrays in arrays", deep("[", "]", 500_000), [400]],
    ["objects in objects", deep('{"a":', "}", 500_000), [400]],
    ["as deep as may be", deep("[", "]", 990), [200]],
    ["arrays without an end", callWith("[".repeat(MIB)), [400]],
    ["many keys", callWith(`{${keys}}`), [200, 400]],
    ["one key many times", callWith(`{${'"a":1,'.repeat(200_000)}"a":1}`), [200, 400]],
    ["__proto__", callWith('{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}'), [200]],
    ["a long string", callWith(`{"message":"${"x".repeat(4 * MIB)}"}`), [200]],
    ["a long number", callWith(`{"message":1${"0".repeat(MIB)}}`), [200, 400]],
    ["escapes", callWith(`{"message":"${"\\u0000".repeat(200_000)}"}`), [200]],
    ["a long id", message("{}", "ping", `"${"i".repeat(MIB)}"`), [200, 400]],
    ["a long method", message("{}", "m".repeat(MIB)), [200, 400, 404]],
    ["a batch", `[${`${message("{}", "ping")},`.repeat(20_000)}${message("{}", "ping")}]`, [400]],
    ["too much", callWith(`{"message":"${"x".repeat(11 * MIB)}"}`), [413]],
  ];
  await during("bodies", async () => {
    for (const [what, body, statuses] of bodies) {
      expect([what, statuses.includes(await send(body))]).toEqual([what, true]);
    }
  });
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  expect(log.filter((line) => line.includes("request failed"))).toEqual([]);
  expect(await client.request("ping", {}, { id: "after" })).toEqual({});
});

it("N-24: text that is hard to match", { timeout: 120_000 }, async () => {
  const { send, during, endpoint, token } = await underLoad();
  const hard = (most: number): string[] => [
    "a".repeat(most),
    `${"a".repeat(most)}!`,
    `${" ".repeat(most)}x`,
    "\t ".repeat(most / 2),
    `${"a.".repeat(most / 2)}!`,
    `${"a,".repeat(most / 2)};`,
    "/".repeat(most),
    `${"%41".repeat(most / 3)}%`,
    "${secret:".repeat(most / 9),
    "{a".repeat(most / 2),
    `=?base64?${"=".repeat(most)}?=`,
    `${"0".repeat(most)}.`,
    "://".repeat(most / 3),
    `${":".repeat(most)}1`,
  ];
  const bearer = { authorization: `Bearer ${token}` };
  await during("hard text", async () => {
    for (const text of hard(200_000)) {
      const quoted = JSON.stringify(text);
      for (const body of [
        message(`{"name":${quoted},"arguments":{}}`),
        message(`{"uri":${quoted}}`, "resources/read"),
        message(`{"name":${quoted}}`, "prompts/get"),
        message(`{"cursor":${quoted}}`, "tools/list"),
        message(`{"level":${quoted}}`, "logging/setLevel"),
        message(
          `{"ref":{"type":"ref/resource","uri":${quoted}},"argument":{"name":"a","value":${quoted}}}`,
          "completion/complete",
        ),
      ]) {
        expect(await send(body)).toBeLessThan(500);
      }
    }
    for (const text of hard(12_000)) {
      for (const name of ["accept", "content-type", "mcp-name", "mcp-protocol-version"]) {
        expect(await send(message("{}", "ping"), { [name]: text })).toBeLessThan(500);
      }
      for (const name of ["origin", "authorization", "last-event-id", "mcp-session-id"]) {
        const { status } = await fetch(endpoint, { headers: { ...bearer, [name]: text } });
        expect(status).toBeLessThan(500);
      }
      const path = encodeURI(text).slice(0, 8000);
      const { status } = await fetch(`${endpoint}/${path}?${path}`, { headers: bearer });
      expect(status).toBeLessThan(500);
    }
  });
});

it(`N-24: ${SLOW_SOCKETS} connections that never finish what they say`, async () => {
  const { during, url, client } = await underLoad();
  const { hostname, port } = new URL(url);
  const beginnings = [
    "",
    "P",
    "POST /mcp/dev HTTP/1.1\r\n",
    `POST /mcp/dev HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-A: `,
    `POST /mcp/dev HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000000\r\n\r\n{`,
    `POST /mcp/dev HTTP/1.1\r\nHost: ${hostname}:${port}\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{`,
  ];
  const sockets: Socket[] = [];
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
  });
  const open = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve());
      // Closed from the other side as time goes by, which is as it should be.
      socket.once("error", reject);
      socket.write(beginnings[number % beginnings.length] ?? "");
      sockets.push(socket);
    });
  await during("slow connections", async () => {
    await Promise.all(Array.from({ length: SLOW_SOCKETS }, (_, number) => open(number)));
    for (let round = 0; round < 5; round += 1) {
      for (const socket of sockets) socket.write("x");
      await client.request("tools/call", call("echo", { message: "meanwhile." }));
    }
  });
  expect(sockets).toHaveLength(SLOW_SOCKETS);
});
