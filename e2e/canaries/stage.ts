import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../conformance/closing.ts";
import { findIn, holdsAccessToken } from "./finder.ts";
import { Samples } from "./samples.ts";

/** Bytes that somebody could read. */
export interface Output {
  where: string;
  bytes: Buffer;
  /** Ids of samples that belong there. */
  mayHold: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** One run: its folders, its samples, and everything that was said in it. */
export class Stage {
  readonly root = mkdtempSync(join(tmpdir(), "canaries-"));
  readonly dataDir = join(this.root, "data");
  /** What a person keeps in files of their own, and may: not looked at. */
  readonly inputs = join(this.root, "inputs");
  readonly #searched = ["data", "home", "temp", "work"].map((name) => join(this.root, name));
  readonly samples = new Samples();
  /** A value that is no secret, and has to be seen wherever it is looked for. */
  readonly control = this.samples.word();
  /** Ids of the samples that each server is given, by the server's name. */
  readonly given = new Map<string, Set<string>>();
  readonly outputs: Output[] = [];
  /** Digests of what is in files, by their paths. */
  readonly #read = new Map<string, string>();

  constructor() {
    for (const directory of [...this.#searched, this.inputs]) mkdirSync(directory);
    atEnd(async () => rmSync(this.root, { recursive: true, force: true, maxRetries: 5 }));
  }

  /** What every process of the run is started with. */
  get env(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      HOME: join(this.root, "home"),
      TMPDIR: join(this.root, "temp"),
      NO_COLOR: "1",
    };
  }

  /** The folder that every process of the run works in. */
  get work(): string {
    return join(this.root, "work");
  }

  /** A file of the person's own. */
  input(name: string, text: string): string {
    const path = join(this.inputs, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** Notes that a server is given these samples: its own process may have them. */
  give(server: string, ids: Iterable<string>): void {
    const known = this.given.get(server) ?? new Set();
    for (const id of ids) known.add(id);
    this.given.set(server, known);
  }

  /** Takes down what was said, for the search. */
  heard(where: string, what: unknown, mayHold: ReadonlySet<string> = NOTHING): void {
    const bytes = Buffer.isBuffer(what)
      ? what
      : Buffer.from(typeof what === "string" ? what : (JSON.stringify(what) ?? ""));
    this.outputs.push({ where, bytes, mayHold });
  }

  /** Takes down every file of the run that is another than when it was last looked at. */
  readFiles(moment: string): void {
    for (const directory of this.#searched) {
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        const digest = createHash("sha256").update(bytes).digest("hex");
        if (this.#read.get(path) === digest) continue;
        this.#read.set(path, digest);
        this.heard(`${path.slice(this.root.length + 1)}, ${moment}`, bytes);
      }
    }
  }

  /** What was found where it must not be, a sentence each. */
  faults(): string[] {
    const { exact } = this.samples;
    const found = new Set<string>();
    for (const { where, bytes, mayHold } of this.outputs) {
      for (const { id, form } of findIn(bytes, exact)) {
        if (mayHold.has(id) || id === this.control.id) continue;
        const shape = this.samples.get(id)?.shape ?? "of another run";
        found.add(`sample ${id} (${shape}, ${this.samples.plantOf(id)}) ${form} in ${where}`);
      }
      // The file that says how to reach the gateway holds the one token that may be written down.
      if (!where.startsWith("data/runtime.json") && holdsAccessToken(bytes)) {
        found.add(`an access token in ${where}`);
      }
    }
    return [...found].sort();
  }

  /** Where the value that is no secret was not seen, of the outputs that hold it. */
  blind(places: readonly RegExp[]): string[] {
    const seen = this.outputs.filter(({ bytes }) => bytes.includes(this.control.value));
    return places
      .filter((place) => !seen.some(({ where }) => place.test(where)))
      .map((place) => `a value that is no secret was not seen in ${String(place)}`);
  }

  /** Bytes that were searched. */
  get size(): number {
    return this.outputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
}
