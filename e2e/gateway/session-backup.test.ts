import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../../packages/cli/src/test-kit.ts";
import { openPostgres } from "../../packages/sessions/src/postgres/open.ts";
import { PostgresStorageBackend } from "../../packages/sessions/src/postgres/postgres.ts";
import {
  PASSWORD,
  type PostgresServer,
  startPostgres,
} from "../../packages/sessions/src/postgres/postgres.fixture.ts";
import { runProgram } from "../../packages/sessions/src/postgres/programs.ts";
import { readPostgresUrl } from "../../packages/sessions/src/postgres/url.ts";
import { clientSession, session, START } from "../../packages/sessions/src/test-kit.ts";

describe("backups of the sessions in PostgreSQL", () => {
  let server: PostgresServer;
  let place: Place;
  let url: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = await startPostgres({ asksPassword: true });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    place = new Place();
    url = await server.fresh();
    env = { MCP_TS_STORAGE_POSTGRES: url };
  });
  afterEach(() => place.remove());

  const using = async <T>(work: (store: PostgresStorageBackend) => Promise<T>): Promise<T> => {
    const store = new PostgresStorageBackend({ url }, { now: () => START });
    try {
      await store.init();
      return await work(store);
    } finally {
      await store.disconnect();
    }
  };
  const fill = () =>
    using(async (store) => {
      await store.createSession(session());
      await store.createClientSession(clientSession({ subscriptions: ["file:///a"] }));
    });

  test("bring back what was saved, and only that", async () => {
    await fill();
    const file = join(place.directory, "sessions.dump");
    const saved = await place.run(["backup", "sessions", file], { env });
    expect([saved.exit, saved.err]).toEqual([0, expect.not.stringContaining("CANARY")]);
    expect(saved.out).toContain(`Saved the sessions of PostgreSQL at 127.0.0.1:${server.port}/`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes("CANARY-p")).toBe(false);

    await using(async (store) => {
      await store.clearAll();
      await store.createSession(session({ sessionId: "later" }));
      await store.updateClientSession("client-1", { subscriptions: [] });
    });
    const restored = await place.run(["backup", "restore-sessions", file, "--yes", "--json"], {
      env,
    });
    expect(restored).toMatchObject({ exit: 0, err: "" });
    expect(JSON.parse(restored.out)).toMatchObject({ file });
    await using(async (store) => {
      expect(await store.getAllSessionIds()).toEqual(["abc123"]);
      expect(await store.listClientSessions()).toEqual([
        clientSession({ subscriptions: ["file:///a"] }),
      ]);
      // What it is found by is there too.
      await store.createSession(session({ sessionId: "after" }));
    });
    const again = await place.run(["backup", "sessions", file], { env });
    expect([again.exit, again.err]).toEqual([4, expect.stringContaining("is there already")]);
  });

  test("go to a database that has none yet", async () => {
    await fill();
    const file = join(place.directory, "sessions.dump");
    expect((await place.run(["backup", "sessions", file], { env })).exit).toBe(0);
    url = await server.fresh();
    const restored = await place.run(["backup", "restore-sessions", file, "--yes"], {
      env: { MCP_TS_STORAGE_POSTGRES: url },
    });
    expect(restored).toMatchObject({ exit: 0, err: "" });
    await using(async (store) => expect(await store.getAllSessionIds()).toEqual(["abc123"]));
  });

  test("are not restored while a gateway lives on the store, which is named", async () => {
    await fill();
    const file = join(place.directory, "sessions.dump");
    const gateway = await openPostgres(url);
    try {
      await gateway.shared.join({
        id: "one",
        name: "host-one (pid 7)",
        keyId: null,
        configurationHash: "hash",
      });
      expect((await place.run(["backup", "sessions", file], { env })).exit).toBe(0);
      const words = ["backup", "restore-sessions", file, "--yes"];
      const refused = await place.run(words, { env });
      expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining("host-one (pid 7)")]);
      await gateway.shared.leave();
      expect((await place.run(words, { env })).exit).toBe(0);
    } finally {
      await gateway.close();
    }
  });

  test("what is no backup of sessions is refused, and changes nothing", async () => {
    await fill();
    await server.sql("CREATE TABLE public.more (n int)", url.split("/").at(-1));
    const more = join(place.directory, "more.dump");
    const text = place.write("text.dump", "not a dump");
    // A dump of all that there is, as somebody else may have made it.
    const { environment } = readPostgresUrl(url);
    await runProgram("pg_dump", ["--format=custom", `--file=${more}`], { environment });
    for (const [file, words] of [
      [more, "more than the schema local_mcp"],
      [text, "is no backup of sessions"],
      [join(place.directory, "nowhere"), "nowhere cannot be read"],
    ] as const) {
      const refused = await place.run(["backup", "restore-sessions", file, "--yes"], { env });
      expect(refused).toMatchObject({ exit: 1, err: expect.stringContaining(words) });
    }
    await using(async (store) => expect(await store.getAllSessionIds()).toEqual(["abc123"]));
  });

  test("a restore that fails half way leaves everything as it was", async () => {
    await fill();
    const file = join(place.directory, "sessions.dump");
    expect((await place.run(["backup", "sessions", file], { env })).exit).toBe(0);
    await using(async (store) => {
      await store.createSession(session({ sessionId: "later" }));
    });
    // Something of somebody else that dropping the tables would take along.
    const database = url.split("/").at(-1);
    await server.sql("CREATE VIEW public.theirs AS SELECT * FROM local_mcp.mcp_sessions", database);
    const failed = await place.run(["backup", "restore-sessions", file, "--yes"], { env });
    expect(failed).toMatchObject({ exit: 1, err: expect.stringContaining("pg_restore stopped") });
    expect(failed.err).not.toContain("user-123");
    await using(async (store) =>
      expect(await store.getAllSessionIds()).toEqual(["abc123", "later"]),
    );
  });

  test("ask before they replace anything, and need to know where", async () => {
    const file = place.write("any.dump", "any");
    const unasked = await place.run(["backup", "restore-sessions", file], { env });
    expect([unasked.exit, unasked.err]).toEqual([2, expect.stringContaining("--yes")]);
    const nowhere = await place.run(["backup", "sessions", `${file}.new`]);
    expect([nowhere.exit, nowhere.err]).toEqual([
      3,
      expect.stringContaining(
        "chosen by the command, and MCP_TS_STORAGE_POSTGRES does not say where it is",
      ),
    ]);
    const wrong = url.replace(encodeURIComponent(PASSWORD), "CANARY-wrong");
    const refused = await place.run(["backup", "sessions", `${file}.new`], {
      env: { MCP_TS_STORAGE_POSTGRES: wrong },
    });
    expect(refused).toMatchObject({
      exit: 1,
      err: expect.stringContaining("password was refused"),
    });
    expect(refused.err).not.toContain("CANARY");
    expect(readdirSync(place.directory)).not.toContain("any.dump.new");
  });

  test("never give the password as an argument, and pass on what a program says", async () => {
    await fill();
    const bin = join(place.directory, "bin");
    const seen = join(place.directory, "seen");
    mkdirSync(bin);
    const program = join(bin, "pg_dump");
    writeFileSync(
      program,
      `#!/bin/sh
printf '%s\\n' "$@" > '${seen}'; env > '${seen}.env'
echo 'pg_dump: error: aborting because of server version mismatch' >&2
echo 'pg_dump: detail: server version: 99.1 (Debian); pg_dump version: 15.14 (Debian)' >&2
exit 1
`,
    );
    chmodSync(program, 0o755);
    const { PATH: path } = process.env;
    process.env["PATH"] = `${bin}:${path}`;
    process.env["SOMEBODY_ELSES_SECRET"] = "CANARY-other";
    try {
      const out = join(place.directory, "out.dump");
      const failed = await place.run(["backup", "sessions", out], { env });
      expect(failed).toMatchObject({
        exit: 1,
        err: expect.stringContaining("it is of version 15.14, and the server of the newer 99.1"),
      });
      expect(readFileSync(seen, "utf8")).not.toContain("CANARY");
      const given = readFileSync(`${seen}.env`, "utf8");
      expect(given).toContain(`PGPASSWORD=${PASSWORD}`);
      expect(given).not.toContain("CANARY-other");
      expect(readdirSync(place.directory)).not.toContain("out.dump");
    } finally {
      process.env["PATH"] = path;
      delete process.env["SOMEBODY_ELSES_SECRET"];
    }
  });
});
