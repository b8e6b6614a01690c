import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLI } from "../e2e/command-line.ts";
import type { Era } from "../e2e/fixtures/conformance/protocol.ts";
import { node, type Launch } from "./child.ts";
import type { Endpoint } from "./client.ts";
import { OurDirectory } from "./ours.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const installed = (path: string) => here(`node_modules/${path}`);

const EVERYTHING = installed("@modelcontextprotocol/server-everything/dist/index.js");
const BOTH: readonly Era[] = ["legacy", "modern"];
const LEGACY: readonly Era[] = ["legacy"];

/** Something that is measured. */
export interface Target {
  name: string;
  /**
   * Which table it is in: all with server-everything, what stands in front of the cheap server over
   * HTTP, or of the cheap one over stdio.
   */
  group: "everything" | "hop" | "pipe";
  role: "floor" | "peer" | "ours";
  /** Of the clients that it is measured with. */
  eras: readonly Era[];
  /** What it needs and is not there. */
  missing?: string;
  /** What to start, where; nothing to start for what runs already. */
  launch: (port: number) => Launch | null;
  endpoint: (port: number, era: Era) => Endpoint;
  /** The process of what runs already. */
  pid?: number;
  /** Where ours keeps its settings. */
  dataDir?: string;
}

/** What all targets of a run share. */
export interface Surroundings {
  /** A directory that is removed after the run. */
  root: string;
  /** The cheap server over HTTP. */
  upstream: { port: number; pid: number };
}

const at =
  (path: string, kind: Endpoint["kind"] = "http") =>
  (port: number): Endpoint => ({ kind, url: `http://127.0.0.1:${port}${path}` });

const pathOf = (era: Era): string => (era === "legacy" ? "/mcp" : "/modern");

/** How the cheap server over stdio is started. */
export const pipedServer = (era: Era): string[] => [
  process.execPath,
  here("upstream-stdio.ts"),
  era,
];

/** One of ours with a profile for each era, which has the server of that era alone. */
const ours = (
  name: string,
  { group, root }: { group: Target["group"]; root: string },
  servers: Partial<Record<Era, string[]>>,
): Target => {
  const directory = new OurDirectory(root, name);
  const eras = BOTH.filter((era) => servers[era]);
  const headers = new Map<Era, Record<string, string>>();
  const prepare = (): void => {
    for (const era of eras) {
      directory.addServer(`${era}-server`, servers[era] ?? []);
      headers.set(era, directory.addProfile(era, [`${era}-server`]));
    }
  };
  return {
    name,
    group,
    role: "ours",
    eras,
    missing: existsSync(CLI) ? undefined : "out/cli/index.mjs, which npm run build makes",
    dataDir: directory.dataDir,
    launch: (port) => {
      if (headers.size === 0) prepare();
      return directory.launch(port);
    },
    endpoint: (port, era) => ({
      // With server-everything all are measured by the same client.
      kind: group === "everything" ? "http" : "wire",
      url: `http://127.0.0.1:${port}/mcp/${era}`,
      headers: headers.get(era),
      era,
    }),
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
    eras: LEGACY,
    launch: (port) =>
      node(installed("mcp-hub/dist/cli.js"), ["--port", String(port), "--config", config], env),
    endpoint: at("/mcp", "sse"),
  };
};

const everything = (surroundings: Surroundings): Target[] => [
  {
    name: "direct-stdio",
    group: "everything",
    role: "floor",
    eras: LEGACY,
    launch: () => node(EVERYTHING, ["stdio"]),
    endpoint: at("", "stdio"),
  },
  {
    name: "direct-http",
    group: "everything",
    role: "floor",
    eras: LEGACY,
    launch: (port) => node(EVERYTHING, ["streamableHttp"], { PORT: String(port) }),
    endpoint: at("/mcp"),
  },
  ours(
    "gateway",
    { group: "everything", root: surroundings.root },
    { legacy: ["--", process.execPath, EVERYTHING, "stdio"] },
  ),
  {
    name: "mcp-proxy",
    group: "everything",
    role: "peer",
    eras: LEGACY,
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
    eras: LEGACY,
    launch: (port) => {
      const server = ["--stdio", `"${process.execPath}" "${EVERYTHING}" stdio`];
      const face = ["--outputTransport", "streamableHttp", "--stateful", "--port", String(port)];
      const entry = installed("supergateway/dist/index.js");
      return node(entry, [...server, ...face, "--logLevel", "none"]);
    },
    endpoint: at("/mcp"),
  },
  mcpHub(surroundings),
];

const hops = ({ root, upstream }: Surroundings): Target[] => {
  const endpoint = (port: number, era: Era): Endpoint => ({
    ...at(pathOf(era), "wire")(port),
    era,
  });
  return [
    {
      name: "upstream",
      group: "hop",
      role: "floor",
      eras: BOTH,
      launch: () => null,
      endpoint: (_, era) => endpoint(upstream.port, era),
      pid: upstream.pid,
    },
    {
      name: "raw-hop",
      group: "hop",
      role: "peer",
      eras: BOTH,
      launch: (port) => rawHopLaunch(port, upstream.port),
      endpoint,
    },
    ours(
      "gateway-http",
      { group: "hop", root },
      {
        legacy: ["--url", `http://127.0.0.1:${upstream.port}/mcp`],
        modern: ["--url", `http://127.0.0.1:${upstream.port}/modern`],
      },
    ),
  ];
};

const pipes = ({ root }: Surroundings): Target[] => [
  {
    name: "pipe",
    group: "pipe",
    role: "floor",
    eras: BOTH,
    // It answers clients of both eras.
    launch: () => {
      const [command = "", ...args] = pipedServer("modern");
      return { command, args };
    },
    endpoint: (_, era) => ({ kind: "stdio", url: "", era }),
  },
  ours(
    "gateway-stdio",
    { group: "pipe", root },
    { legacy: ["--", ...pipedServer("legacy")], modern: ["--", ...pipedServer("modern")] },
  ),
];

/** Every target, in the order of the tables. */
export const allTargets = (surroundings: Surroundings): Target[] => [
  ...everything(surroundings),
  ...hops(surroundings),
  ...pipes(surroundings),
];

export const rawHopLaunch = (port: number, toPort: number): Launch =>
  node(here("raw-hop.ts"), [String(port), String(toPort)]);

export const upstreamLaunch = (port: number): Launch => node(here("upstream.ts"), [String(port)]);
