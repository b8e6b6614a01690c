import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { CLI, run, Serving } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { startConformanceServer } from "../fixtures/conformance/http.ts";

/** What every gateway of a run is started with. */
export interface Stage {
  env: NodeJS.ProcessEnv;
  /** What clients show: the second is revoked in the end. */
  tokens: [string, string];
  /** Restores the backup into a directory that nobody has used. */
  restored: (name: string) => Promise<string>;
}

/**
 * A configuration with a server of the conformance suites, as a backup of the real command.
 *
 * @param through where the server at a URL is to be reached instead
 */
export async function stage(
  through: (url: string) => Promise<string> = async (url) => url,
): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "shared-run-"));
  atEnd(async () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const server = await startConformanceServer({ era: "legacy" });
  atEnd(() => server.close());
  const passphrase = join(root, "passphrase");
  writeFileSync(passphrase, "a passphrase for backups\n");
  const env = {
    PATH: process.env.PATH,
    HOME: root,
    AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this run",
    BACKUP_PASSPHRASE_FILE: passphrase,
  };
  const first = join(root, "first");
  const gateway = await createGateway({ dataDir: first, kind: "cli", env });
  const { api } = gateway;
  const config = { transport: "http" as const, url: await through(server.url) };
  await api.servers.create({ name: "far", config, connections: "shared", confirmed: true });
  // Of it there is nothing but a secret, which makes the vault.
  const secret = { SECRET: { value: "one that makes the vault" } };
  const unused = { transport: "stdio" as const, command: process.execPath, args: [], env: secret };
  await api.servers.create({ name: "unused", config: unused, enabled: false });
  await api.profiles.create({ slug: "dev", servers: ["far"] });
  const stays = await api.tokens.create({ name: "stays", profile: "dev" });
  const goes = await api.tokens.create({ name: "goes", profile: "dev" });
  await gateway.close();

  const backup = join(root, "gateway.age");
  await command(first, env, ["backup", "create", "--out", backup]);
  return {
    env,
    tokens: [stays.token, goes.token],
    restored: async (name) => {
      const dataDir = join(root, name);
      await command(dataDir, env, ["backup", "restore", backup, "--yes"]);
      return dataDir;
    },
  };
}

/** What a command that has to work says. */
async function command(dataDir: string, env: NodeJS.ProcessEnv, words: string[]): Promise<string> {
  const { code, stdout, stderr } = await run([CLI, "--data-dir", dataDir, ...words], env);
  if (code !== 0) throw new Error(`“${words.join(" ")}” ended with ${code}: ${stderr}`);
  return stdout;
}

/** One gateway as a process that is killed and started again at its address. */
export class Member {
  readonly dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  #serving: Serving | null = null;
  #port = 0;
  /** Until when it was last away, by performance.now(); infinite while it is. */
  #awayUntil = Infinity;

  constructor(dataDir: string, env: NodeJS.ProcessEnv) {
    this.dataDir = dataDir;
    this.#env = env;
    atEnd(async () => this.kill());
  }

  get isThere(): boolean {
    return this.#serving !== null;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whether it was away at any time since then. */
  wasAwaySince(moment: number): boolean {
    return this.#awayUntil > moment;
  }

  async start(): Promise<void> {
    const serving = await Serving.start(this.dataDir, this.#env, { port: this.#port });
    this.#port = serving.port;
    this.#awayUntil = performance.now();
    this.#serving = serving;
  }

  async kill(): Promise<void> {
    const serving = this.#serving;
    this.#awayUntil = Infinity;
    this.#serving = null;
    await serving?.end("SIGKILL");
  }

  /** Runs a command of the real program against it. */
  command(...words: string[]): Promise<string> {
    return command(this.dataDir, this.#env, words);
  }
}
