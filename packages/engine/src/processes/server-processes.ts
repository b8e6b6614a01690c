import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { signalUntilGone } from "./ending.ts";
import { familyOf, type FormerParent, identityOf, type ProcessEntry } from "./family.ts";
import { isThere, ProcessGroup } from "./process-group.ts";
import type { ProcessSystem, Signal } from "./process-system.ts";

/** How long each step of an end may take, ms; together less than the five seconds of a quit. */
export interface StopTimes {
  afterEof: number;
  afterTerm: number;
  afterKill: number;
}
const STOP_TIMES: StopTimes = { afterEof: 1500, afterTerm: 1000, afterKill: 1000 };

const POLL_MS = 20;
/** Between two looks at everything that runs, which cost more than one at a group. */
const SCAN_MS = 100;

/** What became of the processes of one server. */
export interface Ended {
  /** So many were still there when they were to end. */
  processes: number;
  /** Whether asking did not help. */
  forced: boolean;
  /** So many could not be ended. */
  left: number;
}

export interface ServerProcessesOptions {
  marker: string;
  system: ProcessSystem;
  times?: StopTimes;
  /** Called once, when they have been ended. */
  onEnded: (ended: Ended) => void;
}

/**
 * A process of a server and all that it has started, also what has left its process group, lost its
 * parent, or both. They end together, whoever of them ended first.
 */
export class ServerProcesses {
  readonly #child: ChildProcess;
  readonly #group: ProcessGroup;
  readonly #marker: string;
  readonly #system: ProcessSystem;
  readonly #times: StopTimes;
  readonly #onEnded: (ended: Ended) => void;
  readonly #startedAt = Date.now();
  #exitedAt: number | null = null;
  /** As they were at the last look. */
  #known: ProcessEntry[] = [];
  #ending: Promise<Ended> | null = null;

  /** `child` was spawned with `detached`, except on Windows, and has the marker. */
  constructor(child: ChildProcess, options: ServerProcessesOptions) {
    const { marker, system, times = STOP_TIMES, onEnded } = options;
    this.#child = child;
    this.#group = new ProcessGroup(child);
    this.#marker = marker;
    this.#system = system;
    this.#times = times;
    this.#onEnded = onEnded;
    child.once("exit", () => {
      this.#exitedAt = Date.now();
    });
  }

  /** Which of the processes that run are its, remembered for when they can be told apart less well. */
  membersOf(entries: readonly ProcessEntry[]): ProcessEntry[] {
    const members = familyOf(entries, {
      isMarked: (marker) => marker === this.#marker,
      leader: this.#exitedAt === null ? (this.#child.pid ?? null) : null,
      group: this.#group.id,
      known: this.#known,
      formerParents: this.#formerParents(),
    });
    this.#known = members;
    return members;
  }

  /**
   * End of its input, then SIGTERM, then SIGKILL, each with its time (MCP 2025-11-25, lifecycle,
   * shutdown). What does not read that input is asked as soon as all that could read it is gone.
   */
  stop(): Promise<Ended> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<Ended> {
    const seen = new Set<string>();
    const look = async (): Promise<ProcessEntry[]> => {
      const members = await this.#look();
      for (const member of members) seen.add(identityOf(member));
      return members;
    };
    const send = async (members: readonly ProcessEntry[], signal: Signal): Promise<void> => {
      // All of a group at once, so that none of it sees another end and forks.
      if (process.platform !== "win32") this.#group.signal(signal);
      await this.#system.signal(members, signal);
    };
    const { afterEof, afterTerm, afterKill } = this.#times;
    await look();
    this.#child.stdin?.end();
    await this.#untilReadersGone(afterEof, look);
    let left = await signalUntilGone("SIGTERM", afterTerm, look, send);
    const isForced = left.length > 0;
    if (isForced) left = await signalUntilGone("SIGKILL", afterKill, look, send);
    // What could not be ended, or was only started by it, may hold the other ends open.
    for (const stream of this.#child.stdio) stream?.destroy();
    // What could not be ended is no reason for us to stay.
    this.#child.unref();
    const ended = { processes: seen.size, forced: isForced, left: left.length };
    this.#onEnded(ended);
    return ended;
  }

  /** Where the system cannot be asked those of the last look are still known, and the group. */
  async #look(): Promise<ProcessEntry[]> {
    try {
      return this.membersOf(await this.#system.read());
    } catch {
      const { pid } = this.#child;
      const others = this.#known.filter((member) => member.pid !== pid && isThere(member.pid));
      if (pid === undefined || this.#group.isGone) return others;
      const leader = this.#known.find((member) => member.pid === pid) ?? {
        pid,
        startedAt: this.#startedAt,
        parent: process.pid,
        group: pid,
        cpuMs: 0,
        memoryBytes: 0,
        marker: null,
      };
      return [leader, ...others];
    }
  }

  /** Members of the group may read the input that has ended; others never could. */
  async #untilReadersGone(ms: number, look: () => Promise<ProcessEntry[]>): Promise<void> {
    const end = Date.now() + ms;
    for (let sinceLook = 0; Date.now() < end && !this.#group.isGone; sinceLook += POLL_MS) {
      if (sinceLook >= SCAN_MS) {
        sinceLook = 0;
        // Some only wait for a parent that never asks for them, and keep their group from ending.
        const { pid } = this.#child;
        if ((await look()).every((member) => member.pid !== pid && member.group !== pid)) return;
      }
      await sleep(POLL_MS);
    }
  }

  /** Where there are no groups and no environments to be read: the first of them, once it is gone. */
  #formerParents(): FormerParent[] {
    const { pid } = this.#child;
    if (process.platform !== "win32" || pid === undefined || this.#exitedAt === null) return [];
    return [{ pid, startedAt: this.#startedAt, seenAt: this.#exitedAt }];
  }
}
