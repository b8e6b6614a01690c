import { join } from "node:path";
import { isRecord } from "../../e2e/fixtures/json-rpc.ts";
import { freePort, pause, start } from "../child.ts";
import type { BenchClient } from "../client.ts";
import { atMost, told } from "../figures.ts";
import { type Memory, memoryOf } from "../memory.ts";
import { connected, eventually } from "../measure.ts";
import { OurDirectory } from "../ours.ts";
import { median } from "../stats.ts";
import { pipedServer, rawHopLaunch } from "../targets.ts";
import { WireClient } from "../wire.ts";
import { served } from "./serving.ts";
import type { Scenario, Stage } from "./scenario.ts";

const PART = "ten servers";
const SERVERS = 10;
const TOOLS_OF_EACH = 2;
const PROFILE = "ten";
const READY_MS = 350;
const MEMORY_MB = 110;
/** By then the servers are listed, and threads that have nothing to do have ended, ms. */
const REST = 45_000;

interface Started {
  /** From spawn until a client is served, ms. */
  serving: number;
  /** From spawn until it is told of the tools of all servers, ms. */
  listed: number;
}

interface Hop {
  serving: number;
  idle: Memory;
}

const listAll = async (client: BenchClient): Promise<void> => {
  const result = await client.request("tools/list");
  const count = isRecord(result) && Array.isArray(result.tools) ? result.tools.length : 0;
  if (count !== SERVERS * TOOLS_OF_EACH) throw new Error(`${count} tools are listed`);
};

const startOurs = (
  stage: Stage,
  directory: OurDirectory,
  headers: Record<string, string>,
  whileItRuns: (pid: number) => Promise<void> = async () => {},
): Promise<Started> =>
  served(stage, directory, async ({ began, pid, urlOf }) => {
    const url = urlOf(PROFILE);
    const client = await connected(() => new WireClient({ kind: "wire", url, headers }));
    try {
      const serving = performance.now() - began;
      await eventually(() => listAll(client));
      const listed = performance.now() - began;
      await whileItRuns(pid);
      return { serving, listed };
    } finally {
      await client.close();
    }
  });

/** What a process of Node takes that does next to nothing. */
const startHop = async ({ root, upstream }: Stage): Promise<Hop> => {
  const port = await freePort();
  const began = performance.now();
  const hop = start(rawHopLaunch(port, upstream.port), join(root, "start-hop.log"));
  try {
    const url = `http://127.0.0.1:${port}/mcp`;
    const client = await connected(() => new WireClient({ kind: "wire", url }));
    await client.close();
    return { serving: performance.now() - began, idle: await memoryOf(hop.pid) };
  } finally {
    await hop.stop();
  }
};

/** Ten servers that are started as commands: until clients are served, and what it takes at rest. */
export const measureStart: Scenario = async (stage) => {
  const rounds = stage.isQuick ? 2 : 7;
  const directory = new OurDirectory(stage.root, "start");
  const names = Array.from({ length: SERVERS }, (_, at) => `server-${at}`);
  const [command, ...args] = pipedServer("legacy");
  directory.importServers(Object.fromEntries(names.map((name) => [name, { command, args }])));
  const headers = directory.addProfile(PROFILE, names);

  stage.say("first start");
  const first = await startOurs(stage, directory, headers);
  const ours: Started[] = [];
  const hops: Hop[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    stage.interrupted.throwIfAborted();
    stage.say(`start ${round} of ${rounds}`);
    ours.push(await startOurs(stage, directory, headers));
    hops.push(await startHop(stage));
  }
  stage.say("at rest");
  let idle: Memory = { rss: 0, pss: 0 };
  await startOurs(stage, directory, headers, async (pid) => {
    await pause(REST);
    idle = await memoryOf(pid);
  });
  const middle = (of: (started: Started) => number): number => median(ours.map(of));
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const [hopServing, hopRss] = [
    median(hops.map(({ serving }) => serving)),
    median(hops.map(({ idle }) => idle.rss)),
  ];
  return {
    title: "Start with ten servers",
    tables: [],
    notes: [],
    figures: [
      atMost(
        PART,
        "from spawn until served",
        middle(({ serving }) => serving),
        READY_MS,
        " ms",
      ),
      told(PART, "from spawn until all tools are listed", ms(middle(({ listed }) => listed))),
      told(PART, "first start ever: all tools are listed", ms(first.listed)),
      atMost(PART, "memory of the gateway at rest, RSS", idle.rss, MEMORY_MB, " MB"),
      told(PART, "memory of the gateway at rest, PSS", `${idle.pss.toFixed(0)} MB`),
      told(PART, "a raw hop in the same run", `${ms(hopServing)}, RSS ${hopRss.toFixed(0)} MB`),
    ],
    data: { first, ours, hops, idle },
  };
};
