/**
 * One compressed working day on everything that is finished: `npm run day`. Each scene plays on the
 * same data directory, which began as a golden one of an earlier build. At the end no process is
 * left, no secret lies about, no setting is lost, and every status that was shown was true.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { CLI, eventually, run, Serving } from "../command-line.ts";
import { NoDesktop, openDesktop } from "../desktop/desktop.ts";
import { workTree } from "../desktop/stage.ts";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { type HttpServer, startHttpServer } from "../fixtures/http-server.ts";
import { LEDGER_VARIABLE, readLedger } from "../fixtures/ledger.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { startSseServer } from "../fixtures/sse-server.ts";
import { StdioClient } from "../fixtures/stdio-client.ts";
import { PASSPHRASE } from "../golden/snapshot.ts";
import { runs } from "../leaks/proc.ts";
import { Backup } from "./backup.ts";
import { BothEras, ERA_SERVERS } from "./both-eras.ts";
import { Catalogue } from "./catalogue.ts";
import { Journey } from "./journey.ts";
import { locks } from "./locks.ts";
import { Logs } from "./logs.ts";
import { sessionStores } from "./session-stores.ts";
import { SignIn } from "./sign-in.ts";
import { ToolChanges } from "./tool-changes.ts";
import { Transfer } from "./transfer.ts";
import { inWindow } from "./window.ts";

const READY_MS = 20_000;
const CANARY = "day-canary-7c1f0a4e9b";

/** Null where the app cannot be started, which is said. */
const desktop = await openDesktop(1).catch((error: unknown) => {
  if (!(error instanceof NoDesktop) || process.env["LOCAL_MCP_E2E"] === "required") throw error;
  console.log(`The app is left out: ${error.message}`);
  return null;
});
/** Where servers lie that the app may start too, whoever it runs as. */
const { app: staged, node } = desktop?.stage ?? workTree;
const FIXTURE = join(staged, "e2e/fixtures/stdio-server.ts");
const HOSTILE = join(staged, "e2e/fixtures/hostile-stdio.ts");
const CHANGING = join(staged, "e2e/fixtures/changing-stdio.ts");

const failures: string[] = [];
const check = (what: string, holds: boolean, detail: unknown = ""): void => {
  console.log(`${holds ? "  ok  " : "FAILED"} ${what}${holds ? "" : `: ${String(detail)}`}`);
  if (!holds) failures.push(what);
};

const statusSchema = z.object({
  servers: z.array(z.object({ name: z.string(), status: z.object({ state: z.string() }) })),
});

const root = mkdtempSync(join(tmpdir(), "day-"));
const dataDir = join(root, "data");
/** Where the server that leaves a daemon enters what it starts. */
const ledger = join(root, "ledger");
const env: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: root,
  VAULT_PASSPHRASE: PASSPHRASE,
  DAY_SECRET: CANARY,
};

const cli = (...args: string[]): Promise<unknown> => cliWith({}, args);

/** @param more beside the environment of the day */
async function cliWith(more: NodeJS.ProcessEnv, args: string[]): Promise<unknown> {
  const words = [CLI, "--data-dir", dataDir, "--json", ...args];
  const { code, stdout, stderr } = await run(words, { ...env, ...more });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

const configuredSchema = z.array(
  z.object({
    name: z.string(),
    config: z.unknown(),
    secrets: z.unknown(),
    limits: z.unknown(),
    enabled: z.boolean(),
    confirmed: z.boolean(),
    profiles: z.array(z.string()),
  }),
);

/** What a person has set, without what is only observed. */
const configured = async () => configuredSchema.parse(await cli("servers", "list"));

/** Waits until the status of each server is what it really is, and says where it is not. */
async function expectStates(expected: Record<string, string[]>): Promise<void> {
  let wrong: string[] = [];
  await eventually(async () => {
    const { servers } = statusSchema.parse(await cli("status"));
    wrong = servers
      .filter(({ name, status }) => expected[name] && !expected[name].includes(status.state))
      .map(({ name, status }) => `${name} is ${status.state}`);
    return wrong.length === 0 ? true : undefined;
  }, READY_MS);
  check("every status is true", wrong.length === 0, wrong.join(", "));
}

const latestGolden = (): string => {
  const all = readdirSync("e2e/golden", { withFileTypes: true }).filter((one) => one.isDirectory());
  const name = all
    .map((one) => one.name)
    .sort()
    .at(-1);
  if (name === undefined) throw new Error("there is no golden directory");
  return join("e2e/golden", name, "data");
};

const tokenSchema = z.object({ token: z.string() });

/** A profile with a server of each era, both with the same tools. */
async function setUpEras(urls: Record<(typeof ERA_SERVERS)[number], string>): Promise<string> {
  for (const name of ERA_SERVERS) await cli("servers", "add", name, "--url", urls[name]);
  const naming = ["--names", "always_prefix"];
  await cli("profiles", "create", "eras", "--servers", ERA_SERVERS.join(","), ...naming);
  return tokenSchema.parse(await cli("tokens", "create", "--name", "eras", "--profile", "eras"))
    .token;
}

interface Urls {
  web: string;
  legacy: string;
  signin: string;
  far: string;
}

async function setUp(urls: Urls): Promise<{ token: string; changes: ToolChanges }> {
  console.log("08:00 an upgrade, and sixteen servers more");
  cpSync(latestGolden(), dataDir, { recursive: true });
  for (const name of ["one", "two", "three", "four", "five"]) {
    await cli(
      "servers",
      "add",
      name,
      "--",
      node,
      FIXTURE,
      "--name",
      name,
      "--tool-prefix",
      `${name}_`,
    );
  }
  const withSecret = ["servers", "add", "secret", "--env", "DAY_SECRET", "--", node, FIXTURE];
  await cli(...withSecret, "--tools", "env", "--tool-prefix", "secret_");
  // The directory it begins with lets servers rest, and what rests is neither ready nor in trouble.
  await cli("settings", "set", "idleStopMs", "0");
  await cli("servers", "add", "web", "--url", `${urls.web}?key=${CANARY}-query`);
  await cli("servers", "add", "legacy", "--url", urls.legacy, "--transport", "sse");
  await cli("servers", "add", "signin", "--url", urls.signin);
  await cli("servers", "add", "far", "--url", urls.far);
  const entered = ["--env-plain", `${LEDGER_VARIABLE}=${ledger}`];
  await cli("servers", "add", "leaver", ...entered, "--", node, HOSTILE, "daemon");
  await cli("servers", "add", "gone", "--", "no-such-command-anywhere");
  for (const mode of ["hang", "crash-loop", "garbage"]) {
    await cli("servers", "add", mode, "--start-timeout", "2", "--", node, HOSTILE, mode);
  }
  const changes = await ToolChanges.prepare({ root, started: [node, CHANGING], cli, check });
  const working = "one,two,three,four,five,secret,web,legacy,signin,changing";
  const all = `${working},gone,hang,crash-loop,garbage`;
  await cli("profiles", "create", "day", "--servers", all);
  await cli("profiles", "activate", "day");
  const created = await cli("tokens", "create", "--name", "day", "--profile", "day");
  return { token: tokenSchema.parse(created).token, changes };
}

const TRUE_STATES: Record<string, string[]> = {
  ...Object.fromEntries(
    [
      "one",
      "two",
      "three",
      "four",
      "five",
      "secret",
      "web",
      "legacy",
      "far",
      "leaver",
      "changing",
      ...ERA_SERVERS,
    ].map((name) => [name, ["ready"]]),
  ),
  signin: ["ready"],
  gone: ["failed"],
  hang: ["starting", "retrying", "failed"],
  "crash-loop": ["retrying", "failed"],
  remote: ["off"],
  "not-yet-confirmed": ["unconfirmed"],
};

const textOf = (result: unknown): string => JSON.stringify(result);

async function work(url: string, client: McpClient, bridge: StdioClient): Promise<void> {
  const { tools } = z
    .object({ tools: z.array(z.looseObject({ name: z.string() })) })
    .parse(await client.request("tools/list", {}));
  check(
    "the dead servers cost only their own tools",
    tools.some(({ name }) => name === "one_echo"),
  );
  const echoed = await client.request("tools/call", {
    name: "two_echo",
    arguments: { message: "hi" },
  });
  check("a call is answered", textOf(echoed).includes("hi"), textOf(echoed));
  const secret = await client.request("tools/call", {
    name: "secret_env",
    arguments: { name: "DAY_SECRET" },
  });
  check("a secret reaches its server", textOf(secret).includes(CANARY), textOf(secret));
  const bridged = await bridge.request("tools/list", {});
  check("the bridge lists the same", textOf(bridged) === textOf({ tools }));
  const stranger = new McpClient(`${url}/mcp/day`, { authorization: "Bearer lmg_wrong" });
  const refused = await stranger.initialize().then(() => "let in", String);
  check("a wrong token is refused", refused.includes("401"), refused);
}

/** Every such file below a directory. */
const filesWith = (text: string, within = dataDir): string[] =>
  readdirSync(within, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));

/** A sleep, then another network: what is not there is not called ready, and comes back. */
async function carryAway(journey: Journey, serving: Serving, web: HttpServer): Promise<void> {
  journey.sleep(serving.child, web);
  await expectStates({ ...TRUE_STATES, far: ["retrying", "starting"], web: ["failed"] });
  journey.arrive(web);
  await expectStates(TRUE_STATES);
}

async function day(): Promise<void> {
  const web = await startHttpServer({
    fixture: { toolPrefix: "web_" },
    require: { query: { name: "key", value: `${CANARY}-query` } },
  });
  const legacy = await startSseServer({ fixture: { toolPrefix: "legacy_" } });
  const signIn = await SignIn.prepare({ name: "signin", dataDir, env, check });
  const eras = [
    await startConformanceServer({ era: "legacy" }),
    await startConformanceServer({ era: "modern" }),
  ] as const;
  const journey = await Journey.prepare(root);
  let serving: Serving | null = null;
  let both: BothEras | null = null;
  let own: Catalogue | null = null;
  try {
    const urls = { web: web.url, legacy: legacy.url, signin: signIn.url, far: journey.farUrl };
    const { token, changes } = await setUp(urls);
    const [eraLegacy, eraModern] = eras;
    const eraToken = await setUpEras({ "era-legacy": eraLegacy.url, "era-modern": eraModern.url });
    const before = textOf(await configured());

    console.log("09:00 the gateway, two clients and a bridge");
    serving = await Serving.start(dataDir, { ...env, ...journey.env });
    await expectStates({ ...TRUE_STATES, signin: ["needs_sign_in"] });
    await signIn.signIn();
    await expectStates(TRUE_STATES);
    const client = new McpClient(`${serving.url}/mcp/day`, { authorization: `Bearer ${token}` });
    await client.initialize();
    const bridge = new StdioClient({
      command: process.execPath,
      args: [CLI, "bridge", "--profile", "day", "--data-dir", dataDir],
      env: { HOME: root },
    });
    await bridge.initialize();
    await work(serving.url, client, bridge);
    both = await BothEras.open(new URL(`${serving.url}/mcp/eras`), eraToken, check);
    await both.work();
    const clients = [client, bridge];
    await signIn.work(clients);

    console.log("09:30 something of our own beside the servers");
    const secret = { variable: "DAY_SECRET", value: CANARY };
    own = await Catalogue.prepare({ root, token: secret, cli, check });
    await own.work(client);

    console.log("10:00 a backup while everybody works");
    const backup = new Backup({ root, cli, check });
    await backup.make(clients);

    console.log("11:00 the way to another office");
    await carryAway(journey, serving, web);
    await work(serving.url, client, bridge);

    await own.change(client);

    console.log("12:00 kill -9");
    const logs = new Logs({ root, cli, check, filesWith });
    await logs.beforeTheKill(client);
    const { port } = serving;
    const leftBehind = readLedger(ledger).filter(runs);
    const killed = await serving.end("SIGKILL");
    check("no server outlives a killed gateway", killed.left.length === 0, killed.left);
    serving = await Serving.start(dataDir, env, { port });
    await expectStates(TRUE_STATES);
    check("its daemon neither", !leftBehind.some(runs), readLedger(ledger).filter(runs));
    await work(serving.url, client, bridge);
    check("client and bridge go on as if nothing had been", true);
    await logs.afterTheKill();
    await own.work(client);
    await both.listen();
    await both.work();

    console.log("12:30 the sessions to Redis, and back");
    const lunch = serving;
    const eraClients = both;
    serving = null;
    serving = await sessionStores(lunch, {
      dataDir,
      env,
      cli: cliWith,
      check,
      work: async () => {
        await work(lunch.url, client, bridge);
        await eraClients.listen();
        await eraClients.work();
      },
      workWithout: () => eraClients.workWithoutSession(),
    });
    await expectStates(TRUE_STATES);

    console.log("13:00 a file for a colleague, and one from a colleague");
    const transfer = new Transfer({ root, cli, check });
    await transfer.work([client, bridge]);
    await expectStates(TRUE_STATES);
    await own.work(client);

    console.log("14:00 a sign-in that ends");
    await signIn.work(clients);
    await signIn.expire(clients);
    await expectStates({ ...TRUE_STATES, signin: ["needs_sign_in"] });
    await signIn.signIn();
    await signIn.work(clients);

    console.log("14:30 a server that changes its tools");
    await changes.work(clients);
    await expectStates(TRUE_STATES);

    console.log("15:00 locks and keys");
    const { secrets } = await locks({ url: serving.url, root, dataDir, env, cli, check });
    await expectStates(TRUE_STATES);
    await work(serving.url, client, bridge);

    console.log("16:00 a restore, and an undo");
    await backup.bringBack(serving.url, clients);
    await expectStates(TRUE_STATES);
    await work(serving.url, client, bridge);
    await both.listen();
    await both.work();
    await signIn.work(clients);

    own.wentBack();
    await own.work(client);
    await own.counted();

    console.log("17:00 what was said today");
    await logs.evening(client);

    if (desktop) {
      console.log("17:30 the same in a window");
      const evening = serving;
      const calls = both;
      serving = null;
      serving = await inWindow(evening, {
        desktop,
        root,
        dataDir,
        env,
        check,
        work: async () => {
          await expectStates(TRUE_STATES);
          await work(evening.url, client, bridge);
          await calls.listen();
          await calls.work();
          await signIn.work(clients);
        },
      });
      await expectStates(TRUE_STATES);
    }

    console.log("18:00 the end of the day");
    await both.close();
    await bridge.close();
    const ended = await serving.end("SIGTERM");
    serving = null;
    check("it ends when it is asked to", ended.code === 0, ended.code);
    const left = [...ended.left, ...readLedger(ledger).filter(runs)];
    check("no process is left", left.length === 0, textOf(left));
    const after = textOf(await configured());
    check("no setting is lost", after === before, after);
    check("no secret lies about", filesWith(CANARY).length === 0, filesWith(CANARY));
    const given = [transfer.folder, logs.folder].flatMap((folder) => filesWith(CANARY, folder));
    check("nor in a file that was exported", given.length === 0, given);
    const all = [
      transfer.passphrase,
      token,
      eraToken,
      ...secrets,
      ...signIn.tokens,
      ...backup.secrets,
    ];
    const withTokens = all.flatMap((text) => filesWith(text));
    check("no token and no key lies about", withTokens.length === 0, withTokens);
  } finally {
    await serving?.end("SIGKILL");
    await both?.close();
    await own?.close();
    journey.close();
    await Promise.all([web, legacy, signIn, ...eras].map((server) => server.close()));
    rmSync(root, { recursive: true, force: true });
    desktop?.close();
  }
}

await day();
console.log(failures.length === 0 ? "\na good day" : `\n${failures.length} went wrong`);
process.exitCode = failures.length === 0 ? 0 : 1;
