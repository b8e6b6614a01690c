import { createHmac } from "node:crypto";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { CLI } from "../command-line.ts";
import type { Form, Section } from "../leaks/section.ts";
import { asTheApp } from "./as-the-app.ts";
import { DEEDS, PROFILE, refusedConfigurations } from "./deeds.ts";
import { PLANTS } from "./plants.ts";
import { command, Program } from "./programs.ts";
import { Running } from "./running.ts";
import type { Sample } from "./samples.ts";
import { storeSignIns, storeTokens, withVault } from "./sealed-rows.ts";
import { Stage } from "./stage.ts";
import { startTelltale } from "./telltale-http.ts";

const FULL = 10_000;
const SHORT = 400;
/** Of each hundred samples, for what no gateway stores yet. */
const TOKENS_PERCENT = 2;
const SIGN_INS_PERCENT = 2;

/** Where the value is seen that is no secret: in a place of each kind that is searched. */
const CONTROLLED = [
  /^data\/local-mcp-gateway\.db/,
  /^data\/logs\//,
  /^servers\.list$/,
  /^answer of GET \/api\/servers$/,
  /^answer of GET \/api\/servers\/tells-serves\/output$/,
  /^stdout of --json servers output tells-serves$/,
  /^cmdline of tells-serves$/,
  /^the stream of events$/,
  /^the stream of debug logs$/,
  /^(messages|words|messages of sessions) in traffic\.db$/,
  /^stdout of logs (tail|show)/,
  /^answer of GET \/api\/logs\/\d+$/,
  /^answer of GET \/api\/logs\/\d+\/copy/,
  /^answer of GET \/api\/logs\/export/,
  /^work\/whole\.jsonl/,
  /^work\/whole\.har/,
  /^answer of GET \/export/,
  /^answer of POST \/api\/transfer\/export$/,
  /^work\/flat\.json/,
];

/** The secrets that the gateway itself is started with. */
export const ownSecrets = (stage: Stage) => {
  const [sealing, bearer, password, signing] = stage.samples.take(4, "query");
  const own = { sealing, bearer, password, signing };
  const all = Object.values(own).filter((one): one is Sample => one !== undefined);
  stage.samples.planted("the gateway's own environment", all);
  const padded = (sample: Sample | undefined): string =>
    `${sample?.value}-and-more-of-it-to-be-long`;
  const env = {
    AUTH_ENCRYPTION_SECRET: padded(sealing),
    MCPGATEWAY_BEARER_TOKEN: padded(bearer),
    BASIC_AUTH_USER: "ada",
    BASIC_AUTH_PASSWORD_FILE: stage.input("password", padded(password)),
    JWT_SECRET_KEY_FILE: stage.input("signing", padded(signing)),
    // So that what clients were answered is kept too.
    CACHE_TYPE: "database",
  };
  return {
    env,
    signing: padded(signing),
    password: padded(password),
    ids: new Set(all.map(({ id }) => id)),
  };
};

/** A module that makes a program end as one does that nobody has foreseen. */
const crashOnSignal = (stage: Stage): string =>
  stage.input(
    "crash.mjs",
    `process.on("SIGUSR2", () => { throw new Error("refused: " + process.env.SAID_AT_THE_END); });`,
  );

/** @param kinds of places that secrets are put in */
export const seed = async (
  stage: Stage,
  secret: string,
  samples: number,
  kinds: readonly string[] = Object.keys(PLANTS),
): Promise<void> => {
  const origin = await startTelltale();
  const log: string[] = [];
  const gateway = await createGateway({
    dataDir: stage.dataDir,
    kind: "cli",
    env: { ...stage.env, AUTH_ENCRYPTION_SECRET: secret },
    log: (line) => log.push(line),
  });
  try {
    for (const [name, plant] of Object.entries(PLANTS).filter(([kind]) => kinds.includes(kind))) {
      const wanted = Math.max(plant.least ?? 2, Math.round((samples * plant.percent) / 100));
      const some = stage.samples.take(Math.min(wanted, plant.most ?? wanted), plant.fit);
      stage.samples.planted(name, some);
      await plant.put(stage, gateway.api, some, origin);
    }
    const servers = await gateway.api.servers.list();
    stage.heard("servers.list", servers);
    const telling = servers.map(({ name }) => name).filter((name) => name.startsWith("tells-"));
    await gateway.api.profiles.create({ slug: PROFILE, servers: telling });
  } finally {
    await gateway.close();
    stage.heard("the log of the first gateway", log.join("\n"));
  }
};

export const sealRows = (stage: Stage, secret: string, samples: number): Promise<void> =>
  withVault(join(stage.dataDir, "local-mcp-gateway.db"), secret, async (db, vault) => {
    const tokens = stage.samples.take(Math.ceil((samples * TOKENS_PERCENT) / 100));
    stage.samples.planted("token of a sign-in", tokens);
    storeTokens(db, vault, tokens);
    const signIns = stage.samples.take(Math.ceil((samples * SIGN_INS_PERCENT) / 100));
    stage.samples.planted("sign-in under way", signIns);
    await storeSignIns(db, vault, signIns);
  });

const signed = (key: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "ada", exp: Math.floor(Date.now() / 1000) + 600 };
  const head = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", key).update(head).digest("base64url")}`;
};

const sectionOf = (name: string, stage: Stage, processes: number): Section => ({
  name,
  figures: [
    ["samples", String(stage.samples.size)],
    ["outputs and files searched", String(stage.outputs.length)],
    ["bytes searched", String(stage.size)],
    ["processes looked at", String(processes)],
  ],
  faults: stage.faults(),
});

/** Secrets are stored and servers started with them: the least that can be done with any. */
export const start = async (): Promise<Section> => {
  const stage = new Stage();
  const own = ownSecrets(stage);
  await seed(stage, own.env.AUTH_ENCRYPTION_SECRET, SHORT);
  const running = await Running.start(stage, own.env);
  await running.untilTried();
  const processes = running.lookAtProcesses(own.ids);
  await running.ask("GET", "/api/servers");
  stage.readFiles("while it runs");
  await running.end("SIGTERM");
  return sectionOf("start", stage, processes);
};

/** Ends the gateway in the ways in which nothing can be tidied up. */
const crash = async (stage: Stage, env: NodeJS.ProcessEnv): Promise<void> => {
  const said = stage.samples.next("query");
  stage.samples.planted("an error nobody foresaw", [said]);
  const crashing = {
    ...env,
    NODE_OPTIONS: `--import=${crashOnSignal(stage)}`,
    SAID_AT_THE_END: said.value,
  };
  for (const signal of ["SIGSEGV", "SIGUSR2"] as const) {
    const running = await Running.start(stage, crashing);
    await running.ask("GET", "/api/servers");
    await running.end(signal);
    stage.readFiles(`after ${signal}`);
  }
};

/** Commands that open the directory themselves, without its key, and such as cannot start. */
const runAlone = async (stage: Stage): Promise<void> => {
  for (const args of [["doctor"], ["--json", "servers", "list"], ["--json", "vault", "status"]]) {
    await command(stage, args);
  }
  await Promise.all(
    refusedConfigurations(stage).map((env, at) => {
      // Where the directory is named, nothing else that names it is read.
      const where =
        env.DATABASE_URL === undefined
          ? ["--data-dir", join(stage.root, "home", `refused-${at}`)]
          : [];
      return new Program(stage, "doctor, refused", [CLI, ...where, "doctor"], { env }).ended();
    }),
  );
};

/** Everything that exists is done with secrets in it, and they are looked for in what is left. */
export const campaign = async (form: Form): Promise<Section> => {
  const short = form === "short";
  const stage = new Stage();
  const own = ownSecrets(stage);
  const secret = own.env.AUTH_ENCRYPTION_SECRET;
  const wanted = short ? SHORT : FULL;
  await seed(stage, secret, wanted);
  await sealRows(stage, secret, wanted);
  stage.readFiles("at rest");

  const running = await Running.start(stage, own.env);
  const token = signed(own.signing);
  stage.samples.planted("signed token", [stage.samples.adopt(token, "signed token")]);
  const basic = Buffer.from(`ada:${own.password}`).toString("base64");
  for (const authorization of [`Bearer ${token}`, `Basic ${basic}`]) {
    await running.ask("GET", "/api/tokens", { headers: { authorization }, status: 200 });
  }
  await running.untilTried();
  let processes = running.lookAtProcesses(own.ids);
  for (const deed of DEEDS) await deed.do(stage, running, { short });
  processes += running.lookAtProcesses(own.ids);
  stage.readFiles("while it runs");
  await running.end("SIGKILL");
  stage.readFiles("after it was killed");

  await crash(stage, own.env);
  await asTheApp(stage, secret);
  await runAlone(stage);
  stage.readFiles("at the end");
  const section = sectionOf("campaign", stage, processes);
  return { ...section, faults: [...section.faults, ...stage.blind(CONTROLLED)] };
};
