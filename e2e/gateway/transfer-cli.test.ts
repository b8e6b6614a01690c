/** Export and import as they are typed: the lines of the seeds, one after another, and what people get wrong. */
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importCounts } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CLI } from "../command-line.ts";
import { descendants } from "../processes.ts";
import { CANARIES, Computer, configure, SECRETS } from "./transfer-commands.ts";

const ready = async (): Promise<Computer> => {
  const computer = new Computer();
  await configure(computer.dataDir, SECRETS.gateway);
  return computer;
};

const exported = z.looseObject({
  version: z.string(),
  exported_at: z.string(),
  entities: z.partialRecord(
    z.enum(["tools", "gateways", "servers", "prompts", "resources", "roots"]),
    z.array(z.looseObject({ name: z.string() })),
  ),
});

const fileOf = (computer: Computer, name: string) =>
  exported.parse(JSON.parse(readFileSync(join(computer.work, name), "utf8")));

const namesOf = (computer: Computer, name: string): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(fileOf(computer, name).entities).map(([type_, all]) => [
      type_,
      all.map((one) => one.name),
    ]),
  );

/** Bytes of what is configured, the log of changes included. */
const bytesOf = ({ dataDir }: Computer): string => {
  const hash = createHash("sha256");
  for (const name of readdirSync(dataDir).toSorted()) {
    if (/^local-mcp-gateway\.db(-wal)?$/.test(name)) hash.update(readFileSync(join(dataDir, name)));
  }
  return hash.digest("hex");
};

/** Each line starts a program of its own, and derives keys. */
const PATIENT = { timeout: 180_000 };

describe("the seeds' lines", PATIENT, () => {
  it("export what they say", async () => {
    const computer = await ready();
    const whole = await computer.type("mcpgateway export --out backup-$(date +%F).json");
    expect(whole.stdout).toMatch(
      /^Export completed!\nResults:\n {2}• Total entities: 7\n {2}• tools: 2\n {2}• gateways: 1\n {2}• servers: 1\n {2}• prompts: 1\n {2}• resources: 2\n {2}• Secrets sealed: 2\n\nWritten to /,
    );
    const [name = ""] = readdirSync(computer.work);
    expect(name).toMatch(/^backup-\d{4}-\d\d-\d\d\.json$/);
    expect(statSync(join(computer.work, name)).mode & 0o777).toBe(0o600);
    expect(fileOf(computer, name).version).toBe("2025-03-26");

    await computer.type("mcpgateway export --types tools --tags production --out prod-tools.json");
    expect(namesOf(computer, "prod-tools.json")).toEqual({ tools: ["weather_api"] });
    await computer.type(
      "mcpgateway export --types tools --filter label=production --out same.json",
    );
    expect(namesOf(computer, "same.json")).toEqual({ tools: ["weather_api"] });
    await computer.type("mcpgateway export --types tools,gateways --out core-config.json");
    expect(namesOf(computer, "core-config.json")).toEqual({
      tools: ["translate", "weather_api"],
      gateways: ["prod-east"],
    });
    await computer.type("mcpgateway export --include-inactive --out complete-backup.json");
    await computer.type(
      "mcpgateway export --exclude-types servers,resources --out minimal-config.json",
    );
    expect(Object.keys(namesOf(computer, "minimal-config.json"))).toEqual([
      "tools",
      "gateways",
      "prompts",
      "roots",
    ]);
    await computer.type("mcpgateway export --types servers --no-dependencies -o alone.json");
    expect(namesOf(computer, "alone.json")).toEqual({ servers: ["ai-server"] });
    const told = await computer.type("mcpgateway export --types servers -v --out with.json");
    expect(told.stdout).toContain("  • gateway prod-east, for ai-server");
    expect(told.stdout).toContain("Not in the file (");
    await computer.type("mcpgateway export --out mcp-config-$(date +%F).json");
  });

  it("import what they say", async () => {
    const computer = await ready();
    await computer.type("mcpgateway export --out backup.json && cp backup.json prod-export.json");
    const updated = await computer.type("mcpgateway import backup.json --conflict-strategy update");
    expect(updated.stdout).toContain("Import completed!\nResults:\n  • Total entities: 7");
    expect(updated.stdout).toContain("  • Unchanged: 7");
    await computer.type("mcpgateway import backup.json --dry-run");
    const env = { NEW_ENV_SECRET: SECRETS.gateway };
    const rekeyed = "mcpgateway import prod-export.json --rekey-secret $NEW_ENV_SECRET";
    expect((await computer.type(rekeyed, { env })).stderr).toContain("Warning: A secret on the");
    const part =
      'mcpgateway import backup.json --include "tools:weather_api,translate;servers:ai-server"';
    expect((await computer.type(part)).stdout).toContain("Total entities: 3");
    const skipped = await computer.type("mcpgateway import backup.json --conflict-strategy skip");
    expect(skipped.stdout).toContain("  • Skipped: 7");
    const renamed = await computer.type(
      "mcpgateway import backup.json --conflict-strategy rename --verbose",
    );
    expect(renamed.stdout).toMatch(/Renamed tool 'weather_api' to 'weather_api_imported_\d+'/);
    expect(renamed.stderr).toMatch(/^Undo it: local-mcp-gateway backup restore \S+$/m);
    const failed = "mcpgateway import backup.json --conflict-strategy fail";
    expect((await computer.type(failed, { code: 4 })).stderr).toContain(
      "Nothing was imported: 7 of 7 entries of “backup.json” are there already.",
    );
    for (const types of ["tools", "gateways", "servers"]) {
      await computer.type(`mcpgateway import backup.json --types ${types}`);
    }
  });

  it("recreate everything in an empty gateway, and the second time change nothing", async () => {
    const source = await ready();
    await source.type("mcpgateway export --out mcp-config-2025-06-26.json");
    const target = new Computer();
    const text = readFileSync(join(source.work, "mcp-config-2025-06-26.json"), "utf8");
    writeFileSync(join(target.work, "mcp-config-2025-06-26.json"), text);
    const dry = await target.type("mcpgateway import mcp-config-2025-06-26.json --dry-run");
    expect(dry.stdout).toMatch(
      /^Dry-run validation completed!\nResults:\n {2}• Total entities: 7\n {2}• Processed: 7\n {2}• Would create: 7\n {2}• Would update: 0\n {2}• Conflicts: 0\n\nWarnings \(\d+\):\n/,
    );
    expect(dry.stdout).toContain("Would import tool: ");
    const restore = `export AUTH_ENCRYPTION_SECRET=$(cat ${source.secretFile("gateway")})
      unset AUTH_ENCRYPTION_SECRET_FILE
      mcpgateway import mcp-config-2025-06-26.json`;
    expect((await target.type(restore)).stdout).toContain("  • Created: 7");
    expect((await target.type(restore)).stdout).toContain("  • Unchanged: 7");
    await target.type("mcpgateway export --out again.json");
    expect(fileOf(target, "again.json").entities).toMatchObject(
      z
        .record(z.string(), z.array(z.looseObject({ name: z.string() })))
        .parse(
          Object.fromEntries(
            Object.entries(fileOf(source, "mcp-config-2025-06-26.json").entities).map(
              ([type_, all]) => [type_, all.map(({ name }) => ({ name }))],
            ),
          ),
        ),
    );
  });
});

const row = z.object({ action: z.string(), name: z.string() });
const answer = z.looseObject({ ...importCounts.shape, rows: z.array(row) });

describe("what the commands promise", PATIENT, () => {
  it("a dry run changes no byte", async () => {
    const computer = await ready();
    await computer.type("mcpgateway export --out backup.json");
    const before = bytesOf(computer);
    await computer.type("mcpgateway import backup.json --dry-run --conflict-strategy rename");
    expect(bytesOf(computer)).toBe(before);
  });

  it("numbers with --json add up, a row for each entity", async () => {
    const computer = await ready();
    await computer.type("mcpgateway export --out backup.json");
    await computer.type("mcpgateway tools remove translate");
    await computer.type("mcpgateway tools edit weather_api --description new");
    const { stdout } = await computer.type("mcpgateway import backup.json --json");
    const { total, rows, ...counts } = answer.parse(JSON.parse(stdout));
    expect(rows).toHaveLength(total);
    const { created, updated, unchanged, renamed, skipped, failed } = counts;
    expect(created + updated + unchanged + renamed + skipped + failed).toBe(total);
    expect({ created, failed }).toEqual({ created: 1, failed: 0 });
    expect(rows.filter(({ action }) => action === "create")).toEqual([
      { action: "create", name: "translate" },
    ]);
  });

  it("a file comes out of one command and goes into another", async () => {
    const computer = await ready();
    const { stdout } = await computer.type("mcpgateway export | mcpgateway import - --json");
    expect(answer.parse(JSON.parse(stdout))).toMatchObject({ total: 7, unchanged: 7 });
    const kept = await computer.type("mcpgateway export --out - | tee whole.json");
    expect(exported.safeParse(JSON.parse(kept.stdout)).success).toBe(true);
    expect(kept.stderr).toBe("");
  });

  it("only an export is replaced", async () => {
    const computer = await ready();
    const file = join(computer.work, "config.json");
    await computer.type("mcpgateway export --out config.json");
    await computer.type("mcpgateway export --out config.json --types tools");
    expect(Object.keys(namesOf(computer, "config.json"))).toEqual(["tools"]);
    writeFileSync(file, "my notes");
    const refused = await computer.type("mcpgateway export --out config.json", { code: 4 });
    expect(refused.stderr).toContain("is there already, and is no export");
    expect(readFileSync(file, "utf8")).toBe("my notes");
    await computer.type("mcpgateway export --out config.json --force");
    expect(readdirSync(computer.work)).toEqual(["config.json"]);
  });

  it("without anything to seal with nothing is written, and the three ways are named", async () => {
    const computer = await ready();
    const running = await computer.serve("staging", true);
    const env = {
      AUTH_ENCRYPTION_SECRET_FILE: undefined,
      MCPGATEWAY_BEARER_TOKEN_FILE: computer.secretFile("staging-token"),
    };
    // What runs elsewhere seals with its own secret.
    await computer.type(`mcpgateway export --url ${running} --out a.json`, { env });
    await computer.type(
      `mcpgateway vault init --passphrase-file ${computer.secretFile("dev")} --data-dir ../other
       mcpgateway servers add one --data-dir ../other --url http://127.0.0.1:9/ --header-file headers`,
      { env, code: 1 },
    );
    writeFileSync(join(computer.work, "headers"), `X-Key: ${CANARIES[1]}\n`);
    const opened = { ...env, VAULT_PASSPHRASE_FILE: computer.secretFile("dev") };
    await computer.type(
      "mcpgateway servers add one --data-dir ../other --url http://127.0.0.1:9/ --header-file headers",
      { env: opened },
    );
    const bare = "mcpgateway export --data-dir ../other --out b.json";
    const refused = await computer.type(bare, { env: opened, code: 6 });
    for (const way of ["--passphrase-file", "AUTH_ENCRYPTION_SECRET", "--no-secrets"]) {
      expect(refused.stderr).toContain(way);
    }
    expect(existsSync(join(computer.work, "b.json"))).toBe(false);
    await computer.type(`${bare} --no-secrets`, { env: opened });
    const sealed = `mcpgateway export --data-dir ../other --out c.json --passphrase-file ${computer.secretFile("production")}`;
    await computer.type(sealed, { env: opened });
    const wrong = await computer.type("mcpgateway import c.json", { code: 6 });
    expect(wrong.stderr).toContain("Invalid authentication data");
    const right = `mcpgateway import c.json --passphrase-file ${computer.secretFile("production")}`;
    await computer.type(right);
  });

  it("what is mistyped is told by name, with all there are, and nothing is written", async () => {
    const computer = await ready();
    await computer.type("mcpgateway export --out backup.json");
    const before = bytesOf(computer);
    for (const [line, code, words] of [
      ["mcpgateway export --types profiles --out x.json", 2, "tools, gateways, servers, prompts"],
      ["mcpgateway export --include 'tools:nothing' --out x.json", 3, "nothing"],
      ["mcpgateway export --tag production --out x.json", 2, "--tag"],
      ["mcpgateway export --tags nobody --out x.json", 3, "No entities found"],
      ["mcpgateway export --format xml", 2, "gateway, flat or contextforge"],
      [
        "mcpgateway import backup.json --conflict-strategy merge",
        2,
        "skip, update, rename or fail",
      ],
      ["mcpgateway import backup.json --include 'tools:nothing'", 3, "nothing"],
      ["mcpgateway import backup.json --include 'gatweays:x'", 2, "gatweays"],
      ["mcpgateway import nothing.json", 1, "there is no such file"],
      ["echo '{' | mcpgateway import -", 3, "cannot be read"],
      ["echo '{}' | mcpgateway import -", 3, "nothing was changed"],
      ["mcpgateway import backup.json --start files --yes", 2, "files"],
    ] as const) {
      const ran = await computer.sh(line);
      expect({ line, ...ran }).toMatchObject({
        line,
        code,
        stdout: "",
        stderr: expect.stringContaining(words),
      });
    }
    expect(readdirSync(computer.work)).toEqual(["backup.json"]);
    expect(bytesOf(computer)).toBe(before);
  });

  it("the schema of a file needs no gateway", async () => {
    const computer = new Computer();
    const { stdout } = await computer.type("mcpgateway export --schema");
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: expect.stringContaining("json-schema.org"),
    });
    expect(existsSync(computer.dataDir)).toBe(false);
  });

  it("a command of a file is shown whole, and only runs for who named it", async () => {
    const computer = new Computer();
    const file = {
      mcpServers: { files: { command: "rm", args: ["-rf", join(computer.home, "x y")] } },
    };
    writeFileSync(join(computer.work, "client.json"), JSON.stringify(file));
    const dry = await computer.type("mcpgateway import client.json --dry-run");
    expect(dry.stdout).toContain(
      `“files” would run this command with your user's rights:\n    rm\n    -rf\n    "${computer.home}/x y"\n`,
    );
    const unasked = await computer.type("mcpgateway import client.json --start files", {
      code: 2,
    });
    expect(unasked.stderr).toContain("There is no terminal to ask on");
    const done = await computer.type("mcpgateway import client.json --yes");
    expect(done.stderr).toContain(
      "1 server is not started before you have seen the command: local-mcp-gateway servers confirm files",
    );
  });

  it("no secret is an argument of what it starts, nor of itself", async () => {
    const computer = await ready();
    const child = spawn(process.execPath, [CLI, "export", "--out", "a.json"], {
      cwd: computer.work,
      env: computer.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const seen = new Set<string>();
    const timer = setInterval(() => {
      for (const pid of [child.pid ?? 0, ...descendants(child.pid ?? 0)]) {
        try {
          seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
        } catch {
          // It has ended meanwhile.
        }
      }
    }, 5);
    expect(await once(child, "exit")).toEqual([0, null]);
    clearInterval(timer);
    expect([...seen].some((line) => line.includes("export --out a.json"))).toBe(true);
    for (const secret of [...CANARIES, ...Object.values(SECRETS)]) {
      expect([...seen].join("\n")).not.toContain(secret);
    }
  });
});
