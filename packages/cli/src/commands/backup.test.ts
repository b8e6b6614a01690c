import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { backupReport, backupsView, backupView, GatewayError } from "@local-mcp/contract";
import { createRedactor } from "@local-mcp/gateway";
import type { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Cli } from "../cli.ts";
import { buildProgram } from "../program.ts";
import { Place, type Ran } from "../test-kit.ts";
import { phaseLine, watched } from "./backup-progress.ts";

const PASSPHRASE = "a passphrase for backups";
const ENV = { BACKUP_PASSPHRASE: PASSPHRASE };

const addServer = (place: Place, name: string) =>
  place.run(["servers", "add", name, "--url", "http://127.0.0.1:9/"]);

const serversOf = async (place: Place): Promise<string[]> =>
  z
    .array(z.object({ name: z.string() }))
    .parse(await place.json(["servers", "list"]))
    .map(({ name }) => name);

const filesIn = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);

describe("a passphrase of a backup", { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.remove());

  const refused: [string, string[], string, { exit: number; err: RegExp }][] = [
    ["none, and nobody to ask", [], "", { exit: 6, err: /^There is no passphrase to encrypt/ }],
    [
      "one that is short",
      ["--passphrase-stdin"],
      "short",
      { exit: 3, err: /at least 12 characters/ },
    ],
    [
      "an empty one",
      ["--passphrase-stdin"],
      "\n",
      { exit: 1, err: /^standard input cannot be read: it is empty/ },
    ],
    [
      "a file that is not there",
      ["--passphrase-file", "none"],
      "",
      { exit: 1, err: /^none cannot be read: there is no such file/ },
    ],
    ["two", ["--passphrase-file", "none", "--passphrase-stdin"], "", { exit: 2, err: /not both/ }],
    [
      "one for a plain file",
      ["--unencrypted", "--passphrase-stdin"],
      PASSPHRASE,
      { exit: 2, err: /takes no passphrase/ },
    ],
    ["one as an argument", [PASSPHRASE], "", { exit: 2, err: /never an argument/ }],
    [
      "one as an option",
      ["--passphrase", PASSPHRASE],
      "",
      { exit: 2, err: /^Unknown option “--passphrase”/ },
    ],
    [
      "one within an option",
      [`--passphrase=${PASSPHRASE}`],
      "",
      { exit: 2, err: /^Unknown option “--passphrase”\.\n(?!.*for backups)/ },
    ],
  ];
  test.each(refused)("%s: no backup is made", async (_, options, input, { exit, err }) => {
    const ran = await place.run(["backup", "create", ...options], { input });
    expect(ran).toEqual({ exit, out: "", err: expect.stringMatching(err) });
    expect(ran.err).not.toContain(PASSPHRASE);
    expect(filesIn(join(place.dataDir, "backups"))).toEqual([]);
  });

  test("no command takes one in clear", async () => {
    const stream = new PassThrough();
    const { signal } = new AbortController();
    const io = { stdin: stream, stdout: stream, stderr: stream, env: {}, cwd: "/", signal };
    const commands = (command: Command): Command[] => [
      command,
      ...command.commands.flatMap(commands),
    ];
    const { commands: all } = await buildProgram(io, () => {});
    const backup = all.filter((one) => one.name() === "backup");
    const options = backup.flatMap(commands).flatMap((command) => command.options);
    expect(options.length).toBeGreaterThan(0);
    const clear = options.filter(
      ({ flags }) => /pass|secret|key/.test(flags) && /[<[]/.test(flags) && !/<file>/.test(flags),
    );
    expect(clear.map(({ flags }) => flags)).toEqual([]);
  });
});

describe("backups of a closed directory", { timeout: 150_000 }, () => {
  let place: Place;
  let made: Ran;
  let name = "";
  let file = "";
  beforeAll(async () => {
    place = new Place();
    await addServer(place, "one");
    const typed = { terminal: true, input: `${PASSPHRASE}\n${PASSPHRASE}` };
    made = await place.run(["backup", "create"], typed);
    name = /\S+-manual\.age/.exec(made.out)?.[0] ?? "";
    file = join(place.dataDir, "backups", name);
  }, 150_000);
  afterAll(() => place.remove());

  test("are encrypted with what a person types twice", () => {
    expect(made).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/^Backed up: \S+-manual\.age, .*found whole\.\n$/),
      err: expect.stringContaining("New passphrase: \nThe same again: "),
    });
  });

  test("are listed with what they hold", async () => {
    const view = backupsView.parse(await place.json(["backup", "list"]));
    expect(view.backups).toMatchObject([
      { name, kind: "manual", encrypted: true, state: "verified", counts: { servers: 1 } },
    ]);
    const { out } = await place.run(["backup", "list"]);
    expect(out).toMatch(/^Last good +\d{4}-\d\d-\d\d \d\d:\d\d, /m);
    expect(out).toMatch(/^MADE .*\n.* manual .* verified +1 server, 0 profiles, 0 tokens +\S+$/m);
  });

  test("are taken out into a file for their owner, and never over another", async () => {
    const words = ["backup", "create", "--unencrypted", "--out", "gateway.db"];
    const made = backupView.extend({ file: z.string() }).parse(await place.json(words));
    expect(made).toMatchObject({ encrypted: false, state: "verified" });
    expect(made.file).toBe(join(place.directory, "gateway.db"));
    expect(statSync(made.file)).toMatchObject({ size: made.bytes });
    expect(statSync(made.file).mode & 0o777).toBe(0o600);
    expect(filesIn(join(place.dataDir, "backups")).toSorted()).toEqual([name, `${name}.json`]);
    const again = await place.run(words);
    expect(again).toMatchObject({ exit: 4, err: expect.stringContaining("is there already") });
    const unfit: [string, number, string][] = [
      ["none/x.age", 1, "x.age cannot be written: its folder is not there"],
      [".", 1, "cannot be written: it is a folder; name the file in it"],
      ["none/", 1, "cannot be written: it is a folder; name the file in it"],
      ["-", 2, "A backup is a file, not a stream"],
    ];
    for (const [out, exit, err] of unfit) {
      const ran = await place.run(["backup", "create", "--out", out], { env: ENV });
      expect(ran).toEqual({ exit, out: "", err: expect.stringContaining(err) });
    }
    expect(filesIn(join(place.dataDir, "backups")).toSorted()).toEqual([name, `${name}.json`]);
  });

  test("are verified as a file, without a data directory", async () => {
    const elsewhere = new Place();
    try {
      const words = ["backup", "verify", file, "--drill"];
      const typed = await elsewhere.run(words, { terminal: true, input: PASSPHRASE });
      expect(typed.err).toContain(`Passphrase of ${file}: `);
      expect(typed.out).toMatch(/^State +whole: /m);
      expect(typed.out).toMatch(/^ {2}Its lists can be read: 1 server, /m);
      expect(existsSync(elsewhere.dataDir)).toBe(false);
    } finally {
      elsewhere.remove();
    }
  });

  test("are verified by name, and a copy made by hand is said to be one", async () => {
    const report = await place.json(["backup", "verify", name], { env: ENV });
    expect(backupReport.parse(report)).toMatchObject({
      name,
      verified: true,
      contents: { counts: { servers: 1 } },
      drill: null,
    });
    copyFileSync(join(place.dataDir, "local-mcp-gateway.db"), join(place.directory, "copy.db"));
    expect(await place.json(["backup", "verify", "copy.db"])).toMatchObject({ verified: false });
    const copy = await place.run(["backup", "verify", "copy.db"]);
    expect(copy.out).toMatch(/^State +every page is in order; nothing says /m);
    const none = await place.run(["backup", "verify", "none.age"], { env: ENV });
    expect(none).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^There is no backup “none/),
    });
  });

  test("that do not open change nothing, and say why", async () => {
    const damaged = join(place.directory, "damaged.age");
    copyFileSync(file, damaged);
    appendFileSync(damaged, "!");
    mkdirSync(join(place.directory, "folder.age"));
    const other = { BACKUP_PASSPHRASE: "another passphrase" };
    const files: [string, NodeJS.ProcessEnv, number, RegExp][] = [
      [file, other, 6, /^This passphrase does not open the file/],
      [file, {}, 6, /is encrypted, and no passphrase was given.*\n.* --passphrase-file FILE or /],
      ["-", ENV, 2, /^A backup is a file, not a stream/],
      [damaged, ENV, 1, /is damaged: /],
      [place.write("notes.age", "these are notes"), ENV, 1, /is no backup of Local MCP Gateway/],
      ["./folder.age", ENV, 1, /folder\.age cannot be read: it is a directory/],
      ["./none.age", ENV, 1, /none\.age cannot be read: there is no such file/],
    ];
    for (const [path, env, exit, err] of files) {
      const ran = await place.run(["backup", "verify", path], { env });
      expect({ path, ...ran }).toEqual({ path, exit, out: "", err: expect.stringMatching(err) });
    }
    const split = await place.run(["backup", "restore", "my", "backup.age"]);
    expect(split).toMatchObject({ exit: 2, err: expect.stringMatching(/^A name with spaces/) });
    const restore = ["backup", "restore", damaged, "--yes"];
    expect(await place.run(restore, { env: ENV })).toMatchObject({ exit: 1, out: "" });
    expect(await serversOf(place)).toEqual(["one"]);
  });

  test("are restored once a person has agreed, and that is undone", async () => {
    await place.run(["backup", "create", "--unencrypted", "--out", "plain.db"]);
    await addServer(place, "two");
    const words = ["backup", "restore", "plain.db"];
    const alone = await place.run(words);
    expect(alone).toMatchObject({ exit: 2, err: expect.stringContaining("then add --yes") });
    expect(alone.out).toContain("- server two");
    const no = await place.run(words, { terminal: true, input: "n" });
    expect(no).toMatchObject({ exit: 130 });
    expect(no.err).toMatch(/Replace everything with the backup of .*\? .*30 days\. \[y\/N\] /);
    expect(await serversOf(place)).toEqual(["one", "two"]);

    const yes = await place.run(words, { terminal: true, input: "y" });
    expect(yes).toMatchObject({ exit: 0, out: expect.stringMatching(/\nRestored\.\n/) });
    expect(await serversOf(place)).toEqual(["one"]);

    expect(await place.run(["backup", "undo"])).toMatchObject({ exit: 2 });
    expect(await serversOf(place)).toEqual(["one"]);
    expect(await place.json(["backup", "undo", "--yes"])).toMatchObject({ state: "done" });
    expect(await serversOf(place)).toEqual(["one", "two"]);
  });
});

describe("backups of a gateway that serves", { timeout: 150_000 }, () => {
  test("are made, fetched and removed over HTTP, with the same words", async () => {
    const place = new Place();
    await addServer(place, "one");
    const gateway = await place.serve();
    try {
      const made = await place.run(["backup", "create", "--unencrypted", "--out", "gateway.db"]);
      expect(made).toMatchObject({
        exit: 0,
        out: expect.stringMatching(/^Backed up: .*found whole/),
        err: expect.stringContaining("It holds no secret."),
      });
      const { backups } = backupsView.parse(await place.json(["backup", "list"]));
      expect(backups).toEqual([]);
      const { name } = backupView.parse(await place.json(["backup", "create", "--unencrypted"]));
      expect((await place.run(["backup", "remove", name])).exit).toBe(0);
      expect((await place.run(["backup", "remove", name])).exit).toBe(1);
    } finally {
      await gateway.stop();
      place.remove();
    }
  });
});

describe("a database that does not open", { timeout: 150_000 }, () => {
  test("is told of with the last good backup, which is restored all the same", async () => {
    const place = new Place();
    try {
      await addServer(place, "one");
      const { name } = backupView.parse(await place.json(["backup", "create", "--unencrypted"]));
      // Newer, and nobody knows whether it is whole.
      writeFileSync(join(place.dataDir, "backups", "newer.age"), "age-encryption.org/v1\n");
      const database = join(place.dataDir, "local-mcp-gateway.db");
      const damaged = Buffer.concat([Buffer.from("this was a database"), readFileSync(database)]);
      writeFileSync(database, damaged);

      const restore = `--data-dir ${place.dataDir} backup restore ${name}`;
      for (const words of [
        ["servers", "list"],
        ["backup", "undo", "--yes"],
      ]) {
        const ran = await place.run(words);
        expect(ran).toMatchObject({ exit: 1, err: expect.stringContaining("is damaged: ") });
        expect(ran.err).toContain(restore);
      }
      const doctor = await place.run(["doctor"]);
      expect(doctor).toMatchObject({ exit: 1, err: "" });
      expect(doctor.out).toMatch(
        /^PROBLEM +data +.* is damaged: .*\n +The last good backup is from /,
      );
      expect(doctor.out).toContain(restore);
      const listed = await place.run(["backup", "list"]);
      expect(listed).toMatchObject({ exit: 0, out: expect.stringContaining(name) });

      const asked = await place.run(["backup", "restore", name]);
      expect(asked).toMatchObject({ exit: 2, out: expect.stringContaining("is damaged: ") });
      expect(readFileSync(database).equals(damaged)).toBe(true);
      const ran = await place.run(["backup", "restore", name, "--yes"]);
      expect(ran).toMatchObject({ exit: 0, out: expect.stringMatching(/^Restored\.\n/) });
      expect(ran.err).not.toContain("backup undo");
      expect(await serversOf(place)).toEqual(["one"]);
      const back = await place.run(["backup", "undo", "--yes"]);
      expect(back).toMatchObject({
        exit: 1,
        err: expect.stringMatching(
          /^What was there before cannot be brought back: .*\n.*\/previous\//,
        ),
      });
      expect(await serversOf(place)).toEqual(["one"]);
    } finally {
      place.remove();
    }
  });
});

describe("backup schedule", { timeout: 150_000 }, () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.remove());

  test("says when, where and how many, and what is refused changes nothing", async () => {
    const folder = join(place.directory, "elsewhere");
    mkdirSync(folder);
    const words = ["backup", "schedule", "--at", "03:30", "--keep", "7", "--folder", "elsewhere"];
    const set = { schedule: { enabled: true, time: "03:30", keep: 7, folder } };
    expect(await place.json(words)).toMatchObject(set);
    expect(await place.json(["backup", "schedule", "--off"])).toMatchObject({
      schedule: { enabled: false, time: "03:30", keep: 7 },
    });
    const refused: [string[], number][] = [
      [["--at", "25:00"], 2],
      [["--at", "04:00", "--off"], 2],
      [["--keep", "0"], 2],
      [["--new-passphrase", "--forget-passphrase"], 2],
      [["--at", "04:00", "--passphrase-file", "none"], 1],
    ];
    for (const [options, exit] of refused) {
      const ran = await place.run(["backup", "schedule", ...options]);
      expect({ options, exit: ran.exit }).toEqual({ options, exit });
    }
    expect(await place.json(["backup", "schedule"])).toMatchObject({
      schedule: { enabled: false, time: "03:30", keep: 7, folder },
    });
    expect((await place.run(["backup", "schedule"])).out).toMatch(/^Automatic +off$/m);
  });

  test("makes a passphrase that is told once, and opens what is backed up without another", async () => {
    const env = { AUTH_ENCRYPTION_SECRET: "long enough for a test" };
    const sheet = await place.run(["backup", "schedule", "--new-passphrase"], { env });
    expect(sheet).toMatchObject({ exit: 0, err: "" });
    const [passphrase = "", , sentence] = sheet.out.split("\n");
    expect(passphrase.length).toBeGreaterThanOrEqual(26);
    expect(sentence).toContain("This passphrase opens");
    const shown = await place.run(["backup", "schedule"], { env });
    expect(shown.out).toMatch(/^Passphrase +kept for them, since /m);
    expect(shown.out).not.toContain(passphrase);

    expect((await place.run(["backup", "create", "--out", "x.age"], { env })).exit).toBe(0);
    const opened = await place.run(["backup", "verify", "x.age", "--passphrase-stdin"], {
      input: `${passphrase}\n`,
    });
    expect(opened).toMatchObject({ exit: 0, err: "" });

    const forgot = await place.json(["backup", "schedule", "--forget-passphrase"], { env });
    expect(forgot).toMatchObject({ schedule: { passphrase: { set: false } } });
    expect((await place.run(["backup", "create"], { env })).exit).toBe(6);
  });
});

test("what cannot be cancelled any more is waited for, and not cut off", async () => {
  const stream = new PassThrough();
  const stop = new AbortController();
  const io = { stdin: stream, stdout: stream, stderr: stream, env: {}, cwd: "/" };
  let ended: (text: string) => void = () => {};
  const end = new Promise<string>((resolve) => (ended = resolve));
  const goOn = (): void => ended("to its end");
  const cli = new Cli({ ...io, signal: stop.signal, goOn }, {}, createRedactor());
  const cancel = () => Promise.reject(new GatewayError("backup_not_cancellable"));
  const work = watched(cli, { job: async () => ({ job: null }), cancel }, () => end);
  stop.abort();
  expect(await work).toBe("to its end");
});

test("how far it is stands on one line per phase, for a person alone", () => {
  const shown = (isTTY: boolean, json: boolean): string => {
    const stderr = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY });
    const stream = new PassThrough();
    const { signal } = new AbortController();
    const io = { stdin: stream, stdout: stream, stderr, env: {}, cwd: "/", signal };
    const line = phaseLine(new Cli(io, { json }, createRedactor()));
    line.show("snapshot", null);
    line.show("encrypt", 0.25);
    line.show("encrypt", 1);
    line.end();
    line.end();
    return String(stderr.read() ?? "");
  };
  expect(shown(true, false)).toBe("\rTaking a snapshot…\n\rEncrypting… 25 %\rEncrypting… 100 %\n");
  expect(shown(false, false)).toBe("");
  expect(shown(true, true)).toBe("");
});
