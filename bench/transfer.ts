/**
 * `npm run bench:transfer [-- ENTITIES]`: a headless gateway exports so many entities and imports
 * them again with every one of them changed, over REST. What others wait for meanwhile, and the most
 * memory it ever had, come from outside of it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const total = Number(process.argv[2] ?? 10_000);
const TOKEN = "lmg_bench_token_of_the_transfer_0123456789";
const CLI = join(import.meta.dirname, "../out/cli/index.mjs");
/** Between two questions of somebody else, ms. */
const PING_MS = 5;

/** Of processor time in a second, as Linux counts it. */
const TICKS = 100;

/** How many of each kind, of a hundred. */
const SHARES = {
  tools: 40,
  prompts: 20,
  resources: 20,
  gateways: 10,
  servers: 9,
  roots: 1,
} as const;
type Kind = keyof typeof SHARES;
const KINDS: readonly Kind[] = ["tools", "prompts", "resources", "gateways", "servers", "roots"];

const NAMED: Record<Kind, (at: number, round: string) => object> = {
  tools: (at, round) => ({
    name: `tool_${at}`,
    url: `https://api.example.com/v1/things/${at}/{id}`,
    description: `Thing ${at}, ${round}`,
    auth_type: "bearer",
    auth_token: `token-of-tool-${at}-${round}`,
    tags: ["bench", `group-${at % 10}`],
  }),
  prompts: (at, round) => ({
    name: `prompt_${at}`,
    description: `Prompt ${at}, ${round}`,
    template: `Write of {{ topic }} in {{ style }}, number ${at}, ${round}.`,
  }),
  resources: (at, round) => ({
    name: `resource ${at}`,
    uri: `notes://bench/${at}`,
    mime_type: "text/plain",
    content: `${round} `.repeat(50),
  }),
  gateways: (at, round) => ({
    name: `server-${at}`,
    url: `https://mcp-${at}.example.com/mcp`,
    transport: "STREAMABLEHTTP",
    description: round,
    auth_type: "bearer",
    auth_token: `token-of-server-${at}-${round}`,
    is_active: false,
  }),
  servers: (at, round) => ({
    name: `profile-${at}`,
    description: round,
    tool_ids: [0, 1, 2, 3, 4].map((step) => `tool_${(at * 5 + step) % countOf("tools")}`),
    associated_gateways: [`server-${at % countOf("gateways")}`],
  }),
  roots: (at, round) => ({ uri: `https://docs.example.com/${at}/`, name: `Docs ${at} ${round}` }),
};

const countOf = (kind: Kind): number => Math.round((total * SHARES[kind]) / 100);

function fileOf(round: string): string {
  const entities = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      Array.from({ length: countOf(kind) }, (_, at) => NAMED[kind](at, round)),
    ]),
  );
  return JSON.stringify({ version: "2025-03-26", exported_at: new Date().toISOString(), entities });
}

const status = z.object({
  status: z.string(),
  progress: z.record(z.string(), z.number()),
  errors: z.array(z.string()),
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const dataDir = mkdtempSync(join(tmpdir(), "bench-transfer-"));
const gateway = spawn(process.execPath, [CLI, "--data-dir", dataDir, "serve", "--port", "0"], {
  env: {
    PATH: process.env.PATH,
    HOME: dataDir,
    MCPGATEWAY_BEARER_TOKEN: TOKEN,
    AUTH_ENCRYPTION_SECRET: "the secret of the bench, 0123456789",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const [started] = await once(createInterface({ input: gateway.stdout }), "line");
const { url } = z.object({ url: z.string() }).parse(JSON.parse(String(started)));

/** The most memory it ever had, MB. */
const peak = (): number =>
  Math.round(
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, "utf8"))?.[1]) / 1024,
  );

/** How long it has computed, all threads together, s. */
function computed(): number {
  const stat = readFileSync(`/proc/${gateway.pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS;
}

const send = (method: string, path: string, body?: string): Promise<Response> =>
  fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: body ?? null,
  });

/** While it works, somebody else asks for something small again and again. */
async function timed(what: string, work: () => Promise<string>): Promise<void> {
  const waits: number[] = [];
  const over = new AbortController();
  const pinging = (async () => {
    while (!over.signal.aborted) {
      const asked = performance.now();
      await fetch(`${url}/health`).then((answer) => answer.text());
      waits.push(performance.now() - asked);
      await sleep(PING_MS);
    }
  })();
  const before = computed();
  const began = performance.now();
  const said = await work();
  const took = performance.now() - began;
  over.abort();
  await pinging;
  waits.sort((a, b) => a - b);
  const [p50, p99, most] = [0.5, 0.99, 1].map((part) =>
    Math.round(waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? 0),
  );
  print(
    `${what}: ${(took / 1000).toFixed(2)} s, of which it computed ${(computed() - before).toFixed(2)} s; others waited ${p50} ms (p50), ${p99} ms (p99), ${most} ms at most; ${said}; ${peak()} MB at most so far`,
  );
}

async function imported(round: string): Promise<string> {
  const answer = await send("POST", "/import", fileOf(round));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 2000)}`);
  const { progress, status: state, errors } = status.parse(JSON.parse(text));
  if (state !== "completed") throw new Error(`${state}: ${errors.slice(0, 5).join(" ")}`);
  return Object.entries(progress)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

try {
  print(`${total} entities, idle: ${peak()} MB`);
  await timed("imported, all new", () => imported("first"));
  const exported = async (): Promise<string> => {
    const answer = await send("GET", "/export?include_inactive=true");
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 2000)}`);
    return `${Math.round(text.length / 1024)} KB`;
  };
  await timed("exported", exported);
  await timed("exported again", exported);
  await timed("imported, all changed", () => imported("second"));
  await timed("imported, all unchanged", () => imported("second"));
} finally {
  gateway.kill();
  await new Promise((resolve) => gateway.once("exit", resolve));
  rmSync(dataDir, { recursive: true });
}
