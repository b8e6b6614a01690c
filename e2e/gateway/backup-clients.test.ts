import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { run } from "@local-mcp/cli";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, it } from "vitest";
import { z } from "zod";
import { afterTest } from "../fixtures/test-support.ts";
import { fixture, serve, type TestGateway, until } from "./test-gateway.ts";

/** Each job has a thread of its own, and there are many other tests at the same time. */
const PATIENCE_MS = 240_000;
const CALL = { name: "echo", arguments: { text: "hello" } };
const answered = z.object({
  id: z.number(),
  result: z.object({ content: z.array(z.unknown()).min(1) }),
});

/** The official client over HTTP, which is told nothing of a restore. */
async function sdkClient(url: string, token: string, version?: string): Promise<Client> {
  const pinned = version === undefined ? {} : { versionNegotiation: { mode: { pin: version } } };
  const client = new Client({ name: "sdk", version: "1.0.0" }, pinned);
  afterTest(() => client.close());
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp/dev`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}

/** The real bridge, as a client starts it: with a token that the gateway makes for it. */
async function bridge(dataDir: string) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stderr.resume();
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const exit = run(["--data-dir", dataDir, "bridge", "--profile", "dev"], {
    stdin,
    stdout,
    stderr,
    env: { PATH: process.env.PATH },
    cwd: dataDir,
    signal: new AbortController().signal,
  });
  afterTest(async () => {
    stdin.end();
    await exit;
  });
  let id = 0;
  const ask = async (method: string, params: object): Promise<unknown> => {
    id += 1;
    stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    for (;;) {
      const { value } = await lines.next();
      const message: unknown = JSON.parse(String(value));
      // What the gateway says unasked comes in between.
      if (z.object({ id: z.literal(id) }).safeParse(message).success) return message;
    }
  };
  await ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  });
  stdin.write(`${JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" })}\n`);
  return async () => answered.parse(await ask("tools/call", CALL));
}

/** A restore of what was backed up, to its end. */
async function restore(gateway: TestGateway["gateway"], backup: string): Promise<void> {
  await gateway.api.backups.restore({ backup });
  const job = async () => {
    try {
      return (await gateway.api.backups.job()).job;
    } catch {
      // There is none for a moment.
      return null;
    }
  };
  const ended = await until(job, (one) => one !== null && one.state !== "running");
  expect(ended).toMatchObject({ state: "done", problem: null });
}

it(
  "clients of every kind go on by themselves after a restore",
  async () => {
    const { gateway, api, url, token, dataDir } = await serve({ far: fixture() });
    const legacy = await sdkClient(url, token);
    const modern = await sdkClient(url, token, "2026-07-28");
    const overBridge = await bridge(dataDir);
    const work = async (): Promise<void> => {
      expect((await legacy.callTool(CALL)).content).toHaveLength(1);
      expect((await modern.callTool(CALL)).content).toHaveLength(1);
      await overBridge();
    };
    // A server is called by what it has listed, also after a restore of what is backed up here.
    await until(
      () => legacy.listTools(),
      ({ tools }) => tools.length > 0,
    );
    await work();
    const { id } = await api.backups.create({ unencrypted: true });
    await restore(gateway, id);
    await work();
  },
  PATIENCE_MS,
);
