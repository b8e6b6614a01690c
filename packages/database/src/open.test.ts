import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { GatewayError } from "@local-mcp/contract";
import Database from "better-sqlite3";
import type { MigrationMeta } from "drizzle-orm/migrator";
import { afterEach, describe, expect, test } from "vitest";
import { configurationFile, createDb, createTrafficDb, trafficFile } from "./db.ts";
import { closeFile, type FileKind, openFile } from "./open.ts";
import { profiles } from "./schema.ts";
import { errorOf, useTempDir } from "./test-kit.ts";

const temp = useTempDir();
const file = () => temp("data", "local-mcp-gateway.db");

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const open = (path = file(), kind = configurationFile) => {
  const connection = openFile(path, kind, {});
  closers.push(() => closeFile(connection));
  return connection;
};

/** Opens, leaves a profile behind, and closes. */
const withProfile = (path = file()): void => {
  const db = createDb({ path });
  db.insert(profiles).values({ slug: "dev", name: "Dev" }).run();
  db.close();
};

/** Names, modes and bytes of everything in the data directory. */
const everything = () =>
  readdirSync(temp("data")).map((name) => [
    name,
    statSync(temp("data", name)).mode,
    readFileSync(temp("data", name)).toString("base64"),
  ]);

const pragma = (connection: Database.Database, name: string): unknown =>
  connection.pragma(name, { simple: true });

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("a new file", () => {
  test("belongs to its owner alone, in directories that do too", () => {
    open(temp("a", "b", "x.db")).exec("CREATE TABLE written (x)");
    expect([temp("a"), temp("a", "b")].map(modeOf)).toEqual([0o700, 0o700]);
    expect(readdirSync(temp("a", "b"))).toEqual(["x.db", "x.db-shm", "x.db-wal"]);
    expect(readdirSync(temp("a", "b")).map((name) => modeOf(temp("a", "b", name)))).toEqual([
      0o600, 0o600, 0o600,
    ]);
  });

  test("keeps what was acknowledged, and is guarded against hostile content", () => {
    const connection = open();
    expect(pragma(connection, "journal_mode")).toBe("wal");
    expect(pragma(connection, "synchronous")).toBe(2);
    expect(pragma(connection, "foreign_keys")).toBe(1);
    expect(pragma(connection, "fullfsync")).toBe(1);
    expect(pragma(connection, "checkpoint_fullfsync")).toBe(1);
    expect(pragma(connection, "trusted_schema")).toBe(0);
    expect(pragma(connection, "cell_size_check")).toBe(1);
    expect(pragma(connection, "secure_delete")).toBe(1);
    expect(pragma(connection, "busy_timeout")).toBe(2000);
    expect(pragma(connection, "application_id")).toBe(configurationFile.applicationId);
    expect(pragma(connection, "user_version")).toBe(configurationFile.migrations.length);
  });

  test("of traffic is written less carefully and gives space back", () => {
    const connection = open(temp("traffic.db"), trafficFile);
    expect(pragma(connection, "journal_mode")).toBe("wal");
    expect(pragma(connection, "synchronous")).toBe(1);
    expect(pragma(connection, "auto_vacuum")).toBe(2);
  });

  test("is made where an empty one is, and where an empty database is", () => {
    mkdirSync(temp("data"));
    writeFileSync(file(), "");
    withProfile();
    const empty = new Database(temp("data", "empty.db"));
    empty.pragma("journal_mode = WAL");
    empty.close();
    expect(statSync(temp("data", "empty.db")).size).toBeGreaterThan(0);
    withProfile(temp("data", "empty.db"));
  });

  // Each program reads its sources first.
  test("is made once, however many open it at the same moment", { timeout: 30_000 }, async () => {
    mkdirSync(temp("data"));
    const files = Array.from({ length: 15 }, (_, at) => temp("data", `${at}.db`));
    const index = new URL("index.ts", import.meta.url).href;
    const program = `
      const { closeFile, openFile, trafficFile } = await import(${JSON.stringify(index)});
      process.stdout.write("ready");
      await new Promise((go) => process.stdin.once("data", go));
      const begin = Date.now() + 100;
      for (const [at, path] of process.argv.slice(1).entries()) {
        while (Date.now() < begin + at * 30);
        closeFile(openFile(path, trafficFile, {}));
      }
      process.exit();`;
    const programs = Array.from({ length: 3 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", program, ...files]),
    );
    await Promise.all(programs.map(({ stdout }) => once(stdout, "data")));
    for (const { stdin } of programs) stdin.write("go");
    const exits = await Promise.all(programs.map((one) => once(one, "exit")));
    expect(exits.map(([code]) => code)).toEqual([0, 0, 0]);
  });

  test("is made after a manual rm of the files", () => {
    withProfile();
    for (const name of readdirSync(temp("data"))) rmSync(temp("data", name));
    const db = createDb({ path: file() });
    expect(db.select().from(profiles).all()).toEqual([]);
    db.close();
  });

  test("is all that is left once it is closed", async () => {
    const db = createDb({ path: file() });
    await db.transaction(async (tx) => {
      await tx.insert(profiles).values({ slug: "dev", name: "Dev" });
    });
    expect(readdirSync(temp("data"))).toHaveLength(3);
    db.close();
    expect(readdirSync(temp("data"))).toEqual(["local-mcp-gateway.db"]);
  });

  test("is not mixed with a -wal that a rm has left behind", () => {
    const first = createDb({ path: file() });
    first.insert(profiles).values({ slug: "dev", name: "Dev" }).run();
    const log = readFileSync(`${file()}-wal`);
    first.close();
    rmSync(file());
    writeFileSync(`${file()}-wal`, log);
    const db = createDb({ path: file() });
    expect(db.select().from(profiles).all()).toEqual([]);
    db.close();
  });
});

describe("a file that is there", () => {
  test("is opened again with what it holds, also after its writer was killed", () => {
    withProfile();
    const writer = createDb({ path: file() });
    writer.insert(profiles).values({ slug: "late", name: "Late" }).run();
    // What a killed process leaves: the file, and its newest rows in the -wal.
    mkdirSync(temp("crashed"));
    for (const suffix of ["", "-wal"]) {
      writeFileSync(temp("crashed", `x.db${suffix}`), readFileSync(`${file()}${suffix}`));
    }
    writer.close();
    const db = createDb({ path: temp("crashed", "x.db") });
    expect(db.select({ slug: profiles.slug }).from(profiles).all()).toEqual([
      { slug: "dev" },
      { slug: "late" },
    ]);
    db.close();
  });

  test("keeps the locks of another thread that has it open", () => {
    withProfile();
    // As a thread has it, which does not share what this module knows.
    const other = new Database(file());
    other.prepare("SELECT * FROM profiles").all();
    closeFile(openFile(file(), configurationFile, {}));
    const program = `
      const db = new (require("better-sqlite3"))(process.argv[1], { timeout: 0 });
      db.pragma("locking_mode = EXCLUSIVE");
      db.prepare("SELECT * FROM profiles").all();`;
    const taken = spawnSync(process.execPath, ["-e", program, file()], { encoding: "utf8" });
    other.close();
    expect(taken.stderr).toContain("database is locked");
  });

  test("is opened where it went through a dump, which loses the marks of the file", () => {
    withProfile();
    const connection = new Database(file());
    connection.pragma("journal_mode = DELETE");
    connection.pragma("application_id = 0");
    connection.pragma("user_version = 0");
    connection.close();
    const again = open();
    expect(again.prepare("SELECT slug FROM profiles").pluck().all()).toEqual(["dev"]);
    expect(pragma(again, "application_id")).toBe(configurationFile.applicationId);
    expect(pragma(again, "user_version")).toBe(configurationFile.migrations.length);
  });

  test("is for its owner alone from then on; its directory keeps its mode", () => {
    withProfile();
    chmodSync(file(), 0o644);
    chmodSync(temp("data"), 0o755);
    open();
    expect(modeOf(file())).toBe(0o600);
    expect(modeOf(`${file()}-wal`)).toBe(0o600);
    expect(modeOf(temp("data"))).toBe(0o755);
  });
});

describe("refused, and nothing is touched:", () => {
  const damaged = (bytes: Buffer | string) => {
    mkdirSync(temp("data"), { recursive: true });
    writeFileSync(file(), bytes);
  };

  /** Code and text of the refusal, and whether any byte or mode in the directory changed. */
  const refusal = (openIt: () => unknown = open) => {
    const before = everything();
    const error = errorOf(openIt);
    const touched = JSON.stringify(everything()) !== JSON.stringify(before);
    if (!(error instanceof GatewayError)) throw error;
    return { code: error.code, text: error.message, touched };
  };

  const is = (code: string, text: string) => ({
    code,
    text: expect.stringContaining(text),
    touched: false,
  });

  test("a file that is no database", () => {
    damaged("This is a letter, not a database. ".repeat(100));
    expect(refusal()).toEqual(is("database_damaged", "not a SQLite database"));
    damaged("SQLite format 3\0");
    expect(refusal()).toEqual(is("database_damaged", "not a SQLite database"));
  });

  test("a database that was cut off", () => {
    withProfile();
    damaged(readFileSync(file()).subarray(0, 20_000));
    expect(refusal()).toEqual(is("database_damaged", "is damaged"));
  });

  test("a database with a page of something else in it", () => {
    withProfile();
    const bytes = readFileSync(file());
    bytes.fill("?", 4096 * 3, 4096 * 4);
    damaged(bytes);
    expect(refusal()).toEqual(is("database_damaged", "is damaged"));
  });

  test("the database of another program, and one file in the place of the other", () => {
    mkdirSync(temp("data"));
    const other = new Database(file());
    other.exec("CREATE TABLE notes (text)");
    other.close();
    expect(refusal()).toEqual(is("database_damaged", "another program"));
    createTrafficDb({ path: temp("data", "traffic.db") }).close();
    expect(refusal(() => open(temp("data", "traffic.db")))).toEqual(
      is("database_damaged", "another program"),
    );
  });

  test("another one also where its pages were looked at before", () => {
    mkdirSync(temp("data"));
    new Database(file()).exec("CREATE TABLE notes (text)").close();
    const opening = () => openFile(file(), configurationFile, { isChecked: true });
    expect(refusal(opening)).toEqual(is("database_damaged", "another program"));
  });

  test("a newer database, of either kind", () => {
    const newer = (kind: FileKind): FileKind => ({
      ...kind,
      migrations: [...kind.migrations, change(1, "CREATE TABLE from_the_future (x)")],
    });
    closeFile(openFile(file(), newer(configurationFile), {}));
    expect(refusal()).toEqual(is("database_newer", "newer version"));
    closeFile(openFile(temp("data", "traffic.db"), newer(trafficFile), {}));
    expect(refusal(() => open(temp("data", "traffic.db"), trafficFile))).toEqual(
      is("database_newer", "newer version"),
    );
  });

  test("a newer database whose writer was killed before its first checkpoint", () => {
    const migrations = [...configurationFile.migrations, change(1, "CREATE TABLE future (x)")];
    const writer = openFile(file(), { ...configurationFile, migrations }, {});
    mkdirSync(temp("crashed"));
    for (const suffix of ["", "-wal"]) {
      writeFileSync(temp("crashed", `x.db${suffix}`), readFileSync(`${file()}${suffix}`));
    }
    closeFile(writer);
    const before = readFileSync(temp("crashed", "x.db-wal"));
    expect(errorOf(() => open(temp("crashed", "x.db")))).toMatchObject({ code: "database_newer" });
    expect(readFileSync(temp("crashed", "x.db-wal"))).toEqual(before);
  });

  test("a directory in its place, and a directory that cannot be made", () => {
    mkdirSync(file(), { recursive: true });
    expect(errorOf(open)).toMatchObject({ code: "data_dir_unusable" });
    writeFileSync(temp("plain"), "");
    expect(errorOf(() => open(temp("plain", "x.db")))).toMatchObject({ code: "data_dir_unusable" });
    expect(readFileSync(temp("plain"), "utf8")).toBe("");
  });
});

/** A migration of a later version. */
const change = (number: number, ...sql: string[]): MigrationMeta => ({
  sql,
  bps: true,
  folderMillis: 2_000_000_000_000 + number,
  hash: `later-${number}`,
});

describe("an older file", () => {
  const later = (...migrations: MigrationMeta[]): FileKind => ({
    ...configurationFile,
    migrations: [...configurationFile.migrations, ...migrations],
  });
  const rows = (connection: Database.Database, statement: string): unknown[] =>
    connection.prepare(statement).raw().all();

  test("is copied, then migrated, and only then", () => {
    withProfile();
    const connection = open(
      file(),
      later(
        change(1, "ALTER TABLE profiles ADD COLUMN colour TEXT"),
        change(
          2,
          "UPDATE profiles SET colour = 'red'",
          "CREATE INDEX colours ON profiles (colour)",
        ),
      ),
    );
    expect(rows(connection, "SELECT slug, colour FROM profiles")).toEqual([["dev", "red"]]);
    expect(pragma(connection, "user_version")).toBe(configurationFile.migrations.length + 2);

    const [copy = "", ...more] = readdirSync(temp("data", "backups"));
    expect(more).toEqual([]);
    expect(copy).toMatch(/^before-migration-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.db$/);
    expect(modeOf(temp("data", "backups"))).toBe(0o700);
    expect(modeOf(temp("data", "backups", copy))).toBe(0o600);
    // The copy is a database of the version before, ready to be put back.
    const old = createDb({ path: temp("data", "backups", copy) });
    expect(old.select({ slug: profiles.slug }).from(profiles).all()).toEqual([{ slug: "dev" }]);
    old.close();
  });

  test("that is up to date is not copied", () => {
    withProfile();
    open();
    expect(existsSync(temp("data", "backups"))).toBe(false);
  });

  test("keeps the rows that refer to a table that is rebuilt, and its foreign keys", () => {
    const db = createDb({ path: file() });
    const profile = db.insert(profiles).values({ slug: "dev", name: "Dev" }).returning().get();
    db.close();
    const tokens =
      "INSERT INTO access_tokens (id, name, token_hash, hint, profile_id, rights, created_at)";
    const connection = open(
      file(),
      later(
        change(1, `${tokens} VALUES ('t', 'n', 'h', 'abcd', '${profile.id}', '[]', 1)`),
        // What drizzle-kit writes to rebuild a table.
        change(
          2,
          "CREATE TABLE __new_profiles AS SELECT * FROM profiles",
          "DROP TABLE profiles",
          "ALTER TABLE __new_profiles RENAME TO profiles",
          "CREATE UNIQUE INDEX profiles_id ON profiles (id)",
        ),
      ),
    );
    expect(rows(connection, "SELECT id FROM access_tokens")).toEqual([["t"]]);
    expect(pragma(connection, "foreign_keys")).toBe(1);
  });

  test.each([
    ["a statement that fails", "INSERT INTO no_such_table VALUES (1)"],
    [
      "a row that loses its parent",
      "INSERT INTO access_tokens (id, name, token_hash, hint, profile_id, rights, created_at) VALUES ('t', 'n', 'h', 'abcd', 'nobody', '[]', 1)",
    ],
  ])("stays as it was after %s", (_, statement) => {
    withProfile();
    const kind = later(
      change(1, "ALTER TABLE profiles ADD COLUMN colour TEXT"),
      change(2, statement),
    );
    expect(errorOf(() => open(file(), kind))).toMatchObject({ code: "database_damaged" });
    const db = createDb({ path: file() });
    expect(db.select({ slug: profiles.slug }).from(profiles).all()).toEqual([{ slug: "dev" }]);
    db.close();
  });

  test("with a history that is not ours is refused", () => {
    closeFile(
      openFile(file(), { ...configurationFile, migrations: [change(9, "CREATE TABLE x (y)")] }, {}),
    );
    expect(errorOf(() => open())).toMatchObject({
      code: "database_damaged",
      message: expect.stringContaining("never released"),
    });
  });

  test("of traffic is migrated without a copy, which could be large", () => {
    createTrafficDb({ path: temp("data", "traffic.db") }).close();
    const migrations = [...trafficFile.migrations, change(1, "CREATE TABLE later (x)")];
    open(temp("data", "traffic.db"), { ...trafficFile, migrations });
    expect(existsSync(temp("data", "backups"))).toBe(false);
  });
});
