import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { z } from "zod";
import { percentile } from "../../bench/stats.ts";
import { below } from "../leaks/proc.ts";
import type { ProbeCalls } from "./clients.ts";
import type { SoakedGateway } from "./soaked-gateway.ts";

const MIB = 1024 * 1024;
const KIB_PER_MIB = 1024;

/** What the gateway's process has open, at one moment. */
export interface Counts {
  handles: number;
  sockets: number;
  children: number;
  threads: number;
  sessions: number;
  /** What the handles are of, by kind or file. */
  files: Record<string, number>;
  /** Timers, sockets and the like that keep it alive, by kind. */
  active: Record<string, number>;
}

/** The gateway at one moment of the traffic; memory in MB of 2^20 bytes, times in ms. */
export interface Sample extends Counts {
  /** By performance.now(), ms. */
  at: number;
  rss: number;
  pss: number;
  /** After the last full collection. */
  heap: number;
  external: number;
  loopP99: number;
  loopMax: number;
  /** Of the probe's calls since the last sample; null where it had none. */
  p50: number | null;
  p99: number | null;
}

const statusSchema = z.object({ sessions: z.number() });

/** Looks at the gateway's process from outside, and asks the probe in it. */
export class Sampler {
  readonly #gateway: SoakedGateway;
  readonly #calls: ProbeCalls;
  #seen = 0;
  #sessions = 0;

  constructor(gateway: SoakedGateway, calls: ProbeCalls) {
    this.#gateway = gateway;
    this.#calls = calls;
  }

  /** @param question as {@link SoakedGateway.held} takes it */
  async take(question: "look" | "collect" = "look"): Promise<Sample> {
    const { pid } = this.#gateway;
    const held = await this.#gateway.held(question);
    // While it is replaced by a restore it cannot say how many there are.
    const status = await this.#gateway.ask("GET", "/status").catch(() => null);
    if (status !== null) this.#sessions = statusSchema.parse(status).sessions;
    const times = this.#calls.times.slice(this.#seen).map(({ ms }) => ms);
    this.#seen += times.length;
    const links = handlesOf(pid);
    return {
      at: performance.now(),
      rss: kilobytes(`/proc/${pid}/status`, "VmRSS") / KIB_PER_MIB,
      pss: kilobytes(`/proc/${pid}/smaps_rollup`, "Pss") / KIB_PER_MIB,
      heap: held.heapFloor / MIB,
      external: held.external / MIB,
      loopP99: held.loopP99,
      loopMax: held.loopMax,
      handles: links.length,
      sockets: links.filter((link) => link.startsWith("socket:")).length,
      children: below(pid).length,
      threads: kilobytes(`/proc/${pid}/status`, "Threads"),
      sessions: this.#sessions,
      files: countsOf(links.map(kindOf)),
      active: held.active,
      p50: times.length === 0 ? null : percentile(times, 0.5),
      p99: times.length === 0 ? null : percentile(times, 0.99),
    };
  }
}

/** A file by its name, anything else by its kind, both without the number that tells it from others. */
const kindOf = (link: string): string =>
  (link.split("/").at(-1) ?? "").replace(/:?\[?[\d-]+\]?/g, "");

const countsOf = (kinds: string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

/** A number of a file of proc(5) whose lines are `Name: number unit`. */
const kilobytes = (file: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(file, "utf8"))?.[1]);

const handlesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      // It was closed since it was listed.
      return "";
    }
  });
