import { pause } from "../command-line.ts";
import { ask } from "../fixtures/conformance/modern-client.ts";
import { HttpError, McpClient } from "../fixtures/mcp-client.ts";
import type { Served } from "./served.ts";
import type { Stage, Subject } from "./stage.ts";

const CALL_MS = 20;
const BETWEEN_MS = 40;

/** What became of the calls of one server. */
export interface Tally {
  calls: number;
  /** Those that the end of the gateway itself cut. */
  cut: number;
  /** Sessions that had to be begun again, of clients of the older era. */
  sessions: number;
  slowestMs: number;
  failures: string[];
}

export const newTally = (): Tally => ({
  calls: 0,
  cut: 0,
  sessions: 0,
  slowestMs: 0,
  failures: [],
});

type Send = (text: string) => Promise<unknown>;

/** Calls one tool again and again until it is told to stop. */
export async function keepCalling(
  { token }: Stage,
  { name }: Subject,
  served: Served,
  tally: Tally,
  options: { era: "legacy" | "modern"; id: string; stop: AbortSignal },
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const connect = () => {
    const url = `${served.url}/mcp/${name}`;
    return options.era === "modern" ? modern(url, headers) : legacy(url, headers);
  };
  let send: Send | null = null;
  for (let turn = 0; !options.stop.aborted; turn += 1) {
    const text = `${options.id}-${turn}`;
    const began = performance.now();
    try {
      send ??= await connect();
      const result = JSON.stringify(await send(text));
      if (!result.includes(`"${text}"`)) throw new Error(`it was answered with ${result}`);
      tally.calls += 1;
      tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began);
    } catch (error) {
      if (served.wasAwaySince(began)) {
        tally.cut += 1;
        await served.isBack();
      } else if (error instanceof HttpError && error.status === 404) tally.sessions += 1;
      else tally.failures.push(`call ${text}: ${String(error)}`);
      send = null;
    }
    await pause(BETWEEN_MS);
  }
}

const echo = (text: string) => ({ name: "slow_echo", arguments: { ms: CALL_MS, text } });

const modern = async (url: string, headers: Record<string, string>): Promise<Send> => {
  return async (text) => {
    const { result, error } = await ask(url, "tools/call", echo(text), { headers });
    if (error) throw new Error(error.message);
    return result;
  };
};

const legacy = async (url: string, headers: Record<string, string>): Promise<Send> => {
  const client = new McpClient(url, headers);
  await client.initialize();
  return (text) => client.request("tools/call", echo(text));
};
