import { identityOf, type ProcessEntry } from "./family.ts";

/** What the processes of one server take. */
export interface ServerUsage {
  processes: number;
  /** Resident, of all of them together; what they share counts for each. */
  memoryBytes: number;
  /** 100 is one core, over the time since they were looked at before; null at the first look for a while. */
  cpuPercent: number | null;
  /** Of all of them that run, since they began. */
  cpuMs: number;
}

/** Looks this close together would make much of a clock that counts in hundredths, ms. */
const SHORTEST_SPAN_MS = 250;
/** An average over more than this says little of now, ms. */
const LONGEST_SPAN_MS = 60_000;

/** Turns looks at processes into what they take. */
export class UsageMeter {
  /** By identity. */
  #cpuMs = new Map<string, number>();
  #at: number | null = null;

  /** @param servers the processes of each server, as they are at `now`, ms of a steady clock */
  read(
    servers: ReadonlyMap<string, readonly ProcessEntry[]>,
    now: number,
  ): Map<string, ServerUsage> {
    const spanMs = this.#at === null ? null : now - this.#at;
    const isLongEnough = spanMs === null || spanMs >= SHORTEST_SPAN_MS;
    const isMeasured = spanMs !== null && isLongEnough && spanMs <= LONGEST_SPAN_MS;
    const usage = new Map<string, ServerUsage>();
    const cpuMs = new Map<string, number>();
    for (const [server, members] of servers) {
      if (members.length === 0) continue;
      let spentMs = 0;
      for (const member of members) {
        const identity = identityOf(member);
        // One that is new since then has spent all of its time since then.
        spentMs += member.cpuMs - (this.#cpuMs.get(identity) ?? 0);
        cpuMs.set(identity, member.cpuMs);
      }
      usage.set(server, {
        processes: members.length,
        memoryBytes: sum(members.map(({ memoryBytes }) => memoryBytes)),
        cpuPercent: isMeasured ? (spentMs / spanMs) * 100 : null,
        cpuMs: sum(members.map((member) => member.cpuMs)),
      });
    }
    if (isLongEnough) {
      this.#cpuMs = cpuMs;
      this.#at = now;
    }
    return usage;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
