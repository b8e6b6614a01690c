import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { z } from "zod";
import { CLI, type Outcome, outcomeOf, Serving } from "../command-line.ts";
import { afterTest } from "../fixtures/test-support.ts";

/** A token with every right at each gateway of a home. */
const TOKEN = "token-of-this-test-long-enough";

const list = z.array(z.object({ name: z.string() }));

/** A home with a data directory in the usual place, and a shell in it that knows our command. */
export class Home {
  readonly directory = mkdtempSync(join(tmpdir(), "procedures-"));
  readonly dataDir = join(this.directory, ".local-mcp-gateway-data");
  readonly database = join(this.dataDir, "local-mcp-gateway.db");
  readonly env: NodeJS.ProcessEnv;

  constructor() {
    const bin = join(this.directory, "bin");
    mkdirSync(bin);
    const command = join(bin, "local-mcp-gateway");
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    chmodSync(command, 0o755);
    this.env = {
      PATH: [bin, process.env.PATH].join(delimiter),
      HOME: this.directory,
      AUTH_ENCRYPTION_SECRET: "long enough for a test",
      MCPGATEWAY_BEARER_TOKEN: TOKEN,
    };
    afterTest(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** Runs lines as a person would, in the home directory; the first that fails ends them. */
  shell(lines: string): Promise<Outcome> {
    return outcomeOf(
      spawn("/bin/bash", ["-eu", "-c", lines], {
        cwd: this.directory,
        env: this.env,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  /** The same, where all of it has to work. */
  async runs(lines: string): Promise<string> {
    const { code, stdout, stderr } = await this.shell(lines);
    if (code !== 0) throw new Error(`“${lines.trim()}” ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Works on the directory while no gateway serves it. */
  async closed<T>(work: (api: Gateway["api"]) => Promise<T>): Promise<T> {
    const { dataDir, env } = this;
    const gateway = await createGateway({ dataDir, env, kind: "cli" });
    try {
      return await work(gateway.api);
    } finally {
      await gateway.close();
    }
  }

  async serve(): Promise<Serving> {
    const serving = await Serving.start(this.dataDir, this.env);
    afterTest(() => {
      if (serving.child.exitCode === null) serving.child.kill("SIGKILL");
    });
    return serving;
  }

  add(...names: string[]): Promise<void> {
    return this.closed(async ({ servers }) => {
      for (const name of names) await servers.create({ name, config: NOWHERE });
    });
  }

  /** The names of its servers. */
  servers(): Promise<string[]> {
    return this.closed(async (api) => (await api.servers.list()).map(({ name }) => name));
  }
}

const NOWHERE = { transport: "http", url: "http://127.0.0.1:9/" } as const;

const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };

/** Adds servers to a gateway that runs; each is acknowledged. */
export const addTo = async ({ url }: Serving, ...names: string[]): Promise<void> => {
  for (const name of names) {
    const body = JSON.stringify({ name, config: NOWHERE });
    const answer = await fetch(`${url}/api/servers`, { method: "POST", headers, body });
    if (answer.status !== 201) throw new Error(`“${name}” was answered with ${answer.status}`);
  }
};

/** The names of the servers in an answer of `/api/servers` or in a list of the command line. */
export const namesIn = (text: string): string[] =>
  list.parse(JSON.parse(text)).map(({ name }) => name);
