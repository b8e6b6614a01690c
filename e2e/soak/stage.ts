import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { eventually } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { visit } from "../fixtures/browser.ts";
import { type Addresses, addresses } from "./peers.ts";

/** Servers that are commands and are killed again and again. */
export const KILLABLE = ["killed-a", "killed-b", "killed-c"] as const;
/** The server whose answers are timed, and that nothing is done to. */
export const STEADY = "steady";
/** Servers of the fixture: the same tools, prompts and resources, each with its name in them. */
export const FIXTURES = [STEADY, ...KILLABLE, "http", "sse"] as const;
/** Servers of the conformance suites. */
export const ERAS = ["era-legacy", "era-modern"] as const;
export const SIGNED_IN = "signin";
/** Those that are reached over HTTP. */
export const REMOTE = ["http", "sse", ...ERAS, SIGNED_IN] as const;
/** Profiles with what each has of them. */
export const PROFILES: Record<string, readonly string[]> = {
  all: [...FIXTURES, ...ERAS, SIGNED_IN],
  fixtures: FIXTURES,
  few: [STEADY, "killed-a", "http", "era-modern"],
};

/** So short that a client which vanished is forgotten before the rest is over, ms. */
const SESSION_IDLE_MS = 8000;
/** Reached in minutes: what looks through all of the log takes the same memory from then on. */
const LOG_ROWS = 50_000;
const READY_MS = 30_000;
/** Opens everything, whatever is restored. */
const ADMIN = "lmg-admin-of-the-soak-0123456789abcdef";

export interface Stage {
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** What a client shows to the gateway. */
  token: string;
  peers: Peers;
}

/** The remote servers, in their process. */
export class Peers {
  readonly addresses: Addresses;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, at: Addresses) {
    this.#child = child;
    this.addresses = at;
  }

  static async start(): Promise<Peers> {
    const file = fileURLToPath(new URL("peers.ts", import.meta.url));
    const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
    atEnd(async () => void child.stdin.end());
    const [line] = await once(createInterface(child.stdout), "line");
    return new Peers(child, addresses.parse(JSON.parse(String(line))));
  }

  /** Breaks what the gateway has open at those that may lose it. */
  lose(): void {
    this.#child.stdin?.write("lose\n");
  }
}

/** A data directory with servers of all kinds in several profiles, that no gateway holds now. */
export const prepare = async (): Promise<Stage> => {
  const root = mkdtempSync(join(tmpdir(), "soak-"));
  atEnd(async () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const dataDir = join(root, "data");
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: root,
    AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this run",
    MCPGATEWAY_BEARER_TOKEN: ADMIN,
  };
  const peers = await Peers.start();
  const gateway = await createGateway({ dataDir, kind: "cli", settings: { port: 0 }, env });
  try {
    await gateway.listen();
    await configure(gateway, peers.addresses);
  } finally {
    await gateway.close();
  }
  return { root, dataDir, env, token: ADMIN, peers };
};

const configure = async ({ api }: Gateway, at: Addresses): Promise<void> => {
  const fixture = fileURLToPath(new URL("../fixtures/stdio-server.ts", import.meta.url));
  for (const name of [STEADY, ...KILLABLE]) {
    const args = [fixture, "--name", name];
    const config = { transport: "stdio" as const, command: process.execPath, args };
    await api.servers.create({ name, config, confirmed: true });
  }
  for (const [name, url] of Object.entries(at)) {
    const transport = name === "sse" ? ("sse" as const) : ("http" as const);
    await api.servers.create({ name, config: { transport, url }, confirmed: true });
  }
  for (const [slug, servers] of Object.entries(PROFILES)) {
    await api.profiles.create({ slug, servers: [...servers], namePolicy: "always_prefix" });
  }
  const { id, url } = await api.signIn.start({ server: SIGNED_IN });
  await visit(url ?? "");
  const { state, problem } = await api.signIn.wait({ server: SIGNED_IN, signIn: id });
  if (state !== "done") throw new Error(`no sign-in: ${problem?.message}`);
  const changes = { sessionIdleMs: SESSION_IDLE_MS, backupDaily: false, logKeepRows: LOG_ROWS };
  await api.settings.update(changes);
};

/** Waits until every server is up. @throws Error with the states of those that are not */
export const untilAllReady = async (states: () => Promise<Map<string, string>>): Promise<void> => {
  let last = "";
  const ready = await eventually(async () => {
    const others = [...(await states())].filter(([, state]) => state !== "ready");
    last = others.map(([name, state]) => `${name} is ${state}`).join(", ");
    return others.length === 0 ? true : undefined;
  }, READY_MS);
  if (ready === undefined) throw new Error(last);
};
