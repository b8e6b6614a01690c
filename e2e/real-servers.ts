/**
 * The main job on real input: sixteen published servers in one profile, used by an independent
 * client of both eras over HTTP and through the stdio bridge; then the gateway is started again,
 * and starts none of them twice. `npm run e2e:servers` after `npm run build`; prints a transcript,
 * and ends with 1 when anything is not as it has to be.
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
import { notingStarts, type ServerStart, startsIn, startsTable } from "./servers/starts.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
/** Whole start-up of sixteen servers on a slow machine, ms. */
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
        since: z.number(),
        reason: z.object({ message: z.string() }).nullable(),
      }),
    }),
  ),
});
const erasAnswer = z.array(
  z.object({
    name: z.string(),
    era: z.object({ era: z.string(), protocolVersion: z.string().nullable() }).nullable(),
  }),
);
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

const startsFile = (directory: string, name: string): string => join(directory, `${name}.starts`);

const addServers = async (
  cli: CommandLine,
  servers: RealServer[],
  directory: string,
): Promise<void> => {
  for (const { name, env, command, args } of servers) {
    const all = { ...env, ...notingStarts(startsFile(directory, name)) };
    const plain = Object.entries(all).flatMap(([key, value]) => ["--env-plain", `${key}=${value}`]);
    // Without a value it is read from the environment, and kept as a secret.
    const secret = name === "everything" ? ["--env", "E2E_SECRET"] : [];
    await cli(["servers", "add", name, ...plain, ...secret], ["--", command, ...args]);
  }
};

/** @returns when each became ready, ms since 1970 */
const waitUntilReady = async (cli: CommandLine): Promise<Map<string, number>> => {
  let waiting: string[] = [];
  const since = new Map<string, number>();
  await eventually(async () => {
    const { servers } = statusAnswer.parse(await cli(["status"]));
    for (const { name, status } of servers) since.set(name, status.since);
    waiting = servers
      .filter(({ status }) => status.state !== "ready")
      .map(({ name, status }) => `${name} ${status.state} ${status.reason?.message ?? ""}`);
    return waiting.length === 0 ? true : undefined;
  }, READY_WITHIN);
  check("every server is ready", waiting.length === 0, waiting.join("; "));
  return since;
};

/** What this start of the gateway has cost each server; `before` are the starts that it had. */
const measureStarts = async (
  cli: CommandLine,
  servers: RealServer[],
  { directory, began, before }: { directory: string; began: number; before: ServerStart[] },
): Promise<ServerStart[]> => {
  const readyAt = await waitUntilReady(cli);
  const found = new Map(
    erasAnswer.parse(await cli(["servers", "list"])).map(({ name, era }) => [name, era]),
  );
  const starts = servers.map(({ name }, index): ServerStart => ({
    name,
    era: found.get(name)?.era ?? "unknown",
    version: found.get(name)?.protocolVersion ?? "unknown",
    starts: startsIn(startsFile(directory, name)) - (before[index]?.starts ?? 0),
    readyMs: (readyAt.get(name) ?? began) - began,
  }));
  const wrong = servers.filter(({ era }, index) => starts[index]?.era !== era);
  const names = wrong.map(({ name }) => name).join(", ");
  check("every server is taken for the era it is of", wrong.length === 0, names);
  return starts;
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

const checkBoth = async (servers: RealServer[], setup: Setup): Promise<void> => {
  const { url, token, dataDir, directory, env } = setup;
  const expected = servers.reduce((sum, { toolsForGateway }) => sum + toolsForGateway, 0);

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

  const modern = inspector([...target(token), "--protocol-era=modern"], env);
  check("a modern client lists the same", sameNames(await modern.tools(), tools));
  check("echo to it", (await modern.call("echo", { message: "m" })) === "Echo: m");

  const stranger = inspector(target("lmg_wrong"), env).tools();
  const refusal = await stranger.then(() => "it was let in", String);
  check("a wrong token is refused", refusal.includes("auth_required"), refusal);

  const bridge = [process.execPath, CLI, "bridge", "--profile", "all", "--data-dir", dataDir];
  const overBridge = inspector(bridge, env);
  const bridged = await overBridge.tools();
  check("the bridge lists the same", JSON.stringify(bridged) === JSON.stringify(tools));
  check("echo through the bridge", (await overBridge.call("echo", { message: "b" })) === "Echo: b");
};

const sameNames = (some: { name: string }[], others: { name: string }[]): boolean =>
  JSON.stringify(some.map(({ name }) => name)) === JSON.stringify(others.map(({ name }) => name));

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
    await addServers(cli, servers, directory);
    const names = servers.map(({ name }) => name).join(",");
    await cli(["profiles", "create", "all", "--servers", names]);
    const created = await cli(["tokens", "create", "--name", "e2e", "--profile", "all"]);
    const { token } = tokenAnswer.parse(created);

    const start = async (before: ServerStart[]): Promise<[Serving, ServerStart[]]> => {
      print("$ local-mcp-gateway serve --port 0");
      const began = Date.now();
      serving = await Serving.start(dataDir, env);
      show(serving.url);
      return [serving, await measureStarts(cli, servers, { directory, began, before })];
    };
    const [first, probed] = await start([]);
    const often = probed.filter(({ starts }) => starts > 2).map(({ name }) => name);
    check("one start more at most finds out the era", often.length === 0, often.join(", "));
    await checkBoth(servers, { url: first.url, token, dataDir, directory, env });
    await stop(first, dataDir);
    serving = undefined;

    const [, cached] = await start(probed);
    const twice = cached.filter(({ starts }) => starts !== 1).map(({ name }) => name);
    check("started again, it starts each server once", twice.length === 0, twice.join(", "));
    show(startsTable(probed, cached), 5000);
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
