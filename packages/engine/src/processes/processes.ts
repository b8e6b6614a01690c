import type { ChildProcess } from "node:child_process";
import type { Log } from "../definitions.ts";
import { signalUntilGone } from "./ending.ts";
import { familyOf, identityOf, type ProcessEntry } from "./family.ts";
import { Markers, runOf } from "./marker.ts";
import { processSystem, type ProcessSystem } from "./process-system.ts";
import { type Ended, ServerProcesses, type StopTimes } from "./server-processes.ts";
import { type ServerUsage, UsageMeter } from "./usage.ts";
import { Watcher } from "./watcher.ts";

/** How long what an earlier run left may take to end by itself once it is asked, ms. */
const LEFTOVERS_AFTER_TERM_MS = 1500;
const LEFTOVERS_AFTER_KILL_MS = 1500;

/** What ended with the gateway. */
export interface EndedProcesses {
  /** So many servers had processes. */
  servers: number;
  processes: number;
  /** Names of servers that had to be killed, since they did not end when they were asked to. */
  forced: string[];
  /** Names of servers of which something is left that could not be ended. */
  left: string[];
}

/** A process that was just started for a server. */
export interface StartedProcess {
  server: { id: string; name: string };
  pid: number;
}

export interface ProcessesOptions {
  /** Stands for the data directory, in hexadecimal; see {@link Markers}. */
  owner: string;
  /** Told of each one at once, before it was heard of. Must not throw. */
  onStarted?: (started: StartedProcess) => void;
  log: Log;
  system?: ProcessSystem;
  times?: StopTimes;
}

/**
 * Every process that the gateway starts for a server: known by a marker, ended as a whole, and never
 * left behind, neither by a stop nor by a gateway that was killed.
 */
export class Processes {
  readonly #options: ProcessesOptions;
  readonly #system: ProcessSystem;
  readonly #markers: Markers;
  readonly #watcher: Watcher;
  readonly #meter = new UsageMeter();
  readonly #live = new Map<ServerProcesses, { id: string; name: string }>();
  /** What has ended since it is counted. */
  #counted: { server: string; ended: Ended }[] | null = null;
  #leftovers: Promise<void> | null = null;
  /** Whether the last reading failed, which is told of once. */
  #isBlind = false;

  constructor(options: ProcessesOptions) {
    const { owner, log, system = processSystem() } = options;
    this.#options = options;
    this.#system = { ...system, read: () => this.#read(system) };
    this.#markers = new Markers(owner);
    this.#watcher = new Watcher(this.#markers.ofThisRun, (reason) => {
      log.warn("the watcher is gone, another follows", { reason });
    });
  }

  /** Has the next process watched before it is there. @returns the marker for its environment */
  prepare(): string {
    this.#watcher.start();
    return this.#markers.next();
  }

  /** Takes care of a process that was started with the marker, until it and its like have ended. */
  adopt(
    child: ChildProcess,
    server: { id: string; name: string },
    marker: string,
  ): ServerProcesses {
    const { times, log } = this.#options;
    const processes: ServerProcesses = new ServerProcesses(child, {
      marker,
      system: this.#system,
      times,
      onEnded: (ended) => {
        this.#counted?.push({ server: server.name, ended });
        if (ended.left === 0) this.#live.delete(processes);
        else log.error("processes could not be ended", { server: server.name, ...ended });
      },
    });
    this.#live.set(processes, server);
    this.#watcher.watch(child);
    if (child.pid !== undefined) this.#options.onStarted?.({ server, pid: child.pid });
    return processes;
  }

  /** What the processes of each server take now, by the server's id; none for those without. */
  async usage(): Promise<Map<string, ServerUsage>> {
    const entries = await this.#system.read();
    const servers = new Map<string, ProcessEntry[]>();
    for (const [processes, { id }] of this.#live) {
      servers.set(id, [...(servers.get(id) ?? []), ...processes.membersOf(entries)]);
    }
    return this.#meter.read(servers, performance.now());
  }

  /**
   * Ends what an earlier run over the same data directory has left, since it was killed. Nothing is
   * started before: two processes of one server could be in each other's way. Looks once only.
   */
  endLeftovers(): Promise<void> {
    const { log } = this.#options;
    this.#leftovers ??= this.#endLeftovers().catch((error: unknown) => {
      log.error("processes of an earlier run could not be looked for", { error: String(error) });
    });
    return this.#leftovers;
  }

  /** Begins to count what ends. The result tells what has, up to the moment it is called. */
  countEnded(): () => EndedProcesses {
    this.#counted = [];
    return () => summaryOf(this.#counted ?? []);
  }

  /** Lets the watcher go where nothing is left; otherwise it tries once more when we are gone. */
  close(): void {
    if (this.#live.size === 0) this.#watcher.close();
  }

  async #read(system: ProcessSystem): Promise<ProcessEntry[]> {
    try {
      const entries = await system.read();
      this.#isBlind = false;
      return entries;
    } catch (error) {
      if (!this.#isBlind) {
        this.#options.log.warn("the processes that run cannot be read", { error: String(error) });
      }
      this.#isBlind = true;
      throw error;
    }
  }

  async #endLeftovers(): Promise<void> {
    const isLeftover = (marker: string): boolean => this.#markers.isLeftover(marker);
    const first = await this.#system.read();
    const markers = first.flatMap(({ marker }) =>
      marker !== null && isLeftover(marker) ? marker : [],
    );
    if (markers.length === 0) return;
    // Of no run that begins from now on: it may, once we are closed.
    const runs = new Set(markers.map(runOf));
    const found = new Set<string>();
    let known: ProcessEntry[] = [];
    const look = async (): Promise<ProcessEntry[]> => {
      known = familyOf(await this.#system.read(), {
        isMarked: (marker) => runs.has(runOf(marker)),
        leader: null,
        group: null,
        known,
        formerParents: [],
      });
      for (const member of known) found.add(identityOf(member));
      return known;
    };
    const send: ProcessSystem["signal"] = (processes, signal) =>
      this.#system.signal(processes, signal);
    let left = await signalUntilGone("SIGTERM", LEFTOVERS_AFTER_TERM_MS, look, send);
    if (left.length > 0) {
      left = await signalUntilGone("SIGKILL", LEFTOVERS_AFTER_KILL_MS, look, send);
    }
    this.#options.log.warn("ended what an earlier run had left", {
      processes: found.size,
      left: left.length,
    });
  }
}

function summaryOf(all: readonly { server: string; ended: Ended }[]): EndedProcesses {
  const counted = all.filter(({ ended }) => ended.processes > 0);
  const namesOf = (isMeant: (ended: Ended) => boolean): string[] => [
    ...new Set(counted.filter(({ ended }) => isMeant(ended)).map(({ server }) => server)),
  ];
  return {
    servers: namesOf(() => true).length,
    processes: counted.reduce((sum, { ended }) => sum + ended.processes, 0),
    forced: namesOf(({ forced }) => forced),
    left: namesOf(({ left }) => left > 0),
  };
}
