import { GatewayError } from "@local-mcp/contract";
import { holdsSecret } from "../sign-in-record.ts";
import { parse } from "../text.ts";
import { GenerationsFile } from "./generations.ts";
import { type Entry, type ReadOptions, readRecord } from "./record.ts";

export interface FileOptions extends ReadOptions {
  /** Told what was wrong where the store goes on nevertheless. */
  warn: (problem: GatewayError) => void;
}

/** Sessions by their ids. */
export type Entries = Map<string, Entry>;

/** What is wrong with a text that should be sessions. */
interface Fault {
  reason: string;
  /** It was cut off or overwritten, as no program or person writes it. */
  isTorn: boolean;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The array of sessions in a JSON file. To be used under its lock. */
export class SessionsFile {
  readonly #file: GenerationsFile;
  readonly #options: FileOptions;
  /** What is on the disk holds secrets in clear. */
  #isClear = false;

  constructor(path: string, options: FileOptions) {
    this.#file = new GenerationsFile(path);
    this.#options = options;
  }

  get path(): string {
    return this.#file.path;
  }

  /** Other for each state of the file. */
  async mark(): Promise<string> {
    return this.#file.mark();
  }

  /**
   * All there is. A file that was torn is moved aside, and the last generation takes its place; what
   * is whole and no array of sessions may be somebody else's, and is not touched.
   *
   * @throws GatewayError session_store_damaged, session_store_unreachable
   */
  async read(): Promise<Entries> {
    const bytes = await this.#file.read();
    if (bytes === null) return new Map();
    const previous = bytes.length === 0 ? await this.#file.readPrevious() : null;
    // As “touch” makes it, where somebody only tried whether it can be written.
    if (bytes.length === 0 && previous === null) return new Map();
    const read = this.#entriesOf(bytes);
    if (!("reason" in read)) return read;
    if (!read.isTorn) {
      throw this.#damaged(read.reason, "Correct it, or give the path of another file.");
    }
    return this.#recover(read.reason);
  }

  /** Replaces all there is. @throws GatewayError disk_full, session_store_unreachable */
  async write(entries: Entries): Promise<void> {
    const texts = [...entries.values()].map(textOf);
    const text = texts.length === 0 ? "[]\n" : `[\n${texts.join(",\n")}\n]\n`;
    await this.#file.write(text, { keepsPrevious: !this.#isClear });
    this.#isClear = [...entries.values()].some(({ isClear }) => isClear);
  }

  async #recover(reason: string): Promise<Entries> {
    const previous = await this.#file.readPrevious();
    const entries = previous === null ? null : this.#entriesOf(previous);
    const aside = await this.#file.quarantine(this.#options.now());
    if (entries === null || "reason" in entries) {
      throw this.#damaged(
        reason,
        `It is kept as ${aside}. Repair that and put it back, or start again with an empty store.`,
      );
    }
    await this.write(entries);
    this.#options.warn(
      this.#damaged(
        reason,
        `It is kept as ${aside}. What was before its last change, in ${this.#file.previous}, is used instead.`,
      ),
    );
    return entries;
  }

  #entriesOf(bytes: Buffer): Entries | Fault {
    const torn = (reason: string): Fault => ({ reason, isTorn: isOurs(bytes) });
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return torn("it is not text in UTF-8.");
    }
    const elements = parse(text);
    if (elements === undefined) return torn("it is not JSON, or not all of it.");
    const wrong = (reason: string): Fault => ({ reason, isTorn: false });
    if (!Array.isArray(elements)) return wrong("it is not an array of sessions.");
    const entries: Entries = new Map();
    this.#isClear = false;
    for (const [index, element] of elements.entries()) {
      const entry = readRecord(element, this.#options);
      if (entry === null) return wrong(`its record ${index + 1} is no session.`);
      if (entries.has(entry.row.sessionId)) {
        return wrong(`its record ${index + 1} has the id of one before it.`);
      }
      entries.set(entry.row.sessionId, entry);
      this.#isClear ||= holdsSecret(element, this.#options.sealer);
    }
    return entries;
  }

  #damaged(reason: string, action: string): GatewayError {
    return new GatewayError("session_store_damaged", { store: this.path, reason, action });
  }
}

/** A file of ours begins with a bracket, unless the power went before its bytes were there. */
const isOurs = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0) || /^\s*\[/.test(bytes.subarray(0, 100).toString("latin1"));

const texts = new WeakMap<Entry, string>();

/** Indented as it stands in the array. One entry is written with all the others again and again. */
const textOf = (entry: Entry): string => {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = JSON.stringify([entry.record], null, 2).slice(2, -2);
  texts.set(entry, text);
  return text;
};
