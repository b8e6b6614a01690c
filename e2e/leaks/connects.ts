import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { atEnd } from "../conformance/closing.ts";
import { type Job, type Report, reportSchema } from "./connects-process.ts";
import { makeRoot } from "./gateway.ts";
import { TINY } from "./kinds.ts";
import type { Asked, Form, Section } from "./section.ts";

/** Connects of each server. */
const CONNECTS: Record<Form, Record<"legacy" | "modern" | "sse" | "stdio", number>> = {
  full: { legacy: 4000, modern: 3000, sse: 2000, stdio: 1000 },
  short: { legacy: 100, modern: 100, sse: 60, stdio: 40 },
};
/** What may be left on the heap for each connect, bytes; a leaked connection is many times that. */
const HEAP_BYTES: Record<Form, number> = { full: 500, short: 8000 };

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const addresses = z.object({ legacy: z.string(), modern: z.string(), sse: z.string() });

/** Connects to servers of each kind very often, and compares what the gateway holds after it. */
export const connects = async ({ form }: Asked): Promise<Section> => {
  const counts = CONNECTS[form];
  const { legacy, modern, sse } = await startPeers();
  const report = await runJob({
    servers: [
      { name: "legacy", config: { transport: "http", url: legacy }, connects: counts.legacy },
      { name: "modern", config: { transport: "http", url: modern }, connects: counts.modern },
      { name: "sse", config: { transport: "sse", url: sse }, connects: counts.sse },
      { name: "stdio", config: { transport: "stdio", ...TINY }, connects: counts.stdio },
    ],
  });
  const faults = report.grown.map((kind) => `more is held than before (${kind})`);
  const { failures, heapBytes } = report;
  if (failures.length > 0) {
    faults.push(`${failures.length} connects failed, the first with: ${failures[0]}`);
  }
  if (heapBytes > HEAP_BYTES[form]) {
    faults.push(`${Math.round(heapBytes)} bytes of the heap are kept for each connect`);
  }
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(report.after).filter(([kind]) => !kind.startsWith("active "));
  return {
    name: "connects",
    figures: [
      ["connects", String(all)],
      ...Object.entries(counts).map(([name, count]): [string, string] => [
        `  ${name}`,
        String(count),
      ]),
      ["failed", String(failures.length)],
      ...kinds.map(([kind, count]): [string, string] => [
        `${kind} before, after`,
        `${report.before[kind] ?? 0}, ${count}`,
      ]),
      ["bytes of heap per connect", String(Math.round(heapBytes))],
    ],
    faults,
  };
};

const startPeers = async (): Promise<z.infer<typeof addresses>> => {
  const child = spawn(process.execPath, [file("peers.ts")], { stdio: ["pipe", "pipe", "inherit"] });
  atEnd(async () => void child.stdin.end());
  const [line] = await once(createInterface(child.stdout), "line");
  return addresses.parse(JSON.parse(String(line)));
};

const runJob = async (job: Job): Promise<Report> => {
  const args = ["--expose-gc", file("connects-process.ts"), makeRoot()];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(job));
  return reportSchema.parse(JSON.parse(await text(child.stdout)));
};
