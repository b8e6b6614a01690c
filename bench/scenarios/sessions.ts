import { pause } from "../child.ts";
import { HttpClient } from "../client.ts";
import { told } from "../figures.ts";
import { type Memory, memoryOf } from "../memory.ts";
import { connected, echoCall, eventually, timed } from "../measure.ts";
import { OurDirectory } from "../ours.ts";
import { percentile } from "../stats.ts";
import { served, type Served } from "./serving.ts";
import type { Scenario, Stage } from "./scenario.ts";

const PART = "idle sessions";
const SESSIONS = 200;
const PROFILE = "bench";
/** What is left of work is done by then, ms. */
const SETTLE = 3000;

interface Moment {
  memory: Memory;
  /** Of calls of one busy client, ms. */
  calls: number[];
}

const momentOf = async (pid: number, client: HttpClient, count: number): Promise<Moment> => {
  await timed(count, echoCall(client, "echo"));
  await pause(SETTLE);
  const memory = await memoryOf(pid);
  return { memory, calls: await timed(count, echoCall(client, "echo")) };
};

const measureIdle = async (
  { isQuick, interrupted }: Stage,
  headers: Record<string, string>,
  { urlOf, pid }: Served,
) => {
  const count = isQuick ? 200 : 2000;
  const clients: HttpClient[] = [];
  const open = async (): Promise<HttpClient> => {
    interrupted.throwIfAborted();
    const url = urlOf(PROFILE);
    const client = await connected(() => new HttpClient({ kind: "http", url, headers }));
    clients.push(client);
    return client;
  };
  try {
    const busy = await open();
    await eventually(echoCall(busy, "echo"));
    const alone = await momentOf(pid, busy, count);
    const idle: HttpClient[] = [];
    for (let opened = 0; opened < SESSIONS; opened += 1) {
      const client = await open();
      await echoCall(client, "echo")();
      // As clients do: they hear of changes on it for as long as they run.
      await client.listen();
      idle.push(client);
    }
    const among = await momentOf(pid, busy, count);
    const next: number[] = [];
    for (const client of idle) next.push(...(await timed(1, echoCall(client, "echo"))));
    return { alone, among, next };
  } finally {
    for (const client of clients) await client.close();
  }
};

/** What sessions cost that do nothing: memory, and the calls of others. */
export const measureSessions: Scenario = async (stage) => {
  const directory = new OurDirectory(stage.root, "sessions");
  directory.addServer("web", ["--url", `http://127.0.0.1:${stage.upstream.port}/mcp`]);
  const headers = directory.addProfile(PROFILE, ["web"]);
  stage.say(`${SESSIONS} sessions`);
  const { alone, among, next } = await served(stage, directory, (running) =>
    measureIdle(stage, headers, running),
  );
  const row = (name: string, { memory, calls }: Moment): string[] => [
    name,
    memory.rss.toFixed(0),
    memory.pss.toFixed(0),
    percentile(calls, 0.5).toFixed(2),
    percentile(calls, 0.99).toFixed(2),
  ];
  const each = ((among.memory.pss - alone.memory.pss) * 1024) / SESSIONS;
  return {
    title: `${SESSIONS} idle sessions`,
    tables: [
      {
        rows: [
          ["", "RSS MB", "PSS MB", "call p50 ms", "p99"],
          row("one session", alone),
          row(`and ${SESSIONS} idle ones, each with an open stream`, among),
        ],
      },
    ],
    notes: [
      "Each has called once before it was idle. A server over HTTP has a connection for each client, which is opened anew where too many others came since.",
    ],
    figures: [
      told(PART, "memory for each", `${each.toFixed(0)} KB`),
      told(PART, "next call of one that was idle, p50", `${percentile(next, 0.5).toFixed(2)} ms`),
      told(PART, "next call of one that was idle, p99", `${percentile(next, 0.99).toFixed(2)} ms`),
    ],
    data: { alone, among, next },
  };
};
