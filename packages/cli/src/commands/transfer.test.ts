import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

const PASSPHRASE = "a passphrase of the file";
const KEY = "header-canary-7";
/** What opens the vault, and is no key of a file. */
const VAULT = { VAULT_PASSPHRASE: "a passphrase of the vault" };

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

/** A server with a secret, in a vault that this passphrase opens. */
const configure = async (): Promise<void> => {
  const input = VAULT.VAULT_PASSPHRASE;
  const made = await place.run(["vault", "init", "--passphrase-stdin"], { input });
  expect(made).toMatchObject({ exit: 0 });
  const headers = ["--header-file", place.write("headers", `X-Key: ${KEY}\n`)];
  const words = ["servers", "add", "east", "--url", "http://127.0.0.1:9/", ...headers];
  expect(await place.run(words, { env: VAULT })).toMatchObject({ exit: 0 });
};

const file = (name: string): string => join(place.directory, name);
const run = (words: string[], how: { input?: string; terminal?: boolean } = {}) =>
  place.run(words, { ...how, env: VAULT });

describe("export", () => {
  test("asks a person for a passphrase, twice, where nothing else seals", async () => {
    await configure();
    const words = ["export", "--out", "a.json"];
    const made = await run(words, { terminal: true, input: `${PASSPHRASE}\n${PASSPHRASE}` });
    expect(made).toMatchObject({ exit: 0 });
    expect(made.err).toContain("Without it nobody can open them, nor can you.");
    const text = readFileSync(file("a.json"), "utf8");
    expect(text).toContain('"with": "passphrase"');
    expect(text + made.out + made.err).not.toContain(KEY);
    const other = await run(["export", "--out", "b.json"], { terminal: true, input: "one\ntwo" });
    expect(other).toMatchObject({ exit: 3 });
    expect(existsSync(file("b.json"))).toBe(false);
  });

  test("asks nobody before it knows that the file may be written", async () => {
    place.write("notes.json", "my notes");
    const refused = await run(["export", "--out", "notes.json"], { terminal: true });
    expect(refused).toMatchObject({ exit: 4 });
    expect(refused.err).not.toContain("passphrase");
  });

  test.each([
    [["--json"], "--out FILE"],
    [["--json", "--out", "-"], "--out FILE"],
    [["--secrets-of", "gateways:east"], "--format contextforge"],
    [["--no-secrets", "--passphrase-file", "x"], "nothing to seal"],
    [["--types", "tools", "--include", "gateways:east"], "which --types leaves out"],
  ])("refuses %j", async (words, why) => {
    const ran = await run(["export", ...words]);
    expect(ran).toMatchObject({ exit: 2, out: "" });
    expect(ran.err).toContain(why);
  });

  test("names the file and the tags in the recipe where nothing fits", async () => {
    const none = await run(["export", "--out", "my tools.json"]);
    expect(none).toMatchObject({ exit: 3 });
    expect(none.err).toContain("nothing is configured here yet");
    await run(["servers", "add", "far", "--url", "http://127.0.0.1:9/", "--tag", "production"]);
    const typo = await run(["export", "--tags", "prodution", "--out", "a.json"]);
    expect(typo.err).toContain("the tags that there are: production; look at what there is");
    expect(typo.err).toContain("--include-inactive --out a.json”");
    const ran = await run(["export", "--types", "tools", "--out", "my tools.json"]);
    expect(ran).toMatchObject({ exit: 3 });
    expect(ran.err).toContain("No entities found to export.");
    expect(ran.err).toContain('--include-inactive --types tools --out "my tools.json"');
  });

  test("says what it would come to, without opening a secret", async () => {
    await configure();
    const ran = await place.run(["export", "--estimate"]);
    expect(ran.out).toMatch(/^Would export 1 entity, about .*\n {2}• gateways: 1\n/);
    expect(ran.out).toContain("There is 1 secret in it. A passphrase or an AUTH_ENCRYPTION_SECRET");
  });
});

describe("import", () => {
  const remove = () => place.run(["servers", "remove", "east"]);
  const servers = () => place.json(["servers", "list"]);
  const sealed = async (): Promise<void> => {
    await configure();
    const sealing = ["export", "--out", "a.json", "--passphrase-file", "-"];
    expect(await run(sealing, { input: PASSPHRASE })).toMatchObject({ exit: 0 });
  };

  test("shows a person the plan, and asks before it writes", async () => {
    await sealed();
    await remove();
    const words = ["import", "a.json"];
    const no = await run(words, { terminal: true, input: `${PASSPHRASE}\nn` });
    expect(no).toMatchObject({ exit: 130 });
    expect(no.out).toContain("  • Would create: 1");
    expect(no.err).toContain("Import 1 item? [y/N]");
    expect(no.err).toContain("Nothing was changed");
    expect(await servers()).toEqual([]);
    const ended = await run(words, { terminal: true, input: `${PASSPHRASE}\n` });
    expect(ended).toMatchObject({ exit: 130 });
    expect(ended.err).toContain("The import was cancelled. Nothing was changed.");
    const yes = await run(words, { terminal: true, input: `${PASSPHRASE}\ny` });
    expect(yes).toMatchObject({ exit: 0 });
    expect(yes.out).toContain("  • Created: 1");
    expect(await servers()).toMatchObject([{ name: "east" }]);
  });

  test("asks nothing where there is nothing to write, nor with --yes", async () => {
    await sealed();
    const known = ["import", "a.json", "--passphrase-file", place.write("p", PASSPHRASE)];
    const same = await run(known, { terminal: true });
    expect(same).toMatchObject({ exit: 0 });
    expect(same.err).not.toContain("?");
    await remove();
    const told = await run([...known, "--yes"], { terminal: true });
    expect(told).toMatchObject({ exit: 0 });
    expect(told.err).not.toContain("?");
  });

  test("does not ask again for what was named and does not fit", async () => {
    await sealed();
    const wrong = ["import", "a.json", "--passphrase-file", place.write("p", "another passphrase")];
    const ran = await run(wrong, { terminal: true });
    expect(ran).toMatchObject({ exit: 6, out: "" });
    expect(ran.err).toContain("Invalid authentication data");
    expect(ran.err).toContain("“local-mcp-gateway import a.json --passphrase-file FILE”");
  });

  test("ends as the import would where a dry run finds what is wrong", async () => {
    await sealed();
    const words = ["import", "a.json", "--dry-run", "--no-secrets"];
    const conflict = await run([...words, "--conflict-strategy", "fail"]);
    expect(conflict).toMatchObject({ exit: 4 });
    expect(conflict.out).toContain("  • Conflicts: 1");
    const counted = await run([...words, "--conflict-strategy", "skip", "--json"]);
    expect(JSON.parse(counted.out)).toMatchObject({
      dryRun: true,
      total: 1,
      skipped: 1,
      failed: 0,
    });
    const text = readFileSync(file("a.json"), "utf8").replace("http://127.0.0.1:9/", "nowhere");
    place.write("a.json", text);
    const invalid = await run(words);
    expect(invalid).toMatchObject({ exit: 3 });
    expect(invalid.out).toMatch(/Errors \(\d\):\n {2}• \/entities\/gateways\/0\/url: /);
    const refused = await run(["import", "a.json", "--no-secrets"]);
    expect(refused).toMatchObject({ exit: 3 });
    expect(refused.out).toMatch(/^Nothing was imported\.\nResults:\n/);
    const { out } = await run(["import", "a.json", "--no-secrets", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ total: 1, created: 0, failed: 1 });
    expect(refused.err).toContain("Nothing was imported: 1 of 1 entries of “a.json” have errors.");
  });

  test("a command of a file only runs for who named it and has seen it", async () => {
    const client = { mcpServers: { files: { command: "no-such-program-77", args: ["--all"] } } };
    const words = ["import", place.write("client.json", JSON.stringify(client))];
    const unasked = await run([...words, "--start", "files"]);
    expect(unasked).toMatchObject({ exit: 2 });
    expect(unasked.out).toContain("    no-such-program-77\n    --all\n");
    expect(await servers()).toEqual([]);
    await run([...words, "--yes"]);
    expect(await servers()).toMatchObject([{ name: "files", confirmed: false }]);
    await place.run(["servers", "remove", "files"]);
    const asked = await run([...words, "--start", "all"], { terminal: true, input: "y\nn" });
    expect(asked).toMatchObject({ exit: 0 });
    expect(asked.err).toContain("Start “files” from now on? [y/N]");
    expect(await servers()).toMatchObject([{ name: "files", confirmed: false }]);
    await place.run(["servers", "remove", "files"]);
    await run([...words, "--start", "files", "--yes"]);
    expect(await servers()).toMatchObject([{ name: "files", confirmed: true }]);
  });

  test("the secret of the file in the place of the one here makes no vault", async () => {
    await sealed();
    const elsewhere = new Place();
    try {
      const words = ["import", file("a.json"), "--rekey-secret-file", place.write("p", PASSPHRASE)];
      const env = { AUTH_ENCRYPTION_SECRET: "the secret of elsewhere" };
      const swapped = await elsewhere.run(words, { env });
      expect(swapped).toMatchObject({ exit: 6, out: "" });
      expect(swapped.err).toContain("--source-secret-file FILE");
      expect(await elsewhere.json(["vault", "status"])).toMatchObject({ state: "missing" });
    } finally {
      elsewhere.remove();
    }
  });

  test("a file in UTF-16 is read, and one in another encoding is not stored as other signs", async () => {
    const text = JSON.stringify({ prompts: [{ name: "hi", description: "Grüße", template: "x" }] });
    writeFileSync(file("wide.json"), `\uFEFF${text}`, "utf16le");
    writeFileSync(file("latin.json"), text, "latin1");
    const refused = await run(["import", "latin.json"]);
    expect(refused).toMatchObject({ exit: 1, out: "" });
    expect(refused.err).toContain("latin.json cannot be read: it is no text in UTF-8");
    expect(await run(["import", "wide.json"])).toMatchObject({ exit: 0 });
    expect(await place.json(["prompts", "list"])).toMatchObject([{ description: "Grüße" }]);
  });

  test("a backup is told from an export, each way", async () => {
    writeFileSync(file("b.age"), Buffer.from("age-encryption.org/v1\n\xff\xfe", "latin1"));
    const backup = await run(["import", "b.age"]);
    expect(backup).toMatchObject({ exit: 3, out: "" });
    expect(backup.err).toContain("“local-mcp-gateway backup restore b.age”");
    place.write("a.json", '{"version":"2025-03-26","entities":{"tools":[]}}');
    const exported = await run(["servers", "import", "a.json"]);
    expect(exported).toMatchObject({ exit: 3 });
    expect(exported.err).toContain("“local-mcp-gateway import FILE”");
  });

  test("words of a secret that stands without quotes are not repeated", async () => {
    const ran = await run(["import", "a.json", "--rekey-secret", "three", "plain", "words"]);
    expect(ran).toMatchObject({ exit: 2, out: "" });
    expect(ran.err).toContain("Expected 1 argument but got 3.");
    expect(ran.err).not.toContain("words");
  });

  test.each([
    [["a.json", "--rekey-secret", "s", "--rekey-secret-file", "f"], "not both"],
    [["-", "--passphrase-file", "-"], "Only one thing can be read from standard input"],
    [["a.json", "--types", "tools", "--include", "gateways:east"], "which --types leaves out"],
  ])("refuses %j", async (words, why) => {
    const ran = await run(["import", ...words]);
    expect(ran).toMatchObject({ exit: 2, out: "" });
    expect(ran.err).toContain(why);
  });
});
