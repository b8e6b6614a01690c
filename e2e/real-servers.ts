/**
 * The main job on real input: twelve published servers in one profile, used by an independent
 * client over HTTP and through the stdio bridge. `npm run e2e:servers` after `npm run build`;
 * prints a transcript, and ends with 1 when anything is not as it has to be.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CLI, eventually, run, Serving } from "./command-line.ts";
import { ensureInstalled } from "./install.ts";
import { INSPECTOR, realServers, SERVERS_DIRECTORY, type RealServer } from "./servers/catalogue.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
/** Whole start-up of twelve servers on a slow machine, ms. */
const READY_WITHIN = 90_000;
/** What clients of today put up with, see MAX_EXPOSED_NAME in packages/contract. */
const LONGEST_NAME = 45;
const SECRET = "e2e-canary-5b1f9c";

const failures: string[] = [];
const check = (what: string, holds: boolean, detail = ""): void => {
  console.log(`${holds ? "  ok  " : "FAILED"} ${what}${holds || !detail ? "" : `: ${detail}`}`);
  if (!holds) failures.push(what);
};

/** Prints for a reader elsewhere: without tokens, and without where this machine keeps things. */
const print = (text: string): void => {
  const shown = text
    .replaceAll(/lmg_[\w-]+/g, "lmg_…")
    .replaceAll(process.execPath, "node")
    .replaceAll(REPOSITORY, "./")
    .replaceAll(tmpdir(), "$TMP");
  console.log(shown);
};

const show = (text: string, limit = 1500): void => {
  const shown = text.length > limit ? `${text.slice(0, limit)}…` : text;
  for (const line of shown.trimEnd().split("\n")) print(`    ${line}`);
};

const tokenAnswer = z.object({ token: z.string() });
const statusAnswer = z.object({
  servers: z.array(
    z.object({
      name: z.string(),
      status: z.object({
        state: z.string(),
        reason: z.object({ message: z.string() }).nullable(),
      }),
    }),
  ),
});
const toolsAnswer = z.object({
  result: z.object({ tools: z.array(z.looseObject({ name: z.string() })) }),
});
const callAnswer = z.object({
  result: z.object({
    content: z.array(z.looseObject({ text: z.string().optional() })),
    isError: z.boolean().optional(),
  }),
});

/** The product's command line on one data directory; what it answers as JSON. */
const commandLine =
  (dataDir: string, env: NodeJS.ProcessEnv) =>
  async (command: string[], rest: string[] = []): Promise<unknown> => {
    print(`$ local-mcp-gateway ${[...command, ...rest].join(" ")}`);
    const args = [CLI, ...command, "--data-dir", dataDir, "--json", ...rest];
    const { code, stdout, stderr } = await run(args, env);
    if (stderr) show(stderr);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
    return JSON.parse(stdout);
  };
type CommandLine = ReturnType<typeof commandLine>;

/** The independent client, in front of a target that is a URL or a command. */
const inspector = (target: string[], env: NodeJS.ProcessEnv) => {
  const ask = async (...args: string[]): Promise<unknown> => {
    print(`$ inspector --cli … ${args.join(" ")}`);
    const all = [INSPECTOR, "--cli", ...args, "--format", "json", "--quiet", ...target];
    const { code, stdout, stderr } = await run(all, env);
    if (code !== 0) throw new Error(`the inspector ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout);
  };
  return {
    tools: async () => toolsAnswer.parse(await ask("--method", "tools/list")).result.tools,
    call: async (name: string, args: Record<string, unknown> = {}): Promise<string> => {
      const json = ["--tool-args-json", JSON.stringify(args)];
      const answer = await ask("--method", "tools/call", "--tool-name", name, ...json);
      const { content, isError } = callAnswer.parse(answer).result;
      const text = content.map((part) => part.text ?? "").join("\n");
      // The whole environment of a machine has no place in a transcript.
      show(name === "get-env" ? `${text.length} characters` : text, 300);
      if (isError) throw new Error(`${name} answered with isError: ${text}`);
      return text;
    },
  };
};
type Inspector = ReturnType<typeof inspector>;

const addServers = async (cli: CommandLine, servers: RealServer[]): Promise<void> => {
  for (const { name, env = {}, command, args } of servers) {
    const plain = Object.entries(env).flatMap(([key, value]) => ["--env-plain", `${key}=${value}`]);
    // Without a value it is read from the environment, and kept as a secret.
    const secret = name === "everything" ? ["--env", "E2E_SECRET"] : [];
    await cli(["servers", "add", name, ...plain, ...secret], ["--", command, ...args]);
  }
};

const waitUntilReady = async (cli: CommandLine): Promise<void> => {
  let waiting: string[] = [];
  await eventually(async () => {
    const { servers } = statusAnswer.parse(await cli(["status"]));
    waiting = servers
      .filter(({ status }) => status.state !== "ready")
      .map(({ name, status }) => `${name} ${status.state} ${status.reason?.message ?? ""}`);
    return waiting.length === 0 ? true : undefined;
  }, READY_WITHIN);
  check("every server is ready", waiting.length === 0, waiting.join("; "));
};

const checkCalls = async (client: Inspector, directory: string): Promise<void> => {
  check("echo", (await client.call("echo", { message: "hi" })) === "Echo: hi");
  const environment = await client.call("get-env");
  check("a secret reaches the server that has it", environment.includes(SECRET));
  check("the gateway's own secrets do not", !environment.includes("AUTH_ENCRYPTION_SECRET"));

  const path = join(directory, "written.txt");
  await client.call("write_file", { path, content: "through the gateway" });
  check("write_file", (await readFile(path, "utf8")) === "through the gateway");

  const entity = { name: "gateway", entityType: "program", observations: ["it runs"] };
  await client.call("create_entities", { entities: [entity] });
  check("create_entities", (await client.call("read_graph")).includes("it runs"));

  check("math", (await client.call("math", { expression: "6*7" })).includes("42"));
  const thought = { thought: "done", thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false };
  check("sequentialthinking", (await client.call("sequentialthinking", thought)).length > 0);
};

const checkBoth = async (cli: CommandLine, servers: RealServer[], setup: Setup): Promise<void> => {
  const { url, token, dataDir, directory, env } = setup;
  const expected = servers.reduce((sum, { tools }) => sum + tools, 0);
  await waitUntilReady(cli);

  const profileUrl = `${url}/mcp/all`;
  const target = (bearer: string) => [
    "--transport=http",
    "--stored-auth-only",
    `--server-url=${profileUrl}`,
    `--header=Authorization: Bearer ${bearer}`,
  ];
  const overHttp = inspector(target(token), env);
  // A server may add tools after its handshake, and then say so.
  let tools = await overHttp.tools();
  await eventually(async () => {
    if (tools.length === expected) return true;
    tools = await overHttp.tools();
    return undefined;
  }, READY_WITHIN);
  check(`HTTP lists ${expected} tools`, tools.length === expected, String(tools.length));
  const names = tools.map(({ name }) => name);
  check("their names are different", new Set(names).size === names.length);
  const long = names.filter((name) => name.length > LONGEST_NAME);
  check("their names are short enough", long.length === 0, long.join(", "));
  await checkCalls(overHttp, directory);

  const stranger = inspector(target("lmg_wrong"), env).tools();
  const refusal = await stranger.then(() => "it was let in", String);
  check("a wrong token is refused", refusal.includes("auth_required"), refusal);

  const bridge = [process.execPath, CLI, "bridge", "--profile", "all", "--data-dir", dataDir];
  const overBridge = inspector(bridge, env);
  const bridged = await overBridge.tools();
  check("the bridge lists the same", JSON.stringify(bridged) === JSON.stringify(tools));
  check("echo through the bridge", (await overBridge.call("echo", { message: "b" })) === "Echo: b");
};

interface Setup {
  url: string;
  token: string;
  dataDir: string;
  directory: string;
  env: NodeJS.ProcessEnv;
}

const stop = async (serving: Serving, dataDir: string): Promise<void> => {
  const count = serving.family().length;
  const { code, left } = await serving.end("SIGTERM");
  check("serve ends with 0 when it is asked to", code === 0, String(code));
  check(`none of its ${count} processes is left`, left.length === 0, left.join(" "));
  check("runtime.json is gone", !existsSync(join(dataDir, "runtime.json")));
  for (const pid of left) process.kill(pid, "SIGKILL");
};

const main = async (): Promise<void> => {
  if (!existsSync(CLI)) throw new Error("out/cli/index.mjs is missing: npm run build makes it");
  await ensureInstalled(SERVERS_DIRECTORY);
  const root = await mkdtemp(join(tmpdir(), "e2e-servers-"));
  const directory = join(root, "work");
  const dataDir = join(root, "data");
  await mkdir(directory);
  const env = {
    ...process.env,
    HOME: root,
    AUTH_ENCRYPTION_SECRET: "only-for-this-run-of-the-end-to-end-check",
    E2E_SECRET: SECRET,
  };
  const cli = commandLine(dataDir, env);
  const servers = realServers(directory);
  let serving: Serving | undefined;
  try {
    await addServers(cli, servers);
    const names = servers.map(({ name }) => name).join(",");
    await cli(["profiles", "create", "all", "--servers", names]);
    const created = await cli(["tokens", "create", "--name", "e2e", "--profile", "all"]);
    const { token } = tokenAnswer.parse(created);

    print("$ local-mcp-gateway serve --port 0");
    serving = await Serving.start(dataDir, env);
    const { url } = serving;
    show(url);
    await checkBoth(cli, servers, { url, token, dataDir, directory, env });
  } catch (error) {
    check("the flow went through", false, String(error));
  } finally {
    if (serving) await stop(serving, dataDir);
    await rm(root, { recursive: true, force: true });
  }
  console.log(failures.length === 0 ? "\nall as it has to be" : `\n${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
};

await main();
