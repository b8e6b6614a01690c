import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "../e2e/fixtures/json-rpc.ts";
import type { Endpoint } from "./client.ts";
import type { Launch } from "./child.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const installed = (path: string) => here(`node_modules/${path}`);

/** Our command line, as `npm run build` leaves it. */
const CLI = here("../out/cli/index.mjs");
const EVERYTHING = installed("@modelcontextprotocol/server-everything/dist/index.js");

/** Something that is measured. */
export interface Target {
  name: string;
  /** Which table it is in: all with server-everything, or hops in front of the cheap upstream. */
  group: "everything" | "hop";
  role: "floor" | "peer" | "ours";
  /** What it needs and is not there. */
  missing?: string;
  /** What to start, where; nothing to start for what runs already. */
  launch: (port: number) => Launch | null;
  endpoint: (port: number) => Endpoint;
}

/** What all targets of a run share. */
export interface Surroundings {
  /** A directory that is removed after the run. */
  root: string;
  upstreamPort: number;
}

const node = (script: string, args: string[], env: Record<string, string> = {}): Launch => ({
  command: process.execPath,
  args: [script, ...args],
  env,
});
const at =
  (path: string, kind: Endpoint["kind"] = "http", headers?: Record<string, string>) =>
  (port: number): Endpoint => ({ kind, url: `http://127.0.0.1:${port}${path}`, headers });

/**
 * A data directory of ours with one server in one profile and a token for it, made by the same
 * commands that a person types. Settings stay as they are shipped.
 */
const ours = (
  name: string,
  group: Target["group"],
  { root }: Surroundings,
  server: string[],
): Target => {
  const dataDir = join(root, name);
  const env = { HOME: root };
  const run = (command: string[], rest: string[] = []): unknown => {
    const args = [CLI, ...command, "--data-dir", dataDir, "--json", ...rest];
    const options = { env: { ...process.env, ...env }, encoding: "utf8" } as const;
    return JSON.parse(execFileSync(process.execPath, args, options));
  };
  let token: string | undefined;
  const prepare = (): string => {
    run(["servers", "add", "everything"], server);
    run(["profiles", "create", "bench", "--servers", "everything"]);
    const created = run(["tokens", "create", "--name", "bench", "--profile", "bench"]);
    if (!isRecord(created) || typeof created.token !== "string") throw new Error("no token");
    return created.token;
  };

  return {
    name,
    group,
    role: "ours",
    missing: existsSync(CLI) ? undefined : "out/cli/index.mjs, which npm run build makes",
    launch: (port) => {
      token ??= prepare();
      return node(CLI, ["serve", "--port", String(port), "--data-dir", dataDir], env);
    },
    endpoint: (port) => at("/mcp/bench", "http", { authorization: `Bearer ${token}` })(port),
  };
};

const mcpHub = ({ root }: Surroundings): Target => {
  const config = join(root, "mcp-hub.json");
  const everything = { command: process.execPath, args: [EVERYTHING, "stdio"] };
  writeFileSync(config, JSON.stringify({ mcpServers: { everything } }));
  // It keeps its caches and logs under these.
  const env = { HOME: root, XDG_STATE_HOME: root, XDG_DATA_HOME: root, XDG_CONFIG_HOME: root };
  return {
    name: "mcp-hub",
    group: "everything",
    role: "peer",
    launch: (port) =>
      node(installed("mcp-hub/dist/cli.js"), ["--port", String(port), "--config", config], env),
    endpoint: at("/mcp", "sse"),
  };
};

/** Every target, in the order of the tables. */
export const allTargets = (surroundings: Surroundings): Target[] => [
  {
    name: "direct-stdio",
    group: "everything",
    role: "floor",
    launch: () => node(EVERYTHING, ["stdio"]),
    endpoint: at("", "stdio"),
  },
  {
    name: "direct-http",
    group: "everything",
    role: "floor",
    launch: (port) => node(EVERYTHING, ["streamableHttp"], { PORT: String(port) }),
    endpoint: at("/mcp"),
  },
  ours("gateway", "everything", surroundings, ["--", process.execPath, EVERYTHING, "stdio"]),
  {
    name: "mcp-proxy",
    group: "everything",
    role: "peer",
    launch: (port) => {
      const options = ["--port", String(port), "--host", "127.0.0.1", "--server", "stream"];
      const server = ["--", process.execPath, EVERYTHING, "stdio"];
      return node(installed("mcp-proxy/dist/bin/mcp-proxy.mjs"), [...options, ...server]);
    },
    endpoint: at("/mcp"),
  },
  {
    name: "supergateway",
    group: "everything",
    role: "peer",
    launch: (port) => {
      const server = ["--stdio", `"${process.execPath}" "${EVERYTHING}" stdio`];
      const face = ["--outputTransport", "streamableHttp", "--stateful", "--port", String(port)];
      const entry = installed("supergateway/dist/index.js");
      return node(entry, [...server, ...face, "--logLevel", "none"]);
    },
    endpoint: at("/mcp"),
  },
  mcpHub(surroundings),
  {
    name: "upstream",
    group: "hop",
    role: "floor",
    launch: () => null,
    endpoint: () => at("/mcp")(surroundings.upstreamPort),
  },
  {
    name: "raw-hop",
    group: "hop",
    role: "peer",
    launch: (port) => node(here("raw-hop.ts"), [String(port), String(surroundings.upstreamPort)]),
    endpoint: at("/mcp"),
  },
  ours("gateway-http", "hop", surroundings, [
    "--url",
    `http://127.0.0.1:${surroundings.upstreamPort}/mcp`,
  ]),
];

export const upstreamLaunch = (port: number): Launch => node(here("upstream.ts"), [String(port)]);
