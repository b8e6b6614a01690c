/** Imports that are killed, at each statement that writes and at moments that nobody chose. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import type { Gateway } from "@local-mcp/gateway";
import { pause } from "../command-line.ts";
import type { Section } from "../leaks/section.ts";
import { inLanes } from "./lanes.ts";
import { environmentOf, withGateway } from "./stage.ts";
import { DATABASE } from "./state.ts";

const PROGRAM = fileURLToPath(new URL("import-program.ts", import.meta.url));
/** What Node compiled once need not be compiled for each that is killed. */
const CACHE = fileURLToPath(new URL("../../node_modules/.compile-cache", import.meta.url));
/** Of each list in the file that is imported. */
const OF_EACH = 40;

/** A data directory, the file that is imported into it, and how it is before and after. */
interface Stage {
  directory: string;
  file: string;
  before: string;
  after: string;
  /** How many steps an import takes that is left alone, and how long, ms. */
  steps: number;
  takes: number;
}

/** All that is configured, as text that is the same for the same; of secrets what is shown of them. */
async function textOf({ api }: Pick<Gateway, "api">): Promise<string> {
  const { text } = await api.transfer.export({ includeInactive: true, secrets: "none" });
  const tools = await api.tools.list({});
  const shown = tools.map(({ name, headers }) => [name, headers]);
  return text.replace(/"exported_at": "[^"]*"/, "") + JSON.stringify(shown);
}

/** The same in every run, so that what is made can be compared. */
const uid = (list: number, at: number): string =>
  `00000000-0000-4000-8000-${String(list * 1000 + at).padStart(12, "0")}`;

/** A file of one state: what an import of the new one changes, and what it adds. */
function fileOf(state: "old" | "new"): string {
  const value = `${state}-canary-of-a-secret-that-ends-in-${state}`;
  const all = Array.from({ length: OF_EACH }, (_, at) => at);
  const some = all.filter((at) => state === "new" || at % 2 === 1);
  return JSON.stringify({
    version: "2025-03-26",
    entities: {
      tools: all.map((at) => ({
        uid: uid(1, at),
        name: `tool_${at}`,
        url: `https://api.example/${state}/${at}`,
        headers: { "X-Key": value },
      })),
      gateways: some.map((at) => ({
        uid: uid(2, at),
        name: `server-${at}`,
        url: "https://mcp.example/",
        headers: { "X-Key": value },
        is_active: false,
      })),
      servers: some.map((at) => ({
        uid: uid(3, at),
        name: `profile-${at}`,
        associated_gateways: [`server-${at}`],
        associated_tools: [`tool_${at}`],
        associated_prompts: [`prompt_${at}`],
      })),
      prompts: all.map((at) => ({
        uid: uid(4, at),
        name: `prompt_${at}`,
        template: `${state} {{ text }}`,
      })),
      resources: all.map((at) => ({
        uid: uid(5, at),
        uri: `memo://${at}`,
        name: `Memo ${at}`,
        content: state.repeat(100),
      })),
    },
  });
}

async function stageIn(root: string): Promise<Stage> {
  const directory = join(root, "template");
  mkdirSync(directory, { mode: 0o700 });
  const file = join(root, "import.json");
  writeFileSync(file, fileOf("new"));
  const before = await withGateway(directory, async (gateway) => {
    await gateway.api.transfer.apply({ text: fileOf("old") });
    await gateway.api.transfer.cleanup({ olderThanMs: 0 });
    return textOf(gateway);
  });
  rmSync(join(directory, "backups"), { recursive: true });
  const alone = join(root, "alone");
  cpSync(directory, alone, { recursive: true });
  const started = new Victim(alone, file, 0);
  await started.begun();
  const began = performance.now();
  const said = await started.ended();
  const takes = performance.now() - began;
  const steps = Number(/^done (\d+)$/m.exec(said)?.[1] ?? 0);
  if (steps === 0) throw new Error("the import that was left alone was not done");
  const after = await withGateway(alone, textOf);
  if (after === before) throw new Error("the import has changed nothing");
  return { directory, file, before, after, steps, takes };
}

/** A program that imports and is killed. */
class Victim {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #begun: Promise<unknown>;
  #said = "";

  constructor(directory: string, file: string, step: number) {
    this.#child = spawn(process.execPath, [PROGRAM, directory, file, String(step)], {
      env: { ...environmentOf(directory), NODE_COMPILE_CACHE: CACHE },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#exit = once(this.#child, "exit");
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#begun = once(lines, "line");
    lines.on("line", (line) => (this.#said += `${line}\n`));
  }

  begun(): Promise<unknown> {
    return Promise.race([this.#begun, this.#exit]);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** @returns what it said */
  async ended(): Promise<string> {
    await this.#exit;
    return this.#said;
  }
}

/** Where it is killed: at a step, or so long after it began, ms. */
type Aim = { step: number } | { after: number };

/** Half at steps from the first to the last, half at moments from begin to end. */
function aimsOf({ steps, takes }: Stage, kills: number): Aim[] {
  return Array.from({ length: kills }, (_, at): Aim => {
    const share = at / Math.max(1, kills - 1);
    return at % 2 === 0 ? { step: 1 + Math.floor(share * (steps - 1)) } : { after: share * takes };
  });
}

/** What a kill left behind. @throws Error where it is neither the state before nor that after */
async function judge(directory: string, { before, after }: Stage): Promise<"before" | "after"> {
  const found = await withGateway(directory, async (gateway) => {
    const text = await textOf(gateway);
    const state = text === before ? "before" : text === after ? "after" : null;
    if (state === null) throw new Error("it is neither the state before nor the one after");
    const jobs = await gateway.api.transfer.jobs({});
    const expected = state === "after" ? "completed" : "failed import_interrupted";
    for (const { state: ended, problem } of jobs) {
      const told = [ended, problem?.code].filter(Boolean).join(" ");
      if (told !== expected) throw new Error(`it is the state ${state}, and the job says ${told}`);
    }
    if (state === "after" && jobs.length === 0) throw new Error("the job is lost");
    const { backups } = await gateway.api.backups.list({});
    const bad = backups.filter((backup) => backup.state === "damaged");
    if (bad.length > 0) throw new Error(`${bad.length} backups are damaged`);
    if (state === "after" && backups.length === 0) throw new Error("there is no backup before it");
    return state;
  });
  const database = new Database(join(directory, DATABASE), { readonly: true });
  try {
    const verdict = database.pragma("integrity_check", { simple: true });
    if (verdict !== "ok") throw new Error(`the database is damaged: ${String(verdict)}`);
    return found;
  } finally {
    database.close();
  }
}

/** Kills imports, and looks at what is left. */
export async function importKills(root: string, kills: number): Promise<Section> {
  const stage = await stageIn(root);
  const tally = { before: 0, after: 0, done: 0 };
  const faults: string[] = [];
  await inLanes(aimsOf(stage, kills).values(), async (aim) => {
    const directory = mkdtempSync(join(root, "killed-"));
    cpSync(stage.directory, directory, { recursive: true });
    const victim = new Victim(directory, stage.file, "step" in aim ? aim.step : 0);
    await victim.begun();
    if ("after" in aim) {
      await pause(aim.after);
      victim.kill();
    }
    const isDone = (await victim.ended()).includes("done");
    try {
      const state = await judge(directory, stage);
      if (isDone && state === "before") throw new Error("it was done, and the old state is back");
      tally[state] += 1;
      if (isDone) tally.done += 1;
    } catch (error) {
      faults.push(
        `${JSON.stringify(aim)}: ${String(error)}, in ${readdirSync(directory).join(" ")}`,
      );
    }
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    name: "imports that are killed",
    figures: [
      ["steps of one", String(stage.steps)],
      ["kills", String(kills)],
      ["the state before", String(tally.before)],
      ["the state after", String(tally.after)],
      ["of them already done", String(tally.done)],
    ],
    faults,
  };
}
