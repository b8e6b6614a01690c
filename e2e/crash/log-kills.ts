/** Gateways that are killed while they record what passes. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LogOutcome, logOutcome } from "@local-mcp/contract";
import Database from "better-sqlite3";
import { CLI, pause, run, Serving } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { ms, type Section } from "../leaks/section.ts";
import { environmentOf, withGateway } from "./stage.ts";

const SERVER = fileURLToPath(new URL("../fixtures/stdio-server.mjs", import.meta.url));
/** Calls at the same time. */
const LANES = 8;
/** A kill comes at some moment after the first call, ms. */
const KILLED_AFTER = { from: 500, to: 2000 };
/** What was answered longer before the kill has to be there, ms. */
const MOST_LOST_MS = 250;

async function stageIn(root: string): Promise<string> {
  const directory = join(root, "template");
  mkdirSync(directory, { mode: 0o700 });
  await withGateway(directory, async ({ api }) => {
    await api.servers.create({
      name: "first",
      config: { transport: "stdio", command: process.execPath, args: [SERVER] },
      confirmed: true,
    });
    await api.profiles.create({ slug: "staged", servers: ["first"], allowWithoutToken: true });
  });
  return directory;
}

const never = (): never => {
  throw new Error("a call that takes a minute was answered");
};

/** What a gateway answered until it was killed. */
interface Killed {
  /** When each call was answered, by the text it asked to be repeated, ms. */
  answered: ReadonlyMap<string, number>;
  at: number;
}

async function killUnderLoad(directory: string, after: number): Promise<Killed> {
  const gateway = await Serving.start(directory, environmentOf(directory));
  const client = new McpClient(`${gateway.url}/mcp/staged`);
  await client.initialize();
  const answered = new Map<string, number>();
  const killed = new AbortController();
  const call = async (lane: number): Promise<void> => {
    for (let at = 0; !killed.signal.aborted; at += 1) {
      const message = `canary-${lane}-${at}-`;
      try {
        await client.request("tools/call", { name: "echo", arguments: { message } });
        answered.set(message, performance.now());
      } catch {
        // Its server is not there yet, or it was killed meanwhile.
      }
    }
  };
  const load = Array.from({ length: LANES }, (_, lane) => call(lane));
  while (answered.size === 0) await pause(10);
  const endless = client.request("tools/call", { name: "slow", arguments: { ms: 60_000 } });
  load.push(endless.then(never, () => {}));
  await pause(after);
  const at = performance.now();
  gateway.child.kill("SIGKILL");
  killed.abort();
  await Promise.all([gateway.end("SIGKILL"), ...load]);
  return { answered, at };
}

/** How many rows came to this. */
const countOf = (file: Database.Database, outcome: LogOutcome): number =>
  file
    .prepare<[number], number>("SELECT count(*) FROM debug_log_facts WHERE outcome = ?")
    .pluck()
    .get(logOutcome.options.indexOf(outcome)) ?? 0;

/** Texts of the calls that are in the log with their answers. */
function recordedIn(file: Database.Database): ReadonlySet<string> {
  const rows = file
    .prepare<[], string | null>(
      "SELECT request_payload || response_payload FROM debug_logs WHERE request_type = 'tools/call'",
    )
    .pluck()
    .all();
  return new Set(
    rows.flatMap((text) => {
      const [asked, repeated] = text?.match(/canary-\d+-\d+-/g) ?? [];
      return asked !== undefined && asked === repeated ? [asked] : [];
    }),
  );
}

/** @returns how long before the kill the earliest was answered that is lost, ms; 0 where none is */
async function judge(directory: string, { answered, at }: Killed): Promise<number> {
  const look = ["logs", "tail", "--limit", "1", "--data-dir", directory];
  const { code, stderr } = await run([CLI, ...look], environmentOf(directory));
  if (code !== 0) throw new Error(`the log is not read: ${stderr}`);
  const file = new Database(join(directory, "traffic.db"), { readonly: true });
  try {
    const verdict = file.pragma("integrity_check", { simple: true });
    if (verdict !== "ok") throw new Error(`the log is damaged: ${String(verdict)}`);
    const running = countOf(file, "running");
    if (running > 0) throw new Error(`${running} rows still run`);
    if (countOf(file, "interrupted") === 0) throw new Error("nothing is said to be interrupted");
    const recorded = recordedIn(file);
    if (recorded.size === 0) throw new Error("nothing was recorded");
    const lost = [...answered].filter(([text]) => !recorded.has(text));
    return Math.max(0, ...lost.map(([, answeredAt]) => at - answeredAt));
  } finally {
    file.close();
  }
}

/** Kills gateways under load, and looks at what of their logs is left. */
export async function logKills(root: string, kills: number): Promise<Section> {
  const template = await stageIn(root);
  const faults: string[] = [];
  const lost: number[] = [];
  let calls = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const directory = mkdtempSync(join(root, "killed-"));
    cpSync(template, directory, { recursive: true });
    const { from, to } = KILLED_AFTER;
    const after = from + ((to - from) * (kill + Math.random())) / kills;
    try {
      const killed = await killUnderLoad(directory, after);
      calls += killed.answered.size;
      lost.push(await judge(directory, killed));
    } catch (error) {
      faults.push(`killed after ${ms(after)}: ${String(error)}`);
    }
    rmSync(directory, { recursive: true, force: true });
  }
  const most = Math.max(0, ...lost);
  if (most > MOST_LOST_MS) faults.push(`what was answered ${ms(most)} before a kill is lost`);
  return {
    name: "gateways that are killed while they record",
    figures: [
      ["kills", String(kills)],
      ["calls answered", String(calls)],
      ["longest that was lost", ms(most)],
      ["lost on average", ms(lost.reduce((sum, one) => sum + one, 0) / Math.max(1, lost.length))],
    ],
    faults,
  };
}
