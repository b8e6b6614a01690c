import { constants } from "node:fs";
import {
  access,
  chmod,
  copyFile,
  link,
  lstat,
  open,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { syncDirectory } from "@local-mcp/database";

/** Ten thousand sessions with very long tokens; a text of more is nothing that a program can hold. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Systems and disks that know no second name for a file. */
const NO_LINK = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

const USE_ANOTHER = "Name a file of its own for sessions, or set the rights to that one.";

/** What the system says of a file, for people. */
const REASONS: Record<string, string> = {
  EACCES: "permission is denied.",
  EPERM: "permission is denied.",
  EROFS: "the disk is read-only.",
  EISDIR: "it is a directory.",
  ENOTDIR: "a part of its path is a file.",
  ELOOP: "its path is a circle of links.",
  ENAMETOOLONG: "its name is too long.",
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/**
 * A file that is replaced as a whole and never written in place: whoever reads it finds it as it
 * was or as it is, also after the power went. What it was before stays beside it as `….bak`.
 */
export class GenerationsFile {
  readonly path: string;
  readonly previous: string;
  readonly #temporary: string;

  constructor(path: string) {
    this.path = path;
    this.previous = `${path}.bak`;
    this.#temporary = `${path}.tmp`;
  }

  /** Other for each generation; empty where there is no file. */
  async mark(): Promise<string> {
    return this.#using(async () => {
      const there = await stat(this.path, { bigint: true }).catch(absent);
      return there ? `${there.ino} ${there.mtimeNs} ${there.ctimeNs} ${there.size}` : "";
    });
  }

  /**
   * Its bytes, or null where there is no file. Makes it its owner's only.
   * @throws GatewayError session_store_unreachable
   */
  async read(): Promise<Buffer | null> {
    return this.#using(async () => {
      const there = await lstat(this.path).catch(absent);
      if (!there) return null;
      if (there.isSymbolicLink()) {
        // It would be replaced by a file, and what it leads to would stay as it is.
        throw this.#refused("it is a link.", "Give the path that it leads to.");
      }
      if (!there.isFile()) {
        throw this.#refused(
          there.isDirectory() ? "it is a directory." : "it is no file.",
          "Give the path of a file, such as sessions.json in it.",
        );
      }
      if (there.size > MAX_BYTES) {
        const size = Math.round(there.size / 1024 / 1024);
        throw this.#refused(
          `it has ${size} MB, which no ten thousand sessions have.`,
          "Use another store: sqlite, redis or postgres.",
        );
      }
      await access(this.path, constants.W_OK);
      if (there.mode & 0o077 && there.uid === process.getuid?.()) await chmod(this.path, 0o600);
      return readFile(this.path);
    });
  }

  /** The bytes of the last generation, or null. */
  async readPrevious(): Promise<Buffer | null> {
    return this.#using(async () => (await readFile(this.previous).catch(absent)) ?? null);
  }

  /**
   * Replaces it; when this resolves, the new bytes survive a power cut.
   *
   * @param keepsPrevious false forgets what it was, which may hold what is to be in no file
   * @throws GatewayError disk_full, session_store_unreachable; then it is as it was
   */
  async write(text: string, { keepsPrevious }: { keepsPrevious: boolean }): Promise<void> {
    await this.#using(async () => {
      const isThere = await access(this.path, constants.W_OK).then(() => true, absent);
      // Whoever was killed while writing left it; it is ours, as the lock is.
      await rm(this.#temporary, { force: true });
      try {
        const file = await open(this.#temporary, "wx", 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        if (!keepsPrevious) await rm(this.previous, { force: true });
        else if (isThere) await this.#keep();
        await rename(this.#temporary, this.path);
      } catch (error) {
        await rm(this.#temporary, { force: true });
        throw error;
      }
      await syncDirectory(dirname(this.path));
    });
  }

  /** Moves it out of the way. Says where it is then. */
  async quarantine(now: number): Promise<string> {
    const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const aside = `${this.path}.damaged-${time}`;
    await this.#using(() => rename(this.path, aside));
    return aside;
  }

  /** Gives what it is now a second name, so that there is a whole file at every moment. */
  async #keep(): Promise<void> {
    const kept = `${this.previous}.tmp`;
    await rm(kept, { force: true });
    try {
      await link(this.path, kept);
    } catch (error) {
      if (!NO_LINK.includes(codeOf(error))) throw error;
      await copyFile(this.path, kept);
    }
    await rename(kept, this.previous);
  }

  #refused(reason: string, action: string): GatewayError {
    return new GatewayError("session_store_unreachable", { store: this.path, reason, action });
  }

  async #using<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
        const reason = error instanceof Error ? error.message : code;
        throw new GatewayError("disk_full", { path: this.path, reason }, { cause: error });
      }
      if (error instanceof GatewayError || code === "") throw error;
      throw this.#refused(REASONS[code] ?? `the system says ${code}.`, USE_ANOTHER);
    }
  }
}

/** For what may not be there. */
const absent = (error: unknown): undefined => {
  if (codeOf(error) !== "ENOENT") throw error;
  return undefined;
};
