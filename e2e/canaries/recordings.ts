import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { z } from "zod";
import { eventually } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { type Deed, inVain } from "./in-vain.ts";
import { command } from "./programs.ts";
import type { Running } from "./running.ts";
import type { Stage } from "./stage.ts";

const SERVER = "tells-serves";
const WITHIN_MS = 30_000;
/** Each is shown by itself. */
const SHOWN = 60;
const LONGEST_NOTE = 2000;

const created = z.object({ token: z.string() });
const page = z.object({ rows: z.array(z.object({ id: z.number(), kind: z.string() })) });

/** What a client that knows the secrets of a server says in its place, wherever it can. */
const sayEverywhere = async (
  client: McpClient,
  { secrets, unknown, control }: { secrets: string[]; unknown: string[]; control: string },
): Promise<void> => {
  // That a call fails is what is wanted of most.
  const say = (method: string, params: Record<string, unknown>): Promise<unknown> =>
    client
      .request(method, params, {
        onRequest: () => ({ action: "accept", content: { name: secrets.join(" ") } }),
      })
      .catch(() => {});
  const call = (name: string, args: Record<string, unknown> = {}): Promise<unknown> =>
    say("tools/call", { name, arguments: args, _meta: { progressToken: "steps" } });
  for (const name of ["tell", "fail", "steps", "ask"]) await call(name, { plain: control });
  for (const secret of secrets) {
    await call("tell", { said: secret, deep: [{ [`key-${secret}`]: secret }] });
    await call(`nobody-has-${secret}`);
    await say("resources/read", { uri: `secret://${secret}/x?key=${secret}` });
    await say("prompts/get", { name: secret, arguments: { about: secret } });
    await client.notify("notifications/cancelled", { requestId: "gone", reason: secret });
  }
  for (const secret of unknown) {
    const headers = { Authorization: `Bearer ${secret}` };
    const url = `https://ada:${secret}@api.example/x?access_token=${secret}`;
    await call("tell", { password: secret, env: { API_KEY: secret }, headers, url });
  }
  await call(`nobody-has-${control}`);
};

/** What the file of traffic holds and no search of its bytes finds: what is compressed, and words. */
const readTraffic = (stage: Stage): void => {
  const db = new Sqlite(join(stage.dataDir, "traffic.db"), { readonly: true });
  const payload = z.union([z.string(), z.instanceof(Buffer), z.null()]);
  const rows = z
    .array(z.object({ request: payload, response: payload }))
    .parse(
      db
        .prepare("SELECT request_payload AS request, response_payload AS response FROM debug_logs")
        .all(),
    );
  const bodies = rows
    .flatMap(({ request, response }) => [request, response])
    .map((one) => (Buffer.isBuffer(one) ? inflateRawSync(one).toString() : (one ?? "")));
  stage.heard("messages in traffic.db", bodies.join("\n"));
  const kept = db.prepare("SELECT content FROM mcp_messages").pluck().all();
  stage.heard("messages of sessions in traffic.db", kept.join("\n"));
  const tables = z
    .array(z.string())
    .parse(
      db
        .prepare(
          "SELECT name FROM sqlite_schema WHERE name GLOB 'debug_log_words_*' AND sql LIKE 'CREATE VIRTUAL%'",
        )
        .pluck()
        .all(),
    );
  const words = tables.flatMap((table) => {
    db.exec(`CREATE VIRTUAL TABLE temp.terms_of_${table} USING fts5vocab(main, ${table}, row)`);
    return z
      .array(z.string())
      .parse(db.prepare(`SELECT term FROM terms_of_${table}`).pluck().all());
  });
  stage.heard("words in traffic.db", words.join("\n"));
  db.close();
};

const readByCommand = async (stage: Stage, shown: number): Promise<void> => {
  const exports = ["jsonl", "har"].flatMap((format) => [
    ["logs", "export", "--format", format, "--out", `short.${format}`],
    ["logs", "export", "--format", format, "--with-contents", "--out", `whole.${format}`],
  ]);
  const all = [
    ["logs", "tail", "--limit", "500"],
    ["--json", "logs", "tail", "--limit", "500"],
    ["logs", "show", String(shown)],
    ["logs", "stats"],
    ...exports,
  ];
  const done = await Promise.all(
    all.map(async (args) => ({ args, ...(await command(stage, args)) })),
  );
  for (const { args, code, stderr } of done) {
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
  }
};

const makeToken = async (stage: Stage, running: Running): Promise<string> => {
  const body = JSON.stringify({ name: "recorded" });
  const { token } = created.parse(JSON.parse(await running.ask("POST", "/api/tokens", { body })));
  // The answer that made it is the one that may hold it.
  stage.outputs.pop();
  stage.samples.planted("access token", [stage.samples.adopt(token, "access token")]);
  return token;
};

/** Secrets pass in every place of a message, are recorded without them, and are read every way. */
export const recordings = (profile: string): Deed => ({
  name: "what passes is recorded, and read",
  do: async (stage, running) => {
    const token = await makeToken(stage, running);
    const ids = [...(stage.given.get(SERVER) ?? [])];
    const secrets = [token, ...ids.flatMap((id) => stage.samples.get(id)?.value ?? [])];
    const unknown = inVain(stage, "argument that is named as a secret", 3, "query");
    for (const secret of secrets) {
      const client = new McpClient(`${running.url}/mcp/${profile}`, {
        authorization: `Bearer ${token}`,
      });
      await client.initialize({
        capabilities: { elicitation: {} },
        clientInfo: { name: `editor ${secret}`, version: secret },
      });
      if (secret === token) {
        const values = unknown.map(({ value }) => value);
        await sayEverywhere(client, { secrets, unknown: values, control: stage.control.value });
      }
      await client.delete();
    }
    const list = (filter: string) =>
      running.ask("GET", `/api/logs?limit=500&filter=${encodeURIComponent(filter)}`);
    const last = await eventually(async () => {
      const { rows } = page.parse(JSON.parse(await list(`tool:nobody-has-${stage.control.value}`)));
      return rows[0]?.id;
    }, WITHIN_MS);
    if (last === undefined) throw new Error("what a client did was not recorded");
    const { rows } = page.parse(JSON.parse(await list("")));
    for (const note of secrets.filter(({ length }) => length <= LONGEST_NOTE)) {
      const body = JSON.stringify({ pinned: true, note });
      await running.ask("PATCH", `/api/logs/${last}`, { body, status: 200 });
    }
    for (const { id, kind } of rows.slice(-SHOWN)) {
      await running.ask("GET", `/api/logs/${id}`, { status: 200 });
      if (kind !== "request") continue;
      for (const as of ["curl", "client"])
        await running.ask("GET", `/api/logs/${id}/copy?as=${as}`);
    }
    for (const key of ["client", "tool", "method", "session"]) {
      await running.ask("GET", `/api/logs/suggest?key=${key}`, { status: 200 });
    }
    readTraffic(stage);
    await readByCommand(stage, last);
  },
});
