import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { LEAN_ALLOCATOR, LEAN_HEAP } from "../../packages/cli/src/lean-memory.ts";
import { CLI, run } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import type { Held } from "./probe.ts";
import type { Stage } from "./stage.ts";

const PROBE = fileURLToPath(new URL("probe.ts", import.meta.url));
const END_MS = 20_000;

const readyLine = z.object({ url: z.url() });
const stateSchema = z.object({ name: z.string(), status: z.object({ state: z.string() }) });
const heldSchema: z.ZodType<Held> = z.object({
  heap: z.number(),
  heapFloor: z.number(),
  external: z.number(),
  loopP50: z.number(),
  loopP99: z.number(),
  loopMax: z.number(),
  active: z.record(z.string(), z.number()),
});

/** The built gateway as users run it, with a probe in it, and what is asked of it. */
export class SoakedGateway {
  readonly url: string;
  readonly stage: Stage;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, stage: Stage) {
    this.#child = child;
    this.url = url;
    this.stage = stage;
  }

  static async start(stage: Stage): Promise<SoakedGateway> {
    const serve = ["serve", "--port", "0", "--data-dir", stage.dataDir];
    const args = [...LEAN_HEAP, "--expose-gc", "--import", PROBE, CLI, ...serve];
    const child = spawn(process.execPath, args, {
      // With a channel it cannot begin anew with it.
      env: { ...stage.env, ...LEAN_ALLOCATOR },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    if (!child.stdout || !child.stderr) throw new Error("it has no output");
    let said = "";
    child.stderr.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000)));
    const lines = createInterface(child.stdout);
    const line = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    });
    const gateway = new SoakedGateway(child, readyLine.parse(JSON.parse(line)).url, stage);
    atEnd(async () => void (await gateway.end()));
    return gateway;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** @param question `collect` lets it collect its garbage first */
  async held(question: "look" | "collect" = "look"): Promise<Held> {
    const answer = once(this.#child, "message", { signal: AbortSignal.timeout(END_MS) });
    this.#child.send(question);
    const [held]: unknown[] = await answer;
    return heldSchema.parse(held);
  }

  /** Asks its API. @throws Error with what it said where it refuses */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.stage.token}`,
        "content-type": "application/json",
      },
      body: body && JSON.stringify(body),
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
    return JSON.parse(said);
  }

  async states(): Promise<Map<string, string>> {
    const servers = z.array(stateSchema).parse(await this.ask("GET", "/servers"));
    return new Map(servers.map(({ name, status }) => [name, status.state]));
  }

  /** Runs a command of the real program against it. @throws Error with what it said */
  async command(...words: string[]): Promise<unknown> {
    const { dataDir, env } = this.stage;
    const args = [CLI, "--data-dir", dataDir, "--json", ...words];
    const { code, stdout, stderr } = await run(args, env);
    if (code !== 0) throw new Error(`“${words.join(" ")}” ended with ${code}: ${stderr}`);
    return stdout.trim() === "" ? null : JSON.parse(stdout);
  }

  /** @returns the exit code; null where a signal ended it */
  async end(): Promise<number | null> {
    if (this.isRunning) {
      const exited = once(this.#child, "exit", { signal: AbortSignal.timeout(END_MS) });
      this.#child.kill("SIGTERM");
      await exited.catch(() => this.#child.kill("SIGKILL"));
    }
    return this.#child.exitCode;
  }
}
