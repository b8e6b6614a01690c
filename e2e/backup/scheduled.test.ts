import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupReport } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { blockUnder, documentBlocks } from "./document.ts";
import { Home } from "./home.ts";

/** The examples that users copy from the page. */
const page = documentBlocks("docs/backup-and-restore.md");
const PASSPHRASE = "a passphrase for backups";

/** The value of a line of a unit. */
const value = (unit: string, key: string): string => {
  const found = new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1];
  if (found === undefined) throw new Error(`the unit has no ${key}`);
  return found;
};

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** The files of a folder, and what is in the newest of them. */
const lookedAt = async (home: Home, folder: string, passphraseFile: string) => {
  const names = readdirSync(folder);
  const file = join(folder, names.at(-1) ?? "");
  const report = await home.runs(
    `local-mcp-gateway backup verify "${file}" --passphrase-file "${passphraseFile}" --json`,
  );
  const { verified, contents } = backupReport.parse(JSON.parse(report));
  return { names, mode: statSync(file).mode & 0o777, verified, servers: contents.counts.servers };
};

/** One backup of today, for its owner alone, and whole. */
const ONE_BACKUP = {
  names: [expect.stringMatching(/^gateway-\d{4}-\d\d-\d\d\.age$/)],
  mode: 0o600,
  verified: true,
  servers: 1,
};

describe("the line for cron", () => {
  it("makes a backup beside a gateway that runs, and removes old ones", async () => {
    const home = new Home();
    await home.add("one");
    const folder = join(home.directory, "backups");
    const old = join(folder, "gateway-2020-01-01.age");
    const passphraseFile = join(home.directory, ".config", "gateway-backup-passphrase");
    mkdirSync(folder);
    mkdirSync(join(home.directory, ".config"));
    writeFileSync(passphraseFile, PASSPHRASE, { mode: 0o600 });
    writeFileSync(old, "");
    utimesSync(old, 0, 0);

    const line = firstLine(blockUnder(page, "cron"));
    const [, command = ""] = /^0 2 \* \* \* (.*)$/.exec(line) ?? [];
    // As crontab(5) has it: a % ends the command, and one with a backslash is a %.
    expect(command.replaceAll("\\%", "")).not.toContain("%");
    const serving = await home.serve();
    await home.runs(command.replaceAll("\\%", "%"));
    await serving.end("SIGTERM");
    expect(await lookedAt(home, folder, passphraseFile)).toEqual(ONE_BACKUP);
    // No second copy of it is left with the gateway.
    expect(readdirSync(join(home.dataDir, "backups"))).toEqual([]);
  });
});

describe("the units for systemd", () => {
  const service = blockUnder(page, "systemd", 0);
  const timer = blockUnder(page, "systemd", 1);

  it.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "are understood",
    async () => {
      const home = new Home();
      const command = join(home.directory, "bin", "local-mcp-gateway");
      const unit = join(home.directory, "local-mcp-gateway-backup.service");
      // Neither this user nor the command is there where this is tested.
      const here = service.replaceAll("/usr/local/bin/local-mcp-gateway", command);
      writeFileSync(unit, here.replace(/^User=.*$/m, "User=root"));
      writeFileSync(join(home.directory, "local-mcp-gateway-backup.timer"), timer);
      const verified = await home.shell(
        `systemd-analyze verify "${unit}" local-mcp-gateway-backup.timer`,
      );
      expect(verified).toMatchObject({ code: 0, stderr: "" });
      const calendar = await home.shell(`systemd-analyze calendar "${value(timer, "OnCalendar")}"`);
      expect(calendar).toMatchObject({ code: 0, stdout: expect.stringContaining("02:00:00") });
    },
  );

  it("run a command that a shell understands, with options that the command has", async () => {
    const home = new Home();
    // The specifiers of systemd.unit(5), and $$ of systemd.service(5).
    const command = value(service, "ExecStart")
      .replaceAll("%S", home.directory)
      .replaceAll("%d", home.directory)
      .replaceAll("$$", "$")
      .replaceAll("%%", "%")
      .replaceAll("/usr/local/bin/", "");
    // Where all words are understood, the first thing that is missing is the folder for the file.
    const { code, stderr } = await home.shell(command);
    expect(stderr).toMatch(/-backups\/gateway-\d{4}-\d\d-\d\d\.age cannot be written: /);
    expect(code).toBe(1);
  });
});

describe("the container beside the gateway", () => {
  it("runs lines that a shell understands, with options that the command has", async () => {
    const home = new Home();
    const file = blockUnder(page, "A container beside the gateway");
    const lines = file
      .split("\n")
      .filter((line) => /^ {8,}\S/.test(line))
      .join("\n")
      .replaceAll("$$", "$");
    expect(lines).toContain("backup create");
    const loop = join(home.directory, "loop.sh");
    writeFileSync(loop, lines);
    await home.runs(`sh -n "${loop}"`);
    const create = lines.split("\n").find((line) => line.includes("backup create")) ?? "";
    const { code, stderr } = await home.shell(create);
    expect(stderr).toMatch(/^\/backups\/gateway-[-\d]+\.age cannot be written: /);
    expect(code).toBe(1);
  });
});
