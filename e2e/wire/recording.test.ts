import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { deferred, isRecord, lineReader } from "../fixtures/json-rpc.ts";
import { afterTest, fixtureFile } from "../fixtures/test-support.ts";
import { createRecording, readRecorded, type Recorded } from "./record.ts";
import { startRecordingProxy } from "./recording-proxy.ts";
import { tee } from "./tee-command.ts";
import { validate } from "./validate.ts";

const brief = ({ from, carrier, message }: Recorded): string => {
  if (!isRecord(message)) return `${from} ${carrier} no message`;
  const { method = "answer", id = "-" } = message;
  return [from, carrier, method, id].join(" ");
};

test("every message between two parties is recorded, and none is changed", async () => {
  const server = await startHttpServer({ answer: "sse" });
  afterTest(() => server.close());
  const recording = createRecording();
  const proxy = await startRecordingProxy({
    target: server.url,
    link: "server",
    record: recording.record,
  });
  afterTest(() => proxy.close());

  const client = new McpClient(proxy.url);
  await client.initialize();
  const steps: unknown[] = [];
  const result = await client.request(
    "tools/call",
    { name: "slow", arguments: { steps: 2, ms: 2 }, _meta: { progressToken: "p" } },
    { onNotification: (message) => steps.push(message) },
  );
  await client.delete();

  expect(recording.messages.map(brief).slice(0, 4)).toEqual([
    "client POST initialize 1",
    "server POST 200 answer 1",
    "client POST notifications/initialized -",
    "client POST tools/call 2",
  ]);
  const answered = recording.messages.slice(4);
  expect(answered.map(({ message }) => message)).toEqual([
    ...steps,
    expect.objectContaining({ id: 2, result }),
  ]);
  expect(answered.every(({ session }) => session === client.sessionId)).toBe(true);
  expect(new Set(server.requests.map(({ headers }) => headers.host))).toEqual(
    new Set([new URL(server.origin).host]),
  );
  expect(validate(recording.messages).invalid).toEqual([]);
});

test("a party that leaves in the middle is seen leaving on the other side", async () => {
  const left = deferred<void>();
  const target = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    response.on("close", () => left.resolve());
  });
  target.listen(0, "127.0.0.1");
  afterTest(() => target.close());
  await once(target, "listening");
  const address = target.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const proxy = await startRecordingProxy({
    target: `http://127.0.0.1:${address.port}/mcp`,
    link: "client",
    record: () => undefined,
  });
  afterTest(() => proxy.close());

  const leaving = send(proxy.url, { method: "GET" }, () => leaving.destroy());
  leaving.on("error", () => undefined);
  leaving.end();
  await expect(left.promise).resolves.toBeUndefined();
});

test("a stdio server behind the tee is the same server, and what it says is in the file", async () => {
  const root = mkdtempSync(join(tmpdir(), "tee-"));
  afterTest(() => rmSync(root, { recursive: true }));
  const file = join(root, "wire.jsonl");
  const [command = "", ...args] = tee(file, [process.execPath, fixtureFile("stdio-server.ts")]);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const answer = new Promise<string>((resolve) => {
    child.stdout.on("data", lineReader(resolve));
  });
  const ping = { jsonrpc: "2.0", id: "a", method: "ping" };
  child.stdin.write(`${JSON.stringify(ping)}\n`);
  const line = await answer;
  child.stdin.end();

  expect(await exited).toEqual([0, null]);
  const recorded = await readRecorded(file);
  expect(recorded.map(({ from, message }) => [from, message])).toEqual([
    ["client", ping],
    ["server", JSON.parse(line)],
  ]);
});
