import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { decryptFile } from "../../packages/backup/src/age/files.ts";
import type { Form, Section } from "../leaks/section.ts";
import { asTheApp } from "./as-the-app.ts";
import { backup, Backups } from "./backing-up.ts";
import { ownSecrets, sealRows, seed } from "./campaign.ts";
import { sealedInPlain } from "./plain-backups.ts";
import type { Sample } from "./samples.ts";
import { until } from "./sign-ins.ts";
import { Stage } from "./stage.ts";

const SAMPLES: Record<Form, number> = { full: 1000, short: 150 };
const KINDS = [
  "environment value",
  "header",
  "query of a URL",
  "mark in an argument",
  "server that serves and tells",
];

/** More than any backup of the run holds. */
const MAX_BYTES = 1_000_000_000;

/** Steps at which a gateway is killed that makes a backup, or restores one. */
const KILLS: Record<Form, { create: string[]; restore: string[] }> = {
  full: {
    create: ["snapshot", "encrypt", "verify", "store"],
    restore: ["unlock", "inspect", "prepare", "decided", "replacing", "trying"],
  },
  short: { create: ["encrypt"], restore: ["inspect"] },
};

/** A backup that is taken out of the folder. */
const TAKEN = "taken.age";

/** Where the value is seen that is no secret: it is an argument of a server. */
const CONTROLLED = [
  /^data\/local-mcp-gateway\.db/,
  /^data\/previous\/.*\.db/,
  /^data\/backups\/.*\.db, /,
  /^home\/second\/local-mcp-gateway\.db/,
  /^what is in /,
  /^answer of POST \/api\/backups\/[^/]+\/preview$/,
  /^stdout of backup restore$/,
  /^cmdline of tells-serves$/,
];

const sheet = z.object({ passphrase: z.string() });
const coded = z.object({ code: z.string() });

interface Known {
  typed: Sample;
  kept: Sample;
  wrong: Sample;
  /** In a `.env` file. */
  inFile: Sample;
}

/** The clock makes one, with the passphrase that is kept; before it one is made for paper. */
const automatic = async (all: Backups, { kept }: Known): Promise<void> => {
  const { running, stage } = all;
  await running.ask("PATCH", "/api/settings", { body: `{"backupDaily":false}`, status: 200 });
  const put = (body: object): Promise<string> =>
    running.ask("PUT", "/api/backups/passphrase", { body: JSON.stringify(body), status: 200 });
  const { passphrase } = sheet.parse(JSON.parse(await put({})));
  // The answer that made it is the one that may hold it.
  stage.outputs.pop();
  const forms = [passphrase, passphrase.replaceAll("-", "")];
  const known = forms.map((form) => stage.samples.adopt(form, "recovery sheet"));
  stage.samples.planted("passphrase that was made", known);
  await all.post("", {}, 201);
  await put({ passphrase: kept.value });
  await running.ask("PATCH", "/api/settings", { body: `{"backupDaily":true}`, status: 200 });
  await until("an automatic backup", async () =>
    (await all.list()).some(({ kind }) => kind === "automatic"),
  );
  await all.untilOver("done");
};

interface Made {
  /** With `.env`, which was asked for. */
  withFile: string;
  /** With nothing besides. */
  bare: string;
}

/** Makes backups in every way; each is one more file for the search. */
const makeAll = async (all: Backups, { typed }: Known): Promise<Made> => {
  const passphrase = typed.value;
  const make = async (wish: object): Promise<string> =>
    backup.parse(JSON.parse(await all.post("", wish, 201))).id;
  const withFile = await make({ passphrase, parts: ["traffic", "environment"] });
  const bare = await make({ passphrase });
  await all.post("", { passphrase, unencrypted: true }, 400);
  const file = all.stage.input("passphrase", `${passphrase}\n`);
  await all.command("backup create", ["--out", TAKEN, "--passphrase-file", file]);
  await all.command("backup create --unencrypted", []);
  if (all.isFull) {
    await all.post("", { unencrypted: true, parts: ["environment"] }, 400);
    await all.command("--json backup create", ["--unencrypted", "--out", "plain.db"]);
    await all.command("--json backup create --passphrase-stdin", [], { stdin: passphrase });
    await all.running.ask("GET", `/api/backups/${bare}/file`, { status: 200 });
  }
  return { withFile, bare };
};

/** What opens a backup, with what does and what does not. */
const lookAt = async (all: Backups, id: string, { typed, wrong }: Known): Promise<void> => {
  await all.post(`/${id}/verify`, { passphrase: wrong.value }, 403);
  await all.post(`/${id}/restore`, { passphrase: wrong.value }, 202);
  await all.untilOver("failed");
  const refused = ["--passphrase-file", all.stage.input("wrong", wrong.value)];
  await all.command("backup restore", [id, "--yes", ...refused], { code: 6 });
  await all.post(`/${id}/verify`, { passphrase: typed.value, drill: true }, 200);
  await all.post(`/${id}/preview`, { passphrase: typed.value }, 200);
  // A body that is none is told of, and not what stands in it.
  const broken = `{"passphrase":"${typed.value}`;
  const answer = await all.running.ask("POST", `/api/backups/${id}/verify`, { body: broken });
  coded.parse(JSON.parse(answer));
  if (!all.isFull) return;
  await all.post(`/${id}/preview`, { passphrase: wrong.value }, 403);
  await all.command("--json backup verify", [TAKEN, ...refused], { code: 6 });
  const env = { BACKUP_PASSPHRASE: typed.value };
  await all.command("backup verify --drill", [TAKEN], { env });
};

/** Something is there that is not in the backups, and something that is in them is gone. */
const change = async ({ running, stage }: Backups): Promise<void> => {
  const [later] = stage.samples.take(1, "query");
  if (later === undefined) throw new Error("there is no sample");
  stage.samples.planted("header of a server that a restore removes", [later]);
  const config = {
    transport: "http",
    url: "http://127.0.0.1:1/mcp",
    headers: { "X-Later": later.value },
  };
  const body = JSON.stringify({ name: "later", config, enabled: false });
  await running.ask("POST", "/api/servers", { body, status: 201 });
  await running.ask("DELETE", "/api/servers/env-0", { status: 200 });
};

/** Everything that a restore is done by: a client over HTTP, a command beside a gateway, an undo. */
const restoreAll = async (all: Backups, id: string, { typed }: Known): Promise<void> => {
  await change(all);
  await all.post(`/${id}/restore`, { passphrase: typed.value }, 202);
  await all.untilOver("done");
  all.stage.readFiles("after a restore");
  await all.post("/undo", {}, 202);
  await all.untilOver("done");
  const given = ["--yes", "--passphrase-stdin"];
  await all.command("backup restore", [TAKEN, ...given], { stdin: typed.value });
  if (all.isFull) await all.command("--json backup undo --yes", []);
  all.stage.readFiles("after more of them");
};

/** A file is restored where there is another key, or another vault; its secrets are sealed anew. */
const restoreElsewhere = async (all: Backups, { typed, wrong }: Known): Promise<void> => {
  const { stage } = all;
  const [sealing] = stage.samples.take(1, "query");
  const secret = `${sealing?.value}-and-more-of-it-to-be-long`;
  stage.samples.planted("another gateway's own environment", sealing ? [sealing] : []);
  const dataDir = join(stage.root, "home", "second");
  const elsewhere = { env: { AUTH_ENCRYPTION_SECRET: secret }, dataDir };
  const given = [TAKEN, "--yes", "--passphrase-stdin"];
  const refused = { ...elsewhere, stdin: wrong.value, code: 6 };
  if (all.isFull) await all.command("backup restore", given, refused);
  await all.command("backup restore", given, { ...elsewhere, stdin: typed.value });
  await all.command("audit export", [], elsewhere);
  stage.readFiles("restored elsewhere");
};

/** Opens every backup that the typed passphrase opens: also there secrets are sealed. */
const openAll = async ({ stage }: Backups, id: string, { typed, inFile }: Known): Promise<void> => {
  const open = async (source: string, mayHold: Sample[]): Promise<void> => {
    const name = basename(source);
    const target = join(stage.inputs, `${name}.db`);
    await decryptFile({ source, name, target, passphrase: typed.value, maxBytes: MAX_BYTES });
    const ids = new Set(mayHold.map((sample) => sample.id));
    stage.heard(`what is in ${name}`, readFileSync(target), ids);
  };
  // With .env, which was asked for.
  await open(join(stage.dataDir, "backups", id), [inFile]);
  await open(join(stage.work, TAKEN), []);
};

const readAll = async ({ running }: Backups): Promise<void> => {
  for (const path of ["backups", "backups/job", "audit", "doctor", "settings", "status"]) {
    await running.ask("GET", `/api/${path}`, { status: 200 });
  }
};

/** Makes backups and restores them in every way; nothing secret is found in what is left of it. */
export const backups = async (form: Form): Promise<Section> => {
  const stage = new Stage();
  const own = ownSecrets(stage);
  const secret = own.env.AUTH_ENCRYPTION_SECRET;
  await seed(stage, secret, SAMPLES[form], KINDS);
  await sealRows(stage, secret, SAMPLES[form]);
  const inFile = stage.samples.next("query");
  stage.samples.planted(".env", [inFile]);
  // A link, since what a person keeps in clear themselves is not searched.
  const { MCPGATEWAY_BEARER_TOKEN: _, ...env } = own.env;
  const line = `MCPGATEWAY_BEARER_TOKEN=${inFile.value}-and-more-of-it-to-be-long\n`;
  symlinkSync(stage.input("env", line), join(stage.dataDir, ".env"));

  const all = new Backups(stage, env, form);
  const known = {
    typed: all.passphrase("passphrase that was typed"),
    kept: all.passphrase("passphrase that is kept"),
    wrong: all.passphrase("wrong passphrase"),
    inFile,
  };
  await all.start();
  await automatic(all, known);
  const { withFile, bare } = await makeAll(all, known);
  await lookAt(all, withFile, known);
  await restoreAll(all, withFile, known);
  await readAll(all);
  const processes = all.running.lookAtProcesses(own.ids);

  const killed: string[] = [];
  for (const step of KILLS[form].create) {
    killed.push(await all.killAt("create", step, "", known.typed));
  }
  // While one with `.env` is unpacked that is in clear, as it is where a person keeps it.
  for (const step of KILLS[form].restore) {
    killed.push(await all.killAt("restore", step, `/${bare}/restore`, known.typed));
  }
  await all.end("SIGTERM");

  const plain = sealedInPlain(stage.dataDir);
  await restoreElsewhere(all, known);
  await asTheApp(stage, secret, async (api) => {
    stage.heard("backups.create", await api.backups.create({}));
    stage.heard("backups.list", await api.backups.list());
  });
  stage.readFiles("at the end");
  await openAll(all, withFile, known);
  const left = readdirSync(join(stage.dataDir, "restore"));
  const faults = [...stage.faults(), ...stage.blind(CONTROLLED), ...plain.faults];
  if (left.length > 0) faults.push(`a restore has left ${left.join(", ")}`);
  return {
    name: "backups",
    figures: [
      ["samples", String(stage.samples.size)],
      ["killed at", killed.join(", ")],
      ["sealed values and keys looked for in plain backups", String(plain.values)],
      ["outputs and files searched", String(stage.outputs.length)],
      ["bytes searched", String(stage.size)],
      ["processes looked at", String(processes)],
    ],
    faults,
  };
};
