import type { GatewayError, LogLevel } from "@local-mcp/contract";
import type { RpcRequest, SeenAnswer, SeenRequest, TrafficClient } from "@local-mcp/engine";
import { onTestFinished } from "vitest";
import type { Batch, BegunEntry } from "./entries.ts";
import { lesser } from "./levels.ts";
import { Outbox } from "./outbox.ts";
import { Recorder } from "./recorder.ts";

export const START = 1_763_800_000_000;
export const CLIENT: TrafficClient = {
  sessionId: "s-1",
  info: { name: "Cursor", version: "3.1" },
  era: "legacy",
  tokenId: null,
  since: START,
};

/** What its session is called in the log. */
export const SESSION = "6a840baf5d8c3ff2";

/** A recorder whose clock stands still, and a writer that collects. */
export function recorderStage(given: { levels?: Record<string, LogLevel>; level?: LogLevel } = {}) {
  const time = { ms: 0, date: START, step: 0 };
  const clock = { now: () => (time.ms += time.step), date: () => time.date + time.ms };
  const batches: Batch[] = [];
  let refusal: GatewayError | null = null;
  let lost = 0;
  const limits = { bodyBytes: 1024 as number | null };
  const problems: (string | null)[] = [];
  const outbox = new Outbox({
    write: async ({ batch }) => {
      if (refusal) throw refusal;
      batches.push(structuredClone(batch));
      return { first: null, last: null, changed: [], lost };
    },
    probe: () => (refusal ? Promise.reject(refusal) : Promise.resolve()),
    bodyBytes: () => limits.bodyBytes,
    onWritten: () => {},
    onProblem: () => problems.push(outbox.problem?.code ?? null),
    now: clock.now,
  });
  onTestFinished(() => outbox.close());
  const { levels = {}, level = "full" } = given;
  const recorder = new Recorder({
    outbox,
    levels: {
      of: (...ids) => {
        const own = ids.flatMap((id) => levels[id ?? ""] ?? []);
        return own.length === 0 ? level : own.reduce(lesser);
      },
    },
    ownName: "app",
    clock,
  });
  return {
    time,
    outbox,
    recorder,
    batches,
    limits,
    problems,
    refuse: (error: GatewayError | null) => (refusal = error),
    /** So many messages of each batch are answers to what is not stored. */
    lose: (messages: number) => (lost = messages),
    /** All that began and ended, with what ended before it was written put together. */
    written: async () => {
      await outbox.flush();
      const rows = new Map<number, BegunEntry>();
      for (const { begun, ended } of batches) {
        for (const entry of begun) rows.set(entry.key, entry);
        for (const entry of ended) {
          const row = rows.get(entry.key);
          if (row === undefined || row.ended !== null) throw new Error("It has not begun.");
          rows.set(entry.key, { ...row, ended: entry });
        }
      }
      return [...rows.values()];
    },
  };
}

export const call = (id = 1, text = "hi"): RpcRequest => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "echo", arguments: { text } },
});

export const asked = (given: Partial<SeenRequest> = {}): SeenRequest => ({
  client: CLIENT,
  isOwn: false,
  profileId: "p",
  serverId: "srv",
  message: call(),
  method: "tools/call",
  name: "one__echo",
  ...given,
});

export const answer = (given: Partial<SeenAnswer> = {}): SeenAnswer => ({
  text: '{"jsonrpc":"2.0","id":1,"result":{}}',
  outcome: "ok",
  error: null,
  httpStatus: 200,
  ...given,
});

export const said = (method: string, params = {}) => ({ jsonrpc: "2.0" as const, method, params });
