import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { z } from "zod";
import { eventually, Serving } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import type { Kind } from "./kinds.ts";
import { Ledgers } from "./ledgers.ts";

const PROFILE = "leaks";
/** In the gateway's own environment: what carries it is the gateway's, and none of its servers. */
export const GATEWAY_VARIABLE = "LEAKS_GATEWAY";

const runtimeSchema = z.object({ token: z.string() });
const stateSchema = z.object({ name: z.string(), status: z.object({ state: z.string() }) });

type ServerCommand = Pick<Kind, "command" | "args" | "cwd">;

/** A data directory with servers in one profile, and the ledgers of those. */
export interface Seeded {
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  ledgers: Ledgers;
  servers: string[];
}

/** Makes a folder for one run, which is removed at its end. */
export const makeRoot = (): string => {
  const root = mkdtempSync(join(tmpdir(), "leaks-"));
  atEnd(async () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  return root;
};

/** @param enabled whether they are turned on from the start */
export const seed = async (
  root: string,
  servers: Record<string, ServerCommand>,
  enabled: (server: string) => boolean,
): Promise<Seeded> => {
  const dataDir = join(root, "data");
  const ledgers = new Ledgers(join(root, "ledgers"));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: root,
    [GATEWAY_VARIABLE]: root,
  };
  const gateway = await createGateway({ dataDir, kind: "cli", env });
  try {
    for (const [name, { command, args, cwd }] of Object.entries(servers)) {
      const own = { ...ledgers.variables(name), npm_config_update_notifier: "false" };
      const plain = Object.entries(own).map(([key, value]) => [key, { value, plain: true }]);
      await gateway.api.servers.create({
        name,
        config: { transport: "stdio", command, args, cwd, env: Object.fromEntries(plain) },
        enabled: enabled(name),
        confirmed: true,
      });
    }
    const names = Object.keys(servers);
    await gateway.api.profiles.create({
      slug: PROFILE,
      servers: names,
      namePolicy: "always_prefix",
      allowWithoutToken: true,
    });
    return { root, dataDir, env, ledgers, servers: names };
  } finally {
    await gateway.close();
  }
};

/** The built gateway over a seeded directory, and what is asked of it. */
export class RunningGateway {
  readonly serving: Serving;
  readonly #token: string;

  private constructor(serving: Serving, token: string) {
    this.serving = serving;
    this.#token = token;
  }

  static async start({ dataDir, env }: Seeded): Promise<RunningGateway> {
    const serving = await Serving.start(dataDir, env);
    atEnd(async () => {
      const { child } = serving;
      if (child.exitCode === null && child.signalCode === null) await serving.end("SIGTERM");
    });
    const runtime: unknown = JSON.parse(readFileSync(join(dataDir, "runtime.json"), "utf8"));
    return new RunningGateway(serving, runtimeSchema.parse(runtime).token);
  }

  get pid(): number {
    const { pid } = this.serving.child;
    if (pid === undefined) throw new Error("the gateway was not started");
    return pid;
  }

  /** A client of the profile, after its handshake. */
  async client(): Promise<McpClient> {
    const client = new McpClient(`${this.serving.url}/mcp/${PROFILE}`);
    await client.initialize();
    return client;
  }

  /** Returns once the wish is noted; the server follows. */
  async turn(server: string, enabled: boolean): Promise<void> {
    const { ok, body } = await this.#ask("PATCH", `/servers/${server}`, { changes: { enabled } });
    if (!ok) throw new Error(`${server} cannot be turned ${enabled ? "on" : "off"}: ${body}`);
  }

  async restart(server: string): Promise<void> {
    const { ok, body } = await this.#ask("POST", `/servers/${server}/restart`, {});
    if (!ok) throw new Error(`${server} cannot be started anew: ${body}`);
  }

  /** Resolves when the call is answered, in whatever way. */
  async call(server: string, tool: string): Promise<void> {
    await this.#ask("POST", `/servers/${server}/call`, { name: tool });
  }

  /** The states of all servers by name. */
  async states(): Promise<Map<string, string>> {
    const { body } = await this.#ask("GET", "/servers");
    const servers = z.array(stateSchema).parse(JSON.parse(body));
    return new Map(servers.map(({ name, status }) => [name, status.state]));
  }

  async state(server: string): Promise<string> {
    const { body } = await this.#ask("GET", `/servers/${server}`);
    return stateSchema.parse(JSON.parse(body)).status.state;
  }

  /** @returns the state it was in last where it never was ready */
  async untilReady(server: string, withinMs: number): Promise<string> {
    let last = "";
    await eventually(async () => {
      last = await this.state(server);
      return last === "ready" ? true : undefined;
    }, withinMs);
    return last;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<{ ok: boolean; body: string }> {
    const send = (): Promise<Response> =>
      fetch(`${this.serving.url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    // An idle connection may be closed just as it is used again; asking twice changes nothing here.
    const response = await send().catch(send);
    return { ok: response.ok, body: await response.text() };
  }
}
