import { type BigIntStats, type FSWatcher, statSync, watch } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** What an editor does in several steps is told of once, ms. */
const SETTLE_MS = 100;
/** How often is looked where nothing can be watched, ms. */
const POLL_MS = 2000;

export interface FileWatchesOptions {
  /** A file is another now, or there is none any more, or one for the first time. */
  onChanged: (key: string) => void;
  settleMs?: number;
  pollMs?: number;
}

interface Watched {
  readonly path: string;
  /** What tells one content of it from another. */
  seen: string;
}

/**
 * Notices changes of files by their folders, since an editor that saves puts another file into the
 * place of the one there was. A folder that is not there, or cannot be watched, is looked at again
 * and again.
 */
export class FileWatches {
  readonly #options: FileWatchesOptions;
  readonly #settleMs: number;
  readonly #pollMs: number;
  readonly #files = new Map<string, Watched>();
  /** By path. */
  readonly #folders = new Map<string, FSWatcher>();
  #settling: NodeJS.Timeout | undefined;
  #polling: NodeJS.Timeout | undefined;
  /** One look after another, so that each compares with the one before. */
  #looking: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: FileWatchesOptions) {
    this.#options = options;
    this.#settleMs = options.settleMs ?? SETTLE_MS;
    this.#pollMs = options.pollMs ?? POLL_MS;
  }

  /** Watches these files, by any key, and no others. A key that has another file now has changed. */
  follow(files: ReadonlyMap<string, string>): void {
    if (this.#closed) return;
    for (const [key, { path }] of this.#files) {
      if (files.get(key) === path) continue;
      this.#files.delete(key);
      if (files.has(key)) this.#options.onChanged(key);
    }
    let hasNew = false;
    for (const [key, path] of files) {
      if (this.#files.has(key)) continue;
      // At once: whoever asked may count on what is changed from here on.
      this.#files.set(key, { path, seen: signatureNow(path) });
      hasNew = true;
    }
    if (this.#files.size === 0) this.#stop();
    else if (hasNew) this.#look();
  }

  close(): void {
    this.#closed = true;
    this.#files.clear();
    this.#stop();
  }

  /** Resolves when all that was asked for is watched. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  #stop(): void {
    clearTimeout(this.#settling);
    clearTimeout(this.#polling);
    this.#settling = undefined;
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #look(): void {
    this.#looking = this.#looking.then(() => this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    const isWhole = await this.#watchFolders();
    const changed: string[] = [];
    for (const [key, file] of this.#files) {
      const seen = await signatureOf(file.path);
      if (file.seen !== seen) changed.push(key);
      file.seen = seen;
    }
    if (this.#closed) return;
    clearTimeout(this.#polling);
    if (!isWhole && this.#files.size > 0) {
      this.#polling = setTimeout(() => this.#look(), this.#pollMs);
      this.#polling.unref();
    }
    for (const key of changed) if (this.#files.has(key)) this.#options.onChanged(key);
  }

  /** @returns whether every folder that matters is watched */
  async #watchFolders(): Promise<boolean> {
    const wanted = new Set<string>();
    let isWhole = true;
    for (const { path } of this.#files.values()) {
      wanted.add(dirname(path));
      const real = await realpath(path).catch(() => null);
      if (real !== null) wanted.add(dirname(real));
    }
    if (this.#closed) return true;
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#watch(folder)) isWhole = false;
    return isWhole;
  }

  #watch(folder: string): boolean {
    if (this.#folders.has(folder)) return true;
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        // A folder that goes is told under its own name, and its watcher hears nothing after that.
        if (event === "rename" && (name === null || folder.endsWith(name)))
          this.#drop(folder, watcher);
        this.#soon();
      });
      watcher.on("error", () => {
        this.#drop(folder, watcher);
        this.#soon();
      });
      this.#folders.set(folder, watcher);
      return true;
    } catch {
      return false;
    }
  }

  #drop(folder: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.#folders.get(folder) === watcher) this.#folders.delete(folder);
  }

  #soon(): void {
    if (this.#closed) return;
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#look();
    }, this.#settleMs);
  }
}

const NONE = "none";

const signature = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(" ");

async function signatureOf(path: string): Promise<string> {
  try {
    return signature(await stat(path, { bigint: true }));
  } catch {
    return NONE;
  }
}

function signatureNow(path: string): string {
  try {
    return signature(statSync(path, { bigint: true }));
  } catch {
    return NONE;
  }
}
