/**
 * The main job on real input: twelve published servers in one profile, used by an independent
 * client over HTTP and through the stdio bridge. `npm run e2e:servers` after `npm run build`;
 * prints a transcript, and ends with 1 when anything is not as it has to be.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ensureInstalled } from "./install.ts";
import { descendants, isAlive } from "./processes.ts";
import { INSPECTOR, realServers, SERVERS_DIRECTORY, type RealServer } from "./servers/catalogue.ts";

const CLI = fileURLToPath(new URL("../out/cli/index.mjs", import.meta.url));
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

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

const run = (args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (bytes: Buffer) => (outcome.stdout += bytes.toString("utf8")));
    child.stderr.on("data", (bytes: Buffer) => (outcome.stderr += bytes.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...outcome, code }));
  });

const show = (text: string, limit = 1500): void => {
  const redacted = text.replaceAll(/lmg_[\w-]+/g, "lmg_…").trimEnd();
  const shown = redacted.length > limit ? `${redacted.slice(0, limit)}…` : redacted;
  for (const line of shown.split("\n")) console.log(`    ${line}`);
};

const tokenAnswer = z.object({ token: z.string() });
const readyLine = z.object({ event: z.literal("ready"), url: z.url(), pid: z.number() });
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

/** The product's command line on one data directory. */
const commandLine = (dataDir: string, env: NodeJS.ProcessEnv) => ({
  serve: () =>
    spawn(process.execPath, [CLI, "serve", "--port", "0", "--data-dir", dataDir], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    }),
  run: async (command: string[], rest: string[] = []): Promise<unknown> => {
    console.log(`$ local-mcp-gateway ${[...command, ...rest].join(" ")}`);
    const args = [CLI, ...command, "--data-dir", dataDir, "--json", ...rest];
    const { code, stdout, stderr } = await run(args, env);
    if (stderr) show(stderr);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
    return JSON.parse(stdout);
  },
});
type CommandLine = ReturnType<typeof commandLine>;

/** The independent client, in front of a target that is a URL or a command. */
const inspector = (target: string[], env: NodeJS.ProcessEnv) => {
  const ask = async (...args: string[]): Promise<unknown> => {
    console.log(`$ inspector --cli … ${args.join(" ")}`);
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
    await cli.run(["servers", "add", name, ...plain, ...secret], ["--", command, ...args]);
  }
};

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error("stdout is not piped");
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until `read` gives something, or the time is over. */
const eventually = async <T>(read: () => Promise<T | undefined>): Promise<T | undefined> => {
  const end = Date.now() + READY_WITHIN;
  for (;;) {
    const value = await read();
    if (value !== undefined || Date.now() > end) return value;
    await pause(1000);
  }
};

const waitUntilReady = async (cli: CommandLine): Promise<void> => {
  let waiting: string[] = [];
  await eventually(async () => {
    const { servers } = statusAnswer.parse(await cli.run(["status"]));
    waiting = servers
      .filter(({ status }) => status.state !== "ready")
      .map(({ name, status }) => `${name} ${status.state} ${status.reason?.message ?? ""}`);
    return waiting.length === 0 ? true : undefined;
  });
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
  });
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

const stop = async (child: ChildProcess, dataDir: string): Promise<void> => {
  const family = descendants(child.pid ?? 0);
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const code = await Promise.race([exit, pause(20_000)]);
  check("serve ends with 0 when it is asked to", code === 0, String(code));
  const left = family.filter(isAlive);
  check(`none of its ${family.length} processes is left`, left.length === 0, left.join(" "));
  check("runtime.json is gone", !existsSync(join(dataDir, "runtime.json")));
  child.kill("SIGKILL");
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
  let serving: ChildProcess | undefined;
  try {
    await addServers(cli, servers);
    const names = servers.map(({ name }) => name).join(",");
    await cli.run(["profiles", "create", "all", "--servers", names]);
    const created = await cli.run(["tokens", "create", "--name", "e2e", "--profile", "all"]);
    const { token } = tokenAnswer.parse(created);

    console.log("$ local-mcp-gateway serve --port 0");
    serving = cli.serve();
    const line = await firstLine(serving);
    show(line);
    const { url, pid } = readyLine.parse(JSON.parse(line));
    check("the ready line names the process that serves", pid === serving.pid);
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
