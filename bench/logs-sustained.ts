import { join } from "node:path";
import { logCount, logsPage, logState } from "@local-mcp/contract";
import { openSqlite } from "@local-mcp/database";
import { pause } from "./child.ts";
import { atLeast, atMost, exactly, type Figure, told } from "./figures.ts";
import { onStage, type Stage } from "./logs-stage.ts";
import { wordOfCall } from "./logs-words.ts";
import { percentile } from "./stats.ts";

const PART = "sustained";
/** What the client asks, what the gateway asks the server, and the two answers. */
const MESSAGES_OF_CALL = 4;
/** Recorded is what passes, until the writer has written it; so long it may take at the end, ms. */
const WRITTEN_WITHIN = 15_000;
const SEARCHES = 50;

export interface SustainedEffort {
  messagesPerSecond: number;
  seconds: number;
  /** So much of them is to be sent and answered in time, or nothing was measured. */
  share: number;
}

/** So many messages a second, recorded whole, while calls are served: none is dropped. */
export const measureSustained = ({
  messagesPerSecond,
  seconds,
  share,
}: SustainedEffort): Promise<Figure[]> =>
  onStage({ logLevel: "full", logKeepRows: 10_000_000, logKeepMb: 100_000 }, async (stage) => {
    const { gateway, load } = stage;
    await load.run(200, 2);
    const before = load.nextCall;
    gateway.begin();
    const loaded = await load.run(messagesPerSecond / MESSAGES_OF_CALL, seconds);
    const felt = await gateway.end();
    const ended = performance.now();
    const stored = await allStored(stage, load.nextCall);
    const lag = performance.now() - ended;
    const state = logState.parse(await gateway.ask("GET", "/logs/state"));
    const found = await foundOf(stage, before, load.nextCall);
    await gateway.close();
    const perSecond = (loaded.calls * MESSAGES_OF_CALL * 1000) / loaded.took;
    return [
      atLeast(PART, "messages a second", perSecond, messagesPerSecond * share),
      told(PART, "calls sent", `${loaded.calls} in ${(loaded.took / 1000).toFixed(1)} s`),
      exactly(PART, "calls not answered well", loaded.failed, 0),
      exactly(PART, "messages dropped", state.dropped, 0),
      exactly(PART, "rows of calls in the log", stored, load.nextCall * 2),
      exactly(
        PART,
        "messages of calls in the log",
        messagesIn(stage),
        load.nextCall * MESSAGES_OF_CALL,
      ),
      exactly(PART, `calls found by a word, of ${SEARCHES}`, found, SEARCHES),
      told(PART, "written after the last answer", `${lag.toFixed(0)} ms`),
      told(
        PART,
        "a call takes, p50 and p99",
        `${percentile(loaded.times, 0.5).toFixed(2)} and ${percentile(loaded.times, 0.99).toFixed(1)} ms`,
      ),
      told(
        PART,
        "loop of the gateway waits, p99 and most",
        `${felt.delayP99.toFixed(1)} and ${felt.delayMax.toFixed(0)} ms`,
      ),
      told(
        PART,
        "the gateway computes, all threads",
        `${(felt.cpuMs / loaded.took).toFixed(2)} of a core`,
      ),
      atMost(PART, "memory of the gateway at most", felt.rssPeak, 1024, " MB"),
    ];
  });

/** Rows of calls, once they are all there or do not come any more. */
async function allStored({ gateway }: Stage, calls: number): Promise<number> {
  const end = performance.now() + WRITTEN_WITHIN;
  const filter = encodeURIComponent("method:tools/call");
  for (;;) {
    const { matches } = logCount.parse(await gateway.ask("GET", `/logs/count?filter=${filter}`));
    if (matches >= calls * 2 || performance.now() > end) return matches;
    await pause(20);
  }
}

/** How many of some calls are found by a word that only they have, on both sides. */
async function foundOf({ gateway }: Stage, from: number, to: number): Promise<number> {
  let found = 0;
  for (let count = 0; count < SEARCHES; count += 1) {
    const call = from + Math.floor(((to - from) * (count + 0.5)) / SEARCHES);
    const filter = encodeURIComponent(`text:${wordOfCall(call)}`);
    const { rows } = logsPage.parse(await gateway.ask("GET", `/logs?filter=${filter}`));
    const kinds = rows.map(({ kind }) => kind).toSorted();
    const isFound =
      kinds.join() === "request,upstream" && rows.every((row) => row.outcome === "ok");
    found += isFound ? 1 : 0;
  }
  return found;
}

/** Counted in the file itself. */
function messagesIn({ dataDir }: Stage): number {
  const connection = openSqlite(join(dataDir, "traffic.db"), { readonly: true });
  const count = connection
    .prepare<[], number>(
      `SELECT count(request_payload) + count(response_payload)
      FROM debug_logs WHERE request_type = 'tools/call'`,
    )
    .pluck()
    .get();
  connection.close();
  return count ?? 0;
}
