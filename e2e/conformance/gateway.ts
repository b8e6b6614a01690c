import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { CLI, eventually, run, Serving } from "../command-line.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { atEnd } from "./closing.ts";

/** The name that the fixture has among the servers of a profile: the profile's own. */
export interface FixtureServer {
  profile: string;
  /** How `servers add` is told of it: `--url URL`, or `-- COMMAND ARGS…`. */
  target: string[];
}

export interface RunningGateway {
  /** The URL of a profile; its endpoint asks for no token. */
  urlOf(profile: string): string;
  /** Waits until the tools of its servers are listed; returns those that never were. */
  missing(profile: string): Promise<string[]>;
  /** Ends it and the servers that it started. */
  end(): Promise<void>;
}

/** How long the fixtures may take to be ready, ms. */
const READY_MS = 20_000;
/** A tool that every fixture has. */
const KNOWN_TOOL = "test_simple_text";

const toolsSchema = z.object({ tools: z.array(z.object({ name: z.string() })) });

/**
 * Starts the built gateway on a data directory of its own, configured by its command line. Each
 * profile holds one fixture, the same three other servers, of which one is dead, and what the gateway
 * itself offers, of which some has the names of the fixture's.
 */
export const startGateway = async (fixtures: FixtureServer[]): Promise<RunningGateway> => {
  const root = await mkdtemp(join(tmpdir(), "conformance-"));
  atEnd(() => rm(root, { recursive: true, force: true }));
  const dataDir = join(root, "data");
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: root };
  const cli = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await run([CLI, "--data-dir", dataDir, "--json", ...args], env);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  };

  const others = await addOthers(cli, join(root, "files"));
  const local = await addLocal(cli, root);
  for (const { profile, target } of fixtures) {
    await cli("servers", "add", profile, ...target);
    // The fixture is first: a suite takes the first tool of the list for some of its checks.
    const servers = [profile, ...others].join(",");
    await cli("profiles", "create", profile, "--servers", servers, "--allow-without-token");
    await cli("profiles", "edit", profile, ...local);
  }
  const serving = await Serving.start(dataDir, env);
  let running = true;
  const end = async () => {
    if (!running) return;
    running = false;
    await serving.end("SIGTERM");
  };
  atEnd(end);
  const urlOf = (profile: string) => `${serving.url}/mcp/${profile}`;
  return { urlOf, end, missing: (profile) => missingTools(urlOf(profile)) };
};

/** Three servers that are none of the suites' business. */
const addOthers = async (
  cli: (...args: string[]) => Promise<void>,
  directory: string,
): Promise<string[]> => {
  await mkdir(directory, { recursive: true });
  const files = createRequire(import.meta.url).resolve(
    "@modelcontextprotocol/server-filesystem/dist/index.js",
  );
  const web = await startHttpServer({ fixture: { toolPrefix: "web_" } });
  atEnd(() => web.close());
  await cli("servers", "add", "files", "--", process.execPath, files, directory);
  await cli("servers", "add", "dead", "--", process.execPath, "--eval", "process.exit(1)");
  await cli("servers", "add", "web", "--url", web.url);
  return ["files", "dead", "web"];
};

/**
 * A tool, a prompt, a resource and a template of the gateway's own.
 *
 * @returns the options by which a profile gets them
 */
const addLocal = async (
  cli: (...args: string[]) => Promise<void>,
  directory: string,
): Promise<string[]> => {
  const template = join(directory, "own.jinja");
  await writeFile(template, "Own {{ topic }}");
  const tools = [KNOWN_TOOL, "own_tool"];
  const resources = ["own://text", "own://{name}", "test://static-text"];
  // The suites want each to be described.
  const described = ["--description", "The gateway's own"];
  const url = ["--url", "https://api.test/"];
  for (const name of tools) await cli("tools", "add", name, ...url, ...described);
  await cli("prompts", "add", "test_simple_prompt", "--template", template, ...described);
  for (const uri of resources) await cli("resources", "add", uri, "--text", "own", ...described);
  return [
    ...tools.flatMap((name) => ["--tool", name]),
    "--prompt",
    "test_simple_prompt",
    ...resources.flatMap((uri) => ["--resource", uri]),
  ];
};

/** What the fixture and the others that live have, and the list has not got in time. */
const missingTools = async (url: string): Promise<string[]> => {
  let missing = [KNOWN_TOOL, "web_echo", "read_text_file"];
  await eventually(async () => {
    const client = new McpClient(url);
    await client.initialize();
    const { tools } = toolsSchema.parse(await client.request("tools/list", {}));
    await client.delete();
    missing = missing.filter((wanted) => !tools.some(({ name }) => name === wanted));
    return missing.length === 0 ? true : undefined;
  }, READY_MS);
  return missing;
};
