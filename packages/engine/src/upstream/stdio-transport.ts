import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import spawn from "cross-spawn";
import type { Launch } from "../definitions.ts";
import { type RequestId, requestIdOf, type RpcMessage, type RpcNotification } from "../jsonrpc.ts";
import { MARKER } from "../processes/marker.ts";
import type { Processes } from "../processes/processes.ts";
import type { ServerProcesses } from "../processes/server-processes.ts";
import { counted } from "../text.ts";
import { atMost } from "../time.ts";
import { cancelled } from "./cancelled.ts";
import { systemCode, UpstreamFailure } from "./failure.ts";
import { StdioOutput } from "./stdio-output.ts";
import type { Garbage, Transport, TransportEvents } from "./transport.ts";

/** What a server that does not read its input may have waiting, bytes. */
const MAX_UNREAD_INPUT = 64 * 1024 * 1024;
/** How long an ended process's last output may still arrive, ms. */
const LAST_OUTPUT_MS = 50;
const LONGEST_LAST_WORDS_MS = 1000;
const SHOWN_OUTPUT_LINES = 20;
/** How long a process may take to end after the end of its output, ms. */
const EXIT_AFTER_OUTPUT_MS = 2000;
/** What this computer has too little of at the moment: processes, files, memory. */
const PASSING: readonly string[] = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

type StdioLaunch = Extract<Launch, { transport: "stdio" }>;

export interface StdioTransportOptions {
  server: { id: string; name: string };
  launch: StdioLaunch;
  maxMessageBytes: number;
  processes: Processes;
}

/**
 * MCP over the standard streams of a process we start (MCP 2025-11-25, transports, stdio). The
 * command is run without a shell.
 */
export class StdioTransport implements Transport {
  readonly #server: { id: string; name: string };
  readonly #name: string;
  readonly #processes: Processes;
  readonly #launch: StdioLaunch;
  readonly #output: StdioOutput;
  #child: ChildProcess | null = null;
  /** The child and all that it starts. */
  #family: ServerProcesses | null = null;
  #events: TransportEvents | null = null;
  #closed = false;
  #mute: NodeJS.Timeout | undefined;

  constructor(options: StdioTransportOptions) {
    this.#server = options.server;
    this.#name = options.server.name;
    this.#processes = options.processes;
    this.#launch = options.launch;
    this.#output = new StdioOutput(options.server.name, options.maxMessageBytes);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async open(events: TransportEvents): Promise<void> {
    this.#events = events;
    const { cwd } = this.#launch;
    if (cwd !== null && !existsSync(cwd)) {
      throw new UpstreamFailure("command_not_found", `The folder ${cwd} does not exist.`, {
        retry: "never",
      });
    }
    await this.#processes.endLeftovers();
    if (this.#closed) return;
    const child = this.#spawn();
    this.#child = child;

    this.#output.read(child, events);
    // A pipe breaks when the process ends; the exit says why, so the pipe's own error adds nothing.
    child.stdin?.on("error", () => {});

    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(this.#spawnFailure(error)));
    });
    child.on("error", (error) => this.#output.note(systemCode(error) || error.message));
    child.once("exit", (code, signal) => {
      void this.#lastWords(child).then(() => this.#onExit(code, signal));
    });
    child.stdout?.once("end", () => {
      if (this.#closed) return;
      this.#mute = setTimeout(() => this.#onMute(), EXIT_AFTER_OUTPUT_MS);
    });
  }

  send(message: RpcMessage): void {
    const stdin = this.#child?.stdin;
    if (!stdin || this.#closed || !stdin.writable) return;
    if (stdin.writableLength > MAX_UNREAD_INPUT) {
      const id = requestIdOf(message);
      if (id === null) return;
      this.#events?.onRequestFailed(
        id,
        new GatewayError("server_unavailable", {
          server: this.#name,
          reason: "it does not read its input",
          action: "Restart it.",
        }),
      );
      return;
    }
    stdin.write(`${JSON.stringify(message)}\n`);
  }

  handshakeDone(): void {}

  cancel(id: RequestId, reason: string, isOpening: boolean): RpcNotification | null {
    if (isOpening) return null;
    const told = cancelled(id, reason);
    this.send(told);
    return told;
  }

  output(): string[] {
    return this.#output.lines();
  }

  garbage(): Garbage {
    return this.#output.garbage();
  }

  async close(): Promise<void> {
    this.#end(new UpstreamFailure("exited", `${this.#name} was stopped.`, { retry: "never" }));
    await this.#family?.stop();
  }

  /**
   * Resolves when all that the process wrote has been read. Its pipes may outlive it in another's
   * hands, so quiet counts as their end, and so does a while of no quiet.
   */
  async #lastWords(child: ChildProcess): Promise<void> {
    this.#output.hurry();
    let isClosed = false;
    const closed = new Promise<void>((resolve) => {
      child.once("close", () => {
        isClosed = true;
        resolve();
      });
    });
    for (let waited = 0; waited < LONGEST_LAST_WORDS_MS; waited += LAST_OUTPUT_MS) {
      const { bytesRead } = this.#output;
      await atMost(LAST_OUTPUT_MS, closed);
      // What can be read is read before this turn of the loop is over, however late it is.
      if (!isClosed) await nextTurn();
      if (isClosed || this.#output.bytesRead === bytesRead) return;
    }
  }

  #spawn(): ChildProcess {
    const { command, args, cwd, env } = this.#launch;
    const marker = this.#processes.prepare();
    try {
      const child = spawn(command, args, {
        cwd: cwd ?? undefined,
        // Last, so that nothing configured takes its place.
        env: { ...env, [MARKER]: marker },
        stdio: ["pipe", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      this.#family = this.#processes.adopt(child, this.#server, marker);
      return child;
    } catch (error) {
      // Node tells of some failures at once, such as too long an environment.
      throw this.#spawnFailure(error);
    }
  }

  /** It runs, and nothing that it could answer would ever be heard. */
  #onMute(): void {
    this.#end(
      new UpstreamFailure("exited", `${this.#name} closed its output.`, {
        retry: "later",
        detail: this.#shownOutput(),
      }),
    );
    void this.#family?.stop();
  }

  #shownOutput(): string | null {
    return this.#output.lines().slice(-SHOWN_OUTPUT_LINES).join("\n") || null;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    this.#end(
      new UpstreamFailure("exited", `${this.#name} stopped: ${how}.`, {
        retry: "later",
        detail: this.#shownOutput(),
      }),
    );
    this.#output.stop();
    // What it left behind ends as well.
    void this.#family?.stop();
  }

  #end(failure: UpstreamFailure): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#mute);
    this.#events?.onClosed(failure);
  }

  #spawnFailure(error: unknown): UpstreamFailure {
    const { command } = this.#launch;
    const code = systemCode(error);
    if (PASSING.includes(code)) {
      const message = `“${command}” cannot be started now: ${code}.`;
      return new UpstreamFailure("exited", message, { retry: "later", cause: error });
    }
    const folders = (this.#launch.env.PATH ?? "").split(delimiter).filter((one) => one !== "");
    const message =
      code === "ENOENT"
        ? `“${command}” was not found. Looked in ${counted(folders.length, "folder")} of ${this.#launch.pathName}.`
        : `“${command}” cannot be started: ${code || String(error)}.`;
    return new UpstreamFailure("command_not_found", message, {
      retry: "never",
      detail: code === "ENOENT" ? folders.join("\n") : null,
    });
  }
}
