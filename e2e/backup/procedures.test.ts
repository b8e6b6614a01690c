import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { blockUnder, documentBlocks } from "./document.ts";
import { addTo, Home, namesIn } from "./home.ts";

/** What users copy from the page is what runs here. */
const page = documentBlocks("docs/backup-and-restore.md");
const block = (heading: string, at = 0): string => blockUnder(page, heading, at);

const STOPPED = "Copy it while the gateway is stopped";
const RUNNING = "Copy it while the gateway runs";
const BACK = "Put a copy back";
const RESCUE = "Take over what can be read of a damaged file";
const ANEW = "Begin anew";
const TRY = "Try it out afterwards";

const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;

/** The names of the servers in a copy, which is not changed by that. */
const serversIn = (file: string): unknown[] => {
  const copy = new Sqlite(file, { readonly: true });
  try {
    return copy.prepare("SELECT name FROM mcp_servers ORDER BY name").pluck().all();
  } finally {
    copy.close();
  }
};

describe("a copy of a stopped gateway", () => {
  it("is whole, and is put back", async () => {
    const home = new Home();
    await home.add("one");
    expect(readdirSync(home.dataDir)).not.toContain("local-mcp-gateway.db-wal");
    await home.runs(block(STOPPED));
    await home.add("two");
    await home.runs(block(BACK));
    expect(await home.servers()).toEqual(["one"]);
  });

  it("is no backup of one that was killed, unless its log comes along", async () => {
    const home = new Home();
    await home.add("one");
    const serving = await home.serve();
    await addTo(serving, "two");
    await serving.end("SIGKILL");
    await home.runs(block(STOPPED));
    expect(serversIn(join(home.directory, "backup.db"))).toEqual(["one"]);
    await home.runs(`cp ${home.database}-wal backup.db-wal`);
    expect(serversIn(join(home.directory, "backup.db"))).toEqual(["one", "two"]);
  });
});

describe.skipIf(!hasSqlite)("a copy of a gateway that runs", () => {
  it("lacks what is in the log, and what comes after a checkpoint", async () => {
    const home = new Home();
    await home.add("one");
    const serving = await home.serve();
    await addTo(serving, "two");
    await home.runs(`cp ${home.database} plain.db`);
    expect(serversIn(join(home.directory, "plain.db"))).toEqual(["one"]);

    const [checkpoint = "", copy = ""] = block(RUNNING).split("\n");
    expect(await home.runs(checkpoint)).toBe("0|0|0\n");
    await addTo(serving, "three");
    await home.runs(copy);
    expect(serversIn(join(home.directory, "backup.db"))).toEqual(["one", "two"]);

    await home.runs(block(RUNNING));
    expect(serversIn(join(home.directory, "backup.db"))).toEqual(["one", "three", "two"]);
    rmSync(join(home.directory, "backup.db"));
    await home.runs(block(RUNNING, 1));
    expect(serversIn(join(home.directory, "backup.db"))).toEqual(["one", "three", "two"]);
    expect((await serving.end("SIGTERM")).code).toBe(0);
  });
});

describe("a copy that is put back beside an old log", () => {
  it("is mixed with it, and is what it was where the log went first", async () => {
    const home = new Home();
    await home.add("one");
    await home.runs(block(STOPPED));
    const serving = await home.serve();
    await addTo(serving, "two");
    await serving.end("SIGKILL");
    expect(statSync(`${home.database}-wal`).size).toBeGreaterThan(0);

    const [remove = "", copy = ""] = block(BACK).split("\n");
    await home.runs(copy);
    // The same file, and not what it holds: nobody is told.
    expect(await home.servers()).toEqual(["one", "two"]);

    await home.runs(`${remove}\n${copy}`);
    expect(await home.servers()).toEqual(["one"]);
  });
});

/** Overwrites the first page of a table. */
const damage = (file: string, table: string): void => {
  const database = new Sqlite(file, { readonly: true });
  const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").pluck();
  const size = Number(database.pragma("page_size", { simple: true }));
  const at = (Number(page.get(table)) - 1) * size;
  database.close();
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, Buffer.alloc(size, 0xff), 0, size, at);
  closeSync(descriptor);
};

describe.skipIf(!hasSqlite)("a damaged database", () => {
  it("is read as far as it can be, and opens again", async () => {
    const home = new Home();
    await home.add("one", "two");
    damage(home.database, "audit_log");
    await expect(home.servers()).rejects.toMatchObject({ code: "database_damaged" });
    await home.runs(block(RESCUE));
    expect(await home.servers()).toEqual(["one", "two"]);
    expect(existsSync(join(home.dataDir, "damaged.db"))).toBe(true);
  });

  it("says so where nothing is left of it to restore", async () => {
    const home = new Home();
    await home.add("one");
    damage(home.database, "mcp_servers");
    const { code, stdout } = await home.shell("local-mcp-gateway doctor");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^PROBLEM +data +.*local-mcp-gateway\.db is damaged: /);
  });
});

describe("beginning anew", () => {
  it("leaves no server, whether by the script or by hand", async () => {
    const home = new Home();
    await home.add("one");
    expect(block(ANEW)).toBe("npm run db:reset\n");
    const script = join(import.meta.dirname, "../../scripts/database/reset.ts");
    await home.runs(`"${process.execPath}" "${script}" --yes`);
    expect(await home.servers()).toEqual([]);

    await home.add("one");
    const serving = await home.serve();
    await serving.end("SIGKILL");
    await home.runs(block(ANEW, 1));
    expect(readdirSync(home.dataDir).filter((name) => /^(local|traffic).*db/.test(name))).toEqual(
      [],
    );
    expect(await home.servers()).toEqual([]);
  });
});

describe("trying it out", () => {
  it("lists what was there to whoever may see it", async () => {
    const home = new Home();
    await home.add("one");
    await home.closed(async ({ profiles, tools, prompts }) => {
      await profiles.create({ slug: "dev" });
      await tools.create({ name: "weather", url: "https://api.example.com/" });
      await prompts.create({ name: "greeting", template: "Hello." });
    });
    const serving = await home.serve();
    const [servers = "", profiles = "", tools = "", prompts = ""] = block(TRY)
      .replaceAll(":4444", `:${serving.port}`)
      .split("\n");
    expect(namesIn(await home.runs(servers))).toEqual(["one"]);
    expect(await home.runs(profiles)).toContain('"slug":"dev"');
    // --fail of curl.
    expect((await home.shell(servers.replace("$MCPGATEWAY_BEARER_TOKEN", "none"))).code).toBe(22);
    expect(namesIn(await home.runs(tools))).toEqual(["weather"]);
    expect(namesIn(await home.runs(prompts))).toEqual(["greeting"]);
  });
});
