import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import spawn from "cross-spawn";
import type { Launch } from "../definitions.ts";
import { type RequestId, requestIdOf, type RpcMessage } from "../jsonrpc.ts";
import { counted, formatBytes } from "../text.ts";
import { cancelled } from "./cancelled.ts";
import { systemCode, UpstreamFailure } from "./failure.ts";
import { LineReader } from "./framing.ts";
import { OutputRing } from "./output-ring.ts";
import { ProcessGroup } from "./process-group.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** What a server that does not read its input may have waiting, bytes. */
const MAX_UNREAD_INPUT = 64 * 1024 * 1024;
/** How long an ended process's last output may still arrive, ms. */
const LAST_OUTPUT_MS = 50;
const SHOWN_OUTPUT_LINES = 20;

type StdioLaunch = Extract<Launch, { transport: "stdio" }>;

/**
 * MCP over the standard streams of a process we start (MCP 2025-11-25, transports, stdio). The
 * command is run without a shell.
 */
export class StdioTransport implements Transport {
  readonly #name: string;
  readonly #launch: StdioLaunch;
  readonly #maxMessageBytes: number;
  readonly #ring = new OutputRing();
  #child: ChildProcess | null = null;
  #group: ProcessGroup | null = null;
  #events: TransportEvents | null = null;
  #closed = false;
  #lastGarbage: string | null = null;

  constructor(options: { name: string; launch: StdioLaunch; maxMessageBytes: number }) {
    this.#name = options.name;
    this.#launch = options.launch;
    this.#maxMessageBytes = options.maxMessageBytes;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async open(events: TransportEvents): Promise<void> {
    this.#events = events;
    const { command, args, cwd, env } = this.#launch;
    if (cwd !== null && !existsSync(cwd)) {
      throw new UpstreamFailure("command_not_found", `The folder ${cwd} does not exist.`, {
        retry: "never",
      });
    }
    const child = spawn(command, args, {
      cwd: cwd ?? undefined,
      env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    this.#child = child;
    this.#group = new ProcessGroup(child);

    const reader = new LineReader(this.#maxMessageBytes, {
      onLine: (line) => this.#onLine(line),
      onOversized: (bytes, id) => {
        events.onRequestFailed(
          id ?? null,
          new GatewayError("message_too_big", {
            server: this.#name,
            size: formatBytes(bytes),
            limit: formatBytes(this.#maxMessageBytes),
          }),
        );
      },
    });
    child.stdout?.on("data", (chunk: Buffer) => reader.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => this.#ring.push(chunk));
    // A pipe breaks when the process ends; the exit says why, so the pipe's own error adds nothing.
    child.stdin?.on("error", () => {});
    child.stdout?.on("error", () => {});
    child.stderr?.on("error", () => {});

    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(this.#spawnFailure(error)));
    });
    child.on("error", (error) => this.#ring.line(systemCode(error) || error.message));
    child.once("exit", (code, signal) => {
      // The pipes may outlive the process in a grandchild's hands, so "close" is not waited for long.
      const end = (): void => this.#onExit(code, signal);
      const timer = setTimeout(end, LAST_OUTPUT_MS);
      child.once("close", () => {
        clearTimeout(timer);
        end();
      });
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

  cancel(id: RequestId, reason: string, isOpening: boolean): void {
    if (!isOpening) this.send(cancelled(id, reason));
  }

  output(): string[] {
    return this.#ring.lines();
  }

  async close(): Promise<void> {
    this.#end(new UpstreamFailure("exited", `${this.#name} was stopped.`, { retry: "never" }));
    await this.#group?.stop();
  }

  #onLine(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#lastGarbage = line.slice(0, 200);
      this.#ring.line(`stdout: ${line}`);
      return;
    }
    this.#events?.onMessage(value, undefined);
  }

  /** A line on stdout that was not MCP, for the person who wonders why nothing answers. */
  get garbage(): string | null {
    return this.#lastGarbage;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    this.#end(
      new UpstreamFailure("exited", `${this.#name} stopped: ${how}.`, {
        retry: "later",
        detail: this.#ring.lines().slice(-SHOWN_OUTPUT_LINES).join("\n") || null,
      }),
    );
    void this.#group?.sweep();
  }

  #end(failure: UpstreamFailure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events?.onClosed(failure);
  }

  #spawnFailure(error: Error): UpstreamFailure {
    const { command } = this.#launch;
    const code = systemCode(error);
    const folders = (this.#launch.env.PATH ?? "").split(delimiter).filter((one) => one !== "");
    const message =
      code === "ENOENT"
        ? `“${command}” was not found. Looked in ${counted(folders.length, "folder")} of ${this.#launch.pathName}.`
        : `“${command}” cannot be started: ${code || error.message}.`;
    return new UpstreamFailure("command_not_found", message, {
      retry: "never",
      detail: code === "ENOENT" ? folders.join("\n") : null,
    });
  }
}
