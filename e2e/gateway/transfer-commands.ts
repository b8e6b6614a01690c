import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { CLI, type Outcome, outcomeOf, Serving } from "../command-line.ts";
import { afterTest } from "../fixtures/test-support.ts";

/** AUTH_ENCRYPTION_SECRET of each environment, and values that are in no output and no file. */
export const SECRETS = {
  gateway: "the-secret-of-this-gateway-1",
  dev: "the-secret-of-development-22",
  staging: "the-secret-of-staging-333333",
  production: "the-secret-of-production-444",
} as const;
export type Environment = keyof typeof SECRETS;

export const CANARIES = ["weather-token-canary-1", "east-header-canary-22"];

/** What an operator has configured: two tools, a server, a profile of them, a prompt and two notes. */
export async function configure(dataDir: string, secret: string): Promise<void> {
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    log: () => {},
    env: { PATH: process.env.PATH, AUTH_ENCRYPTION_SECRET: secret },
  });
  const { api } = gateway;
  const tags = ["production", "staging-ready", "production-ready"];
  try {
    await api.servers.create({
      name: "prod-east",
      config: {
        transport: "http",
        url: "http://127.0.0.1:9/mcp",
        headers: { "X-Key": "east-header-canary-22" },
      },
    });
    await api.tools.create({
      name: "weather_api",
      url: "https://api.weather.example/v1/current",
      auth: { type: "bearer", token: "weather-token-canary-1" },
      tags,
    });
    await api.tools.create({ name: "translate", url: "https://api.translate.example/v1" });
    await api.prompts.create({ name: "summarise_doc", template: "Summarise: {{ text }}" });
    await api.resources.create({ uri: "note:a,b", content: { kind: "text", text: "A and B" } });
    await api.resources.create({ uri: "note:c;d", content: { kind: "text", text: "C and D" } });
    await api.profiles.create({
      slug: "ai-server",
      servers: ["prod-east"],
      tools: ["weather_api", "translate"],
      tags,
    });
  } finally {
    await gateway.close();
  }
}

/** A computer: a home with a data directory in it, and the command as it is called there. */
export class Computer {
  readonly root = mkdtempSync(join(tmpdir(), "transfer-cli-"));
  readonly home = join(this.root, "home");
  readonly work = join(this.root, "work");
  readonly bin = join(this.root, "bin");
  readonly dataDir = join(this.home, ".local-mcp-gateway-data");
  readonly env: NodeJS.ProcessEnv;

  constructor() {
    afterTest(() => rmSync(this.root, { recursive: true, force: true }));
    for (const folder of [this.bin, this.work, join(this.home, "secrets")]) {
      mkdirSync(folder, { recursive: true });
    }
    for (const [name, secret] of Object.entries(SECRETS)) {
      this.keep(name, secret);
      this.keep(`${name}-token`, tokenOf(name));
    }
    for (const name of ["mcpgateway", "local-mcp-gateway"]) {
      const shim = join(this.bin, name);
      writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
      chmodSync(shim, 0o755);
    }
    this.env = {
      HOME: this.home,
      PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin`,
      AUTH_ENCRYPTION_SECRET_FILE: this.secretFile("gateway"),
      GIT_AUTHOR_NAME: "Ops",
      GIT_AUTHOR_EMAIL: "ops@example.com",
      GIT_COMMITTER_NAME: "Ops",
      GIT_COMMITTER_EMAIL: "ops@example.com",
    };
  }

  secretFile(name: string): string {
    return join(this.home, "secrets", name);
  }

  keep(name: string, secret: string): void {
    writeFileSync(this.secretFile(name), `${secret}\n`, { mode: 0o600 });
  }

  /** Runs lines of a shell in the working directory. */
  sh(lines: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return outcomeOf(
      spawn("/bin/sh", ["-e", "-c", lines], {
        cwd: this.work,
        env: { ...this.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  /** The same for lines that have to end with this code, and that say no secret. */
  async type(
    lines: string,
    { code = 0, env = {} }: { code?: number; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Outcome> {
    const ran = await this.sh(lines, env);
    const said = ran.stdout + ran.stderr;
    if (ran.code !== code) throw new Error(`${lines}\nended with ${ran.code}: ${said}`);
    const told = [...CANARIES, ...Object.values(SECRETS)].find((secret) => said.includes(secret));
    if (told !== undefined) throw new Error(`${lines}\nsaid “${told}”`);
    return ran;
  }

  /** The gateway of another environment, where `configured` with something to export. */
  async serve(name: Exclude<Environment, "gateway">, configured: boolean): Promise<string> {
    const dataDir = join(this.root, name);
    if (configured) await configure(dataDir, SECRETS[name]);
    const serving = await Serving.start(dataDir, {
      PATH: process.env.PATH,
      HOME: this.home,
      AUTH_ENCRYPTION_SECRET_FILE: this.secretFile(name),
      MCPGATEWAY_BEARER_TOKEN_FILE: this.secretFile(`${name}-token`),
    });
    afterTest(() => {
      if (serving.child.exitCode === null) serving.child.kill("SIGKILL");
    });
    return serving.url;
  }
}

const tokenOf = (name: string): string => `the-token-of-${name}-long-enough`;
