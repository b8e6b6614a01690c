import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { clearUp, tooBig } from "@local-mcp/backup";
import { GatewayError } from "@local-mcp/contract";
import { systemCode } from "@local-mcp/engine";
import { reasonOf } from "../private-file.ts";
import { roomIn } from "./room.ts";

/** A file that was given is forgotten after so long, ms. */
const KEEP_MS = 60 * 60_000;
/** A person's name for a file is shown, and never used as one; characters. */
const MAX_LABEL = 100;

/** A file that was given to be looked at or restored. */
export interface Upload {
  path: string;
  /** As the person calls it. */
  name: string;
}

export interface UploadsOptions {
  /** Of the stage of restores, which is emptied at each start; absolute. */
  staging: string;
  keepMs?: number;
}

/**
 * Files that were given over the API, until they are restored or forgotten. Each has an id that
 * nobody can guess, and a private file that the id alone names.
 */
export class Uploads {
  readonly #directory: string;
  readonly #keepMs: number;
  readonly #uploads = new Map<string, Upload & { timer: NodeJS.Timeout }>();
  /** What is being received: its file is not to be there after `close`. */
  readonly #receiving = new Set<AbortController>();
  #closed = false;

  constructor({ staging, keepMs = KEEP_MS }: UploadsOptions) {
    this.#directory = join(staging, "uploads");
    this.#keepMs = keepMs;
  }

  find(id: string): Upload | null {
    return this.#uploads.get(id) ?? null;
  }

  /**
   * Takes a file as it comes, bounded by the room on the disk and not by memory.
   *
   * @param size bytes, where it was said before
   * @throws GatewayError backup_too_big, disk_full, backup_unreadable where it ended early,
   * shutting_down
   */
  async receive(label: string, stream: Readable, size: number | null): Promise<string> {
    if (this.#closed) throw new GatewayError("shutting_down");
    const name = shownName(label);
    const id = `upload-${randomUUID()}`;
    const path = join(this.#directory, id);
    const abort = new AbortController();
    this.#receiving.add(abort);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const free = await roomIn(this.#directory);
      if (size !== null && size > free) throw tooBig(name, size, free);
      const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
      await pipeline(stream, atMost(free, name), file, { signal: abort.signal });
      if (size !== null && file.bytesWritten !== size) throw cutOff(name);
    } catch (error) {
      await clearUp(path);
      throw this.#known(error, name);
    } finally {
      this.#receiving.delete(abort);
    }
    const timer = setTimeout(() => void this.#forget(id), this.#keepMs);
    timer.unref();
    this.#uploads.set(id, { path, name, timer });
    return id;
  }

  /** Ends what is being received, and removes every file. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const abort of this.#receiving) abort.abort();
    await Promise.all([...this.#uploads.keys()].map((id) => this.#forget(id)));
  }

  async #forget(id: string): Promise<void> {
    const upload = this.#uploads.get(id);
    if (upload === undefined) return;
    clearTimeout(upload.timer);
    this.#uploads.delete(id);
    await clearUp(upload.path);
  }

  #known(error: unknown, name: string): unknown {
    if (error instanceof GatewayError) return error;
    if (this.#closed) return new GatewayError("shutting_down");
    const code = systemCode(error);
    if (FULL.includes(code)) {
      const reason = reasonOf(error);
      return new GatewayError("disk_full", { path: this.#directory, reason }, { cause: error });
    }
    return ENDED_EARLY.includes(code) ? cutOff(name, error) : error;
  }
}

const FULL: readonly string[] = ["ENOSPC", "EDQUOT"];
const ENDED_EARLY: readonly string[] = ["ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"];

const cutOff = (name: string, cause?: unknown): GatewayError =>
  new GatewayError("backup_unreadable", { name, reason: "it was cut off on its way" }, { cause });

/** Passes on what fits, and fails at the first byte that does not. */
function atMost(bytes: number, name: string): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      if (passed > bytes) done(tooBig(name, passed, bytes));
      else done(null, chunk);
    },
  });
}

/** The last part of whatever was sent, without what could pass for something else on a screen. */
function shownName(label: string): string {
  const last = label.split(/[\\/]/).at(-1) ?? "";
  const shown = last.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "").slice(0, MAX_LABEL);
  return shown.trim() === "" ? "the file" : shown;
}
