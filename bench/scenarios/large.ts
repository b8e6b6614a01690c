import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { freePort, start } from "../child.ts";
import { type Endpoint, HttpClient } from "../client.ts";
import { atMost, told } from "../figures.ts";
import { forgetPeak, memoryOf, peakOf } from "../memory.ts";
import { connected, echoCall, eventually, timed } from "../measure.ts";
import { OurDirectory } from "../ours.ts";
import { median } from "../stats.ts";
import { pipedServer, rawHopLaunch } from "../targets.ts";
import { type Served, served } from "./serving.ts";
import type { Scenario, Stage } from "./scenario.ts";

const PART = "24 MB result";
const SIZE = 24 * 2 ** 20;
/** What the loop of the gateway may be held up for; a call of somebody else waits as long. */
const OTHERS_MS = 50;

const WAYS = ["upstream", "raw-hop", "gateway-http", "gateway-stdio"] as const;
type Way = (typeof WAYS)[number];

const fetchLarge = async (client: HttpClient): Promise<void> => {
  const { length } = await client.text("tools/call", { name: "bytes", arguments: { count: SIZE } });
  if (length < SIZE) throw new Error(`${length} of ${SIZE} characters came`);
};

/** How long each of somebody else's small calls takes while the work is done, ms. */
const meanwhile = async (other: Endpoint, work: () => Promise<unknown>): Promise<number[]> => {
  const caller = new Worker(new URL("../calling.ts", import.meta.url), { workerData: other });
  await once(caller, "message");
  await work();
  const told = once(caller, "message");
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  caller.postMessage("stop");
  const [times] = await told;
  return times;
};

interface Took {
  way: Way;
  ms: number[];
}

const measureAll = async (
  { interrupted, say }: Stage,
  { clients, other, pid }: { clients: Record<Way, HttpClient>; other: Endpoint; pid: number },
  rounds: number,
) => {
  for (const client of Object.values(clients)) await eventually(echoCall(client, "echo"));
  const before = (await memoryOf(pid)).rss;
  forgetPeak(pid);
  for (const client of Object.values(clients)) await fetchLarge(client);
  const all = WAYS.map((way): Took => ({ way, ms: [] }));
  for (let round = 1; round <= rounds; round += 1) {
    interrupted.throwIfAborted();
    say(`round ${round} of ${rounds}: 24 MB`);
    for (const { way, ms } of all) ms.push(...(await timed(1, () => fetchLarge(clients[way]))));
  }
  const peak = peakOf(pid);
  const others: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const waits = await meanwhile(other, () => fetchLarge(clients["gateway-http"]));
    others.push(Math.max(...waits));
  }
  return { all, others, memory: { before, peak } };
};

/** A result as long as one may be, and what somebody else feels of it. */
export const measureLarge: Scenario = async (stage) => {
  const rounds = stage.isQuick ? 2 : 11;
  const { port } = stage.upstream;
  const directory = new OurDirectory(stage.root, "large");
  directory.addServer("web", ["--url", `http://127.0.0.1:${port}/mcp`]);
  directory.addServer("pipe", ["--", ...pipedServer("legacy")]);
  const web = directory.addProfile("web", ["web"]);
  const pipe = directory.addProfile("pipe", ["pipe"]);
  const hopPort = await freePort();
  const hop = start(rawHopLaunch(hopPort, port), join(stage.root, "large-hop.log"));

  const open = (url: string, headers?: Record<string, string>): Promise<HttpClient> =>
    connected(() => new HttpClient({ kind: "http", url, headers }));
  const work = async ({ urlOf, pid }: Served) => {
    const clients = {
      upstream: await open(`http://127.0.0.1:${port}/mcp`),
      "raw-hop": await open(`http://127.0.0.1:${hopPort}/mcp`),
      "gateway-http": await open(urlOf("web"), web),
      "gateway-stdio": await open(urlOf("pipe"), pipe),
    };
    // Of another server: the one that makes the large result does nothing else meanwhile.
    const other: Endpoint = { kind: "http", url: urlOf("pipe"), headers: pipe };
    try {
      return await measureAll(stage, { clients, other, pid }, rounds);
    } finally {
      for (const client of Object.values(clients)) await client.close();
    }
  };
  try {
    const { all, others, memory } = await served(stage, directory, work);
    return {
      title: "A result of 24 MB",
      tables: [
        {
          rows: [
            ["ms", "median", "most"],
            ...all.map(({ way, ms }) => [way, median(ms).toFixed(0), Math.max(...ms).toFixed(0)]),
          ],
        },
      ],
      notes: ["Timed until it is read whole; the client does not parse it."],
      figures: [
        atMost(
          PART,
          "longest small call of another client meanwhile",
          median(others),
          OTHERS_MS,
          " ms",
        ),
        told(PART, "memory of the gateway before", `${memory.before.toFixed(0)} MB`),
        told(PART, "memory of the gateway at most", `${memory.peak.toFixed(0)} MB`),
      ],
      data: { all, others, memory },
    };
  } finally {
    await hop.stop();
  }
};
