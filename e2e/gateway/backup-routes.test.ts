import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type BackupJob, backupsView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { afterTest } from "../fixtures/test-support.ts";
import { request, sendBytes } from "./hardening/raw.ts";
import { fixture, startGateway, type TestGateway, until } from "./test-gateway.ts";

const PASSPHRASE = "correct horse battery staple";
/** Each job has a thread of its own, and there are many other tests at the same time. */
const PATIENCE_MS = 240_000;

interface Answer {
  status: number;
  body: unknown;
}

/** A gateway that is asked over HTTP alone, with the token that its own command line has. */
async function overHttp(): Promise<
  TestGateway & {
    url: string;
    token: string;
    ask: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>;
    fetchFile: (backup: string) => Promise<Response>;
    send: (bytes: Uint8Array, name?: string) => Promise<string>;
    /** The last job, once it is over, asked for as a program would while nobody answers. */
    end: () => Promise<BackupJob>;
  }
> {
  const started = await startGateway();
  const { url } = await started.gateway.listen();
  const runtime = z.object({ token: z.string() });
  const { token } = runtime.parse(
    JSON.parse(readFileSync(join(started.dataDir, "runtime.json"), "utf8")),
  );
  const authorization = { authorization: `Bearer ${token}` };
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    other = token,
  ): Promise<Answer> => {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${other}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    ...started,
    url,
    token,
    ask,
    fetchFile: (backup) =>
      fetch(`${url}/api/backups/${encodeURIComponent(backup)}/file`, { headers: authorization }),
    send: async (bytes, name = "a.age") => {
      const answer = await fetch(`${url}/api/backups/files?name=${name}`, {
        method: "POST",
        headers: { ...authorization, "content-type": "application/octet-stream" },
        body: new Uint8Array(bytes),
      });
      expect(answer.status).toBe(201);
      return z.object({ backup: z.string() }).parse(await answer.json()).backup;
    },
    end: async () => {
      const read = async (): Promise<BackupJob | null> => {
        // Nobody answers while one gateway is closed and the next is opened.
        const answer = await ask("GET", "/backups/job").catch(() => null);
        if (answer === null || answer.status !== 200) return null;
        return backupsView.pick({ job: true }).parse(answer.body).job;
      };
      const job = await until(read, (one) => one !== null && one.state !== "running");
      if (job === null) throw new Error("there is no job");
      return job;
    },
  };
}

const view = z.object({ id: z.string(), name: z.string(), bytes: z.number() });
type Ask = Awaited<ReturnType<typeof overHttp>>["ask"];
/** With a passphrase it takes as long as deriving a key does. */
const create = async (ask: Ask, wish: object = { unencrypted: true }) => {
  const { status, body } = await ask("POST", "/backups", wish);
  expect([status, body]).toMatchObject([201, { state: "verified" }]);
  return view.parse(body);
};
const codeOf = ({ body }: Answer): unknown => {
  const refused = z.object({ error: z.object({ code: z.string() }) });
  const failed = z.object({ data: z.object({ code: z.string() }) });
  return refused.safeParse(body).data?.error.code ?? failed.safeParse(body).data?.data.code;
};

describe("a backup over REST", () => {
  it(
    "is made, listed, fetched, brought elsewhere and looked at there",
    async () => {
      const here = await overHttp();
      const opened = { passphrase: PASSPHRASE };
      const made = await create(here.ask, opened);
      const listed = backupsView.parse((await here.ask("GET", "/backups")).body);
      expect(listed.backups.map(({ id }) => id)).toEqual([made.id]);
      const fetched = await here.fetchFile(made.id);
      const file = Buffer.from(await fetched.arrayBuffer());
      expect(file.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
      expect([fetched.headers.get("content-disposition"), file.length]).toEqual([
        `attachment; filename="${made.name}"`,
        made.bytes,
      ]);
      const { entries } = await here.api.audit.list({ limit: 10, action: "backup.read" });
      expect(entries).toMatchObject([{ subject: { name: made.name }, outcome: "ok" }]);

      const there = await overHttp();
      const brought = await there.send(file, "from-elsewhere.age");
      const verified = await there.ask("POST", `/backups/${brought}/verify`, opened);
      expect(verified).toMatchObject({
        status: 200,
        body: { name: "from-elsewhere.age", bytes: file.length, verified: true },
      });
      const needed = await there.ask("POST", `/backups/${brought}/verify`, {});
      expect([needed.status, codeOf(needed)]).toEqual([403, "backup_passphrase_needed"]);
    },
    PATIENCE_MS,
  );

  it(
    "is restored and undone at the same address with the same token",
    async () => {
      const { api, ask, end, fetchFile, gateway, send, url } = await overHttp();
      await api.servers.create({ name: "kept", config: fixture() });
      const { id } = await create(ask);
      await api.servers.remove({ server: "kept" });
      await api.servers.create({ name: "newer", config: fixture() });
      const brought = await send(Buffer.from(await (await fetchFile(id)).arrayBuffer()), "mine.db");
      const preview = await ask("POST", `/backups/${brought}/preview`, {});
      expect(preview).toMatchObject({
        status: 200,
        body: {
          name: "mine.db",
          contents: { counts: { servers: 1 } },
          changes: expect.arrayContaining([
            { kind: "server", name: "kept", change: "added" },
            { kind: "server", name: "newer", change: "removed" },
          ]),
        },
      });
      const { digest } = z.object({ digest: z.string() }).parse(preview.body);
      const begun = await ask("POST", `/backups/${brought}/restore`, { digest });
      expect(begun).toMatchObject({ status: 202, body: { kind: "restore", state: "running" } });
      expect(await end()).toMatchObject({ state: "done", problem: null });
      const names = async (): Promise<string[]> => {
        const { body } = await ask("GET", "/servers");
        return z
          .array(z.object({ name: z.string() }))
          .parse(body)
          .map(({ name }) => name);
      };
      expect(await names()).toEqual(["kept"]);
      expect((await gateway.api.status.get()).url).toBe(url);
      // What was brought is not kept any longer.
      expect(codeOf(await ask("POST", `/backups/${brought}/verify`, {}))).toBe("backup_not_found");
      expect(await ask("POST", "/backups/undo", {})).toMatchObject({ status: 202 });
      expect(await end()).toMatchObject({ kind: "undo", state: "done", problem: null });
      expect(await names()).toEqual(["newer"]);
      const { entries } = await gateway.api.audit.list({ limit: 1, action: "backup.undo" });
      expect(entries).toMatchObject([{ outcome: "ok" }]);
    },
    PATIENCE_MS,
  );

  it(
    "is refused by name for every wrong input, and changes nothing",
    async () => {
      const { ask, send, api, fetchFile } = await overHttp();
      await api.servers.create({ name: "kept", config: fixture() });
      const { id } = await create(ask);
      const bytes = Buffer.from(await (await fetchFile(id)).arrayBuffer());
      const torn = await send(bytes.subarray(0, -1));
      const text = await send(Buffer.from("hello"), "..%2F..%2Fetc%2Fpasswd%00");
      const cases: [string, object, number, string][] = [
        ["none.age", {}, 404, "backup_not_found"],
        ["upload-1", {}, 404, "backup_not_found"],
        [encodeURIComponent("../local-mcp-gateway.db"), {}, 404, "backup_not_found"],
        [encodeURIComponent(`../backups/${id}`), {}, 404, "backup_not_found"],
        [encodeURIComponent("/etc/passwd"), {}, 404, "backup_not_found"],
        [`${id}%00`, {}, 404, "backup_not_found"],
        ["x".repeat(201), {}, 400, "validation_failed"],
        [id, { passphrase: 1 }, 400, "validation_failed"],
        [id, { passphrase: "", parts: ["all"] }, 400, "validation_failed"],
        [torn, {}, 422, "backup_damaged"],
        [text, {}, 422, "backup_not_ours"],
      ];
      const said: string[] = [];
      for (const [backup, body, status, code] of cases) {
        const answer = await ask("POST", `/backups/${backup}/preview`, body);
        expect([backup, answer.status, codeOf(answer)]).toEqual([backup, status, code]);
        said.push(JSON.stringify(answer.body));
      }
      expect(said.at(-1)).toContain("“passwd”");
      // What was shown is what is restored, or nothing is.
      expect((await ask("POST", `/backups/${id}/restore`, { digest: "0".repeat(64) })).status).toBe(
        202,
      );
      await until(
        () => api.backups.job(),
        ({ job }) => job?.state === "failed" && job.problem?.code === "backup_changed",
      );
      expect((await api.servers.list()).map(({ name }) => name)).toEqual(["kept"]);
    },
    PATIENCE_MS,
  );

  it("is one at a time", async () => {
    const { ask, api } = await overHttp();
    const made = await Promise.all(
      [1, 2].map(() => ask("POST", "/backups", { unencrypted: true })),
    );
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(made.map(codeOf)).toContain("backup_busy");
    expect((await api.backups.list()).backups).toHaveLength(1);
  });
});

describe("files of backups", () => {
  let here: Awaited<ReturnType<typeof overHttp>>;
  const HOST = "Host: 127.0.0.1";
  const received = (): string[] => {
    const folder = join(here.dataDir, "restore", "uploads");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("are for those who manage, from no page, and by the methods that are told", async () => {
    here = await overHttp();
    const { api, url, token } = here;
    const id = "local-mcp-gateway-2026-11-21T02-00-00Z-manual.age";
    const folder = join(here.dataDir, "backups");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, id), "age");
    writeFileSync(join(here.root, id), "elsewhere");
    symlinkSync(join(here.root, id), join(folder, id.replace("02-00", "03-00")));
    const { token: weak } = await api.tokens.create({
      name: "weak",
      rights: ["use", "processes"],
    });
    await api.profiles.create({ slug: "dev" });
    const { token: bound } = await api.tokens.create({ name: "bound", profile: "dev" });
    const file = `GET /api/backups/${id}/file`;
    const post = "POST /api/backups/files";
    const body = ["Content-Type: application/octet-stream", "Content-Length: 3"];
    const as = (one: string): string => `Authorization: Bearer ${one}`;
    const cases: [string, string[], number][] = [
      [file, [HOST], 401],
      [file, [HOST, as("lmg_wrong")], 401],
      [file, [HOST, as(weak)], 403],
      [file, [HOST, as(bound)], 403],
      [file, ["Host: evil.example", as(token)], 403],
      [file, [HOST, as(token), "Origin: http://evil.example"], 403],
      [file, [HOST, as(token), "Sec-Fetch-Site: cross-site"], 403],
      [file, [HOST, as(token)], 200],
      [`HEAD /api/backups/${id}/file`, [HOST, as(token)], 200],
      [`DELETE /api/backups/${id}/file`, [HOST, as(token)], 405],
      [`GET /api/backups/${id.replace("02-00", "03-00")}/file`, [HOST, as(token)], 404],
      [`GET /api/backups/..%2f${id}/file`, [HOST, as(token)], 404],
      ["GET /api/backups/..%2flocal-mcp-gateway.db/file", [HOST, as(token)], 404],
      ["GET /api/backups/%2fetc%2fpasswd/file", [HOST, as(token)], 404],
      [post, [HOST, ...body], 401],
      [post, [HOST, ...body, as(weak)], 403],
      [post, [HOST, ...body, as(bound)], 403],
      [post, [HOST, ...body, as(token), "Origin: null"], 403],
      [post, [HOST, ...body, as(token), "Sec-Fetch-Mode: navigate"], 403],
      [post, [HOST, "Content-Type: text/plain", "Content-Length: 3", as(token)], 415],
      ["PUT /api/backups/files", [HOST, ...body, as(token)], 405],
    ];
    const answers = await Promise.all(
      cases.map(([first, headers]) =>
        sendBytes(url, request(first, headers, first.startsWith("P") ? "abc" : "")),
      ),
    );
    expect(answers.map(({ status }, at) => [cases[at]?.[0], status])).toEqual(
      cases.map(([first, , status]) => [first, status]),
    );
    expect(received()).toEqual([]);
    const refusals = await api.audit.list({ limit: 50, action: "access.refused" });
    expect(JSON.stringify(refusals.entries)).toContain("token_lacks_right");
  });

  it("that are too big for the disk are refused before they are sent", async () => {
    here = await overHttp();
    const head = ["Content-Type: application/octet-stream", `Content-Length: ${2 ** 52}`];
    const answer = await sendBytes(
      here.url,
      request("POST /api/backups/files?name=big.age", [
        HOST,
        `Authorization: Bearer ${here.token}`,
        ...head,
      ]),
    );
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      413,
      { error: { code: "backup_too_big", params: { name: "big.age" } } },
    ]);
    expect(received()).toEqual([]);
  });

  it("that are broken off leave nothing", async () => {
    here = await overHttp();
    for (const size of ["Content-Length: 1000000", "Transfer-Encoding: chunked"]) {
      const { port } = new URL(here.url);
      const socket = connect(Number(port), "127.0.0.1");
      afterTest(() => socket.destroy());
      const type = "Content-Type: application/octet-stream";
      const headers = [HOST, `Authorization: Bearer ${here.token}`, type, size];
      const first = size.startsWith("Transfer") ? "186a0\r\n" : "";
      socket.write(request("POST /api/backups/files", headers, first));
      socket.write(Buffer.alloc(100_000));
      await until(received, (files) => files.length === 1);
      socket.destroy();
      await until(received, (files) => files.length === 0);
    }
    expect(here.log.join("\n")).not.toContain("request failed");
  }, 20_000);

  it("are given back to nobody, and go by no name that was sent", async () => {
    here = await overHttp();
    const id = await here.send(Buffer.from("hello"), "..%2Fa.age");
    expect(id).toMatch(/^upload-/);
    expect(received()).toEqual([id]);
    expect((await here.fetchFile(id)).status).toBe(404);
  });

  it("are described at /openapi.json", async () => {
    here = await overHttp();
    const answer = await fetch(`${here.url}/openapi.json`, {
      headers: { authorization: `Bearer ${here.token}` },
    });
    expect(await answer.json()).toMatchObject({
      paths: {
        "/api/backups/{backup}/file": { get: { operationId: "backups.download" } },
        "/api/backups/files": { post: { operationId: "backups.upload" } },
        "/api/backups/{backup}/restore": { post: {} },
      },
    });
  });
});
