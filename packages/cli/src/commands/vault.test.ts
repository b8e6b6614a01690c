import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { vaultStatus } from "@local-mcp/contract";
import { boundTo, createGateway, type Keychain } from "@local-mcp/gateway";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";
import { vaultText } from "./vault-views.ts";

const FIRST = "correct horse battery";
const SECOND = "another passphrase";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const init = () => place.run(["vault", "init", "--passphrase-stdin"], { input: `${FIRST}\n` });

describe("vault init", { timeout: 30_000 }, () => {
  test("asks twice, and shows nothing", async () => {
    const ran = await place.run(["vault", "init"], { terminal: true, input: `${FIRST}\n${FIRST}` });
    expect(ran.exit).toBe(0);
    expect(ran.err).toMatch(/^New passphrase: \nThe same again: \nA second key, for paper: .*\n$/);
    expect(ran.out).toContain("The vault is ready.");
    expect(await place.json(["vault", "status"])).toMatchObject({
      state: "locked",
      slots: [{ provider: "passphrase" }],
    });
  });

  test("two that differ, or one that is short, change nothing", async () => {
    const differ = await place.run(["vault", "init"], {
      terminal: true,
      input: `${FIRST}\n${SECOND}`,
    });
    expect(differ).toMatchObject({
      exit: 3,
      err: expect.stringContaining("The two passphrases differ."),
    });
    const short = await place.run(["vault", "init", "--passphrase-stdin"], { input: "short" });
    expect(short).toMatchObject({
      exit: 3,
      err: expect.stringContaining("at least 12 characters"),
    });
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "missing", slots: [] });
  });

  test("where nobody can be asked, says how else", async () => {
    const ran = await place.run(["vault", "init"]);
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining("--passphrase-file") });
  });

  test("takes it from the environment or its file; a second one is a conflict", async () => {
    const VAULT_PASSPHRASE_FILE = place.write("passphrase", `${FIRST}\n`);
    expect((await place.run(["vault", "init"], { env: { VAULT_PASSPHRASE_FILE } })).exit).toBe(0);
    expect((await place.run(["vault", "init"], { env: { VAULT_PASSPHRASE: SECOND } })).exit).toBe(
      4,
    );
    const open = await place.json(["vault", "status"], { env: { VAULT_PASSPHRASE: FIRST } });
    expect(open).toMatchObject({ state: "open", wayOut: null });
  });

  test("a file that is not there or empty is named", async () => {
    const none = await place.run(["vault", "init", "--passphrase-file", "none"]);
    expect(none).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^none cannot be read: there is no such file/),
    });
    const empty = await place.run(["vault", "init", "--passphrase-stdin"]);
    expect(empty.err).toMatch(/^standard input cannot be read: it is empty/);
  });
});

describe("keys of the vault", { timeout: 30_000 }, () => {
  test("a passphrase opens it or ends with 6", async () => {
    await init();
    const wrong = await place.run(["vault", "unlock"], { terminal: true, input: SECOND });
    expect(wrong).toMatchObject({
      exit: 6,
      err: expect.stringContaining("does not open this vault"),
    });
    const right = await place.run(["vault", "unlock"], { terminal: true, input: FIRST });
    expect(right).toMatchObject({ exit: 0, out: expect.stringContaining("no gateway is running") });
  });

  test("a second one is added with the first, and the last one stays", async () => {
    await init();
    const added = await place.run(["vault", "add-passphrase", "--label", "laptop"], {
      terminal: true,
      input: [FIRST, SECOND, SECOND].join("\n"),
    });
    expect(added).toMatchObject({ exit: 0, out: "2 keys open the vault now.\n" });
    const opened = await place.run(["vault", "unlock", "--passphrase-stdin"], { input: SECOND });
    expect(opened.exit).toBe(0);
    const status = await place.run(["vault", "status"], { env: { VAULT_PASSPHRASE: SECOND } });
    expect(status.out).toMatch(/^Vault +open$/m);
    expect(status.out).toMatch(/^\S+ +passphrase +laptop /m);

    const env = { VAULT_PASSPHRASE: FIRST };
    expect((await place.run(["vault", "remove-slot", "laptop"], { env })).exit).toBe(0);
    const gone = await place.run(["vault", "unlock", "--passphrase-stdin"], { input: SECOND });
    expect(gone.exit).toBe(6);
    const last = await place.run(["vault", "remove-slot", "Passphrase"], { env });
    expect(last).toMatchObject({
      exit: 4,
      err: expect.stringContaining("the only key of the vault"),
    });
    expect((await place.run(["vault", "remove-slot", "none"], { env })).exit).toBe(1);
  });

  test("where nobody can be asked, a locked vault gets no second key", async () => {
    await init();
    const ran = await place.run(["vault", "add-passphrase", "--passphrase-stdin"], {
      input: SECOND,
    });
    expect(ran.exit).toBe(6);
    const env = { VAULT_PASSPHRASE: FIRST };
    const words = ["vault", "add-passphrase", "--passphrase-stdin"];
    expect((await place.run(words, { env, input: SECOND })).exit).toBe(0);
  });

  test("of a running gateway it is opened until that stops", async () => {
    await init();
    const gateway = await place.serve();
    const ran = await place.run(["vault", "unlock", "--passphrase-stdin"], { input: FIRST });
    expect(ran.out).toBe("The vault is open until the gateway stops.\n");
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "open" });
    const ended = await gateway.stop();
    expect(ended.err).toContain("The vault is locked. Run “local-mcp-gateway vault unlock”");
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "locked" });
  });

  test("a gateway that is started with a wrong key says so", async () => {
    await init();
    const gateway = await place.serve([], { VAULT_PASSPHRASE: SECOND });
    // It is tried by then.
    expect(await place.json(["vault", "status"])).toMatchObject({
      state: "locked",
      problem: { code: "wrong_key" },
    });
    expect((await gateway.stop()).err).toContain(
      "Warning: The passphrase does not open this vault.\nThe vault is locked. Run",
    );
  });
});

/** A directory whose vault the app made, with a keychain that no other program has. */
const madeByTheApp = async (passphrase?: string): Promise<void> => {
  const kept = new Map<string, Buffer>();
  const keychain: Keychain = {
    problem: () => null,
    provider: {
      provider: "keychain",
      label: "GNOME Keyring",
      wrap: async (secret, context) => {
        const wrapped = randomBytes(8).toString("hex");
        kept.set(`${wrapped} ${context.boundTo}`, Buffer.from(secret));
        return { wrapped, params: { backend: "gnome_libsecret" } };
      },
      unwrap: async (slot) => {
        const secret = kept.get(`${slot.wrapped} ${boundTo(slot)}`);
        if (!secret) throw new Error("it kept no such key");
        return { secret: Buffer.from(secret), stale: false };
      },
    },
  };
  const { dataDir } = place;
  const options = { dataDir, env: {}, kind: "app", log: () => {}, keychain } as const;
  const gateway = await createGateway(options);
  const config = {
    transport: "http",
    url: "http://127.0.0.1:9/",
    headers: { "x-key": KEY },
  } as const;
  await gateway.api.servers.create({ name: "keeper", config });
  if (passphrase !== undefined) await gateway.api.vault.addPassphrase({ passphrase });
  await gateway.close();
};
const KEY = "a secret that is sealed";
const addSecret = (): string[] => {
  const file = place.write("headers", `X-Key: ${KEY}`);
  return ["servers", "add", "second", "--url", "http://127.0.0.1:9/", "--header-file", file];
};

describe("a vault that the app made", { timeout: 30_000 }, () => {
  test("opens with a passphrase that was added there, for serve and every command", async () => {
    await madeByTheApp(FIRST);
    const VAULT_PASSPHRASE_FILE = place.write("passphrase", FIRST);
    const gateway = await place.serve([], { VAULT_PASSPHRASE_FILE });
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "open", secrets: 1 });
    const { err } = await gateway.stop();
    expect(err).not.toContain("locked");
    expect(
      (await place.run(["vault", "unlock", "--passphrase-stdin"], { input: FIRST })).exit,
    ).toBe(0);
  });

  test("is locked elsewhere while the keychain is its only key, and says how to go on", async () => {
    await madeByTheApp();
    const how = /Open the desktop app on this computer.*Add passphrase/;
    const gateway = await place.serve();
    expect(await place.run(["vault", "status"])).toMatchObject({ out: expect.stringMatching(how) });
    expect((await gateway.stop()).err).toMatch(/^The vault is locked\. Open the desktop app/m);
    for (const words of [["vault", "unlock"], ["vault", "rotate"], addSecret()]) {
      const ran = await place.run(words, { terminal: true });
      expect(ran).toMatchObject({ exit: 6, err: expect.stringMatching(how) });
      // Nobody is asked for a passphrase that does not exist.
      expect(ran.err).not.toMatch(/Passphrase.*: $/m);
    }
  });
});

describe("recovery key", { timeout: 30_000 }, () => {
  test("is printed once, opens the vault, and a slip of the pen is told at once", async () => {
    await init();
    const env = { VAULT_PASSPHRASE: FIRST };
    const made = await place.run(["vault", "add-recovery-key"], { env });
    expect(made.out).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}\n$/);
    expect(made.err).toContain("is not shown again");
    const key = made.out.trim();
    const typed = key.toLowerCase().replaceAll("-", " ");
    const file = place.write("recovery", typed);
    for (const how of [["--recovery-key-file", file], ["--recovery-key-stdin"]]) {
      const ran = await place.run(["vault", "unlock", ...how], { input: typed });
      expect(ran).toMatchObject({ exit: 0, out: expect.stringMatching(/^The recovery key opens/) });
    }
    const asked = await place.run(["vault", "unlock", "--recovery-key"], {
      terminal: true,
      input: typed,
    });
    expect(asked).toMatchObject({ exit: 0, err: "Recovery key: \n" });
    const slip = place.write(
      "slip",
      typed.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    );
    expect(await place.run(["vault", "unlock", "--recovery-key-file", slip])).toMatchObject({
      exit: 3,
      err: expect.stringContaining("typing mistake"),
    });
    expect(JSON.stringify(await place.json(["vault", "status"]))).not.toContain(key);
  });

  test("goes into a new file that only its owner reads, and over none", async () => {
    await init();
    const env = { VAULT_PASSPHRASE: FIRST };
    const words = ["vault", "add-recovery-key", "--output"];
    const made = await place.run([...words, "key.txt"], { env });
    expect(made).toMatchObject({ exit: 0, out: expect.stringContaining("key.txt") });
    const path = `${place.directory}/key.txt`;
    const key = readFileSync(path, "utf8").trim();
    expect(made.out + made.err).not.toContain(key);
    const closedToOthers = process.platform === "win32" ? 0o666 : 0o600;
    expect(statSync(path).mode & 0o777).toBe(closedToOthers);
    const again = await place.run([...words, "key.txt"], { env });
    expect(again).toMatchObject({ exit: 1, err: expect.stringContaining("it exists already") });
    expect(readFileSync(path, "utf8").trim()).toBe(key);
    // Where no key was made there is no file either, nor a slot where there was no file.
    expect((await place.run([...words, "locked.txt"])).exit).toBe(6);
    expect(() => statSync(`${place.directory}/locked.txt`)).toThrow("ENOENT");
    expect(await place.json(["vault", "status"])).toMatchObject({
      slots: [{ provider: "passphrase" }, { provider: "recovery" }],
    });
  });
});

describe("what a vault is opened with, changed", { timeout: 30_000 }, () => {
  test("another passphrase in the place of one, and another data key", async () => {
    await init();
    const gateway = await place.serve([], { VAULT_PASSPHRASE: FIRST });
    const status = async () => vaultStatus.parse(await place.json(["vault", "status"]));
    const added = await place.run(addSecret());
    expect(added).toMatchObject({ exit: 0 });
    const before = await status();
    const changed = await place.run(["vault", "change-passphrase", "Passphrase"], {
      terminal: true,
      input: [SECOND, SECOND].join("\n"),
    });
    expect(changed).toMatchObject({ exit: 0, err: expect.stringContaining("vault rotate") });
    const rotated = await place.run(["vault", "rotate"], { terminal: true });
    expect(rotated).toMatchObject({ exit: 0, out: expect.stringMatching(/^1 secret has a new/) });
    const after = await status();
    expect(after).toMatchObject({ state: "open", secrets: 1, rotation: null });
    expect(after.key?.check).not.toBe(before.key?.check);
    expect(rotated.out).toContain(after.key?.check);
    await gateway.stop();
    const old = await place.run(["vault", "unlock", "--passphrase-stdin"], { input: FIRST });
    expect(old.exit).toBe(6);
    const present = await place.json(["vault", "status"], { env: { VAULT_PASSPHRASE: SECOND } });
    expect(present).toMatchObject({ state: "open", key: after.key });
  });

  test("AUTH_ENCRYPTION_SECRET opens it once it was added, and only where it is set", async () => {
    await init();
    const AUTH_ENCRYPTION_SECRET = "a secret of the environment";
    const without = await place.run(["vault", "add-environment"], {
      env: { VAULT_PASSPHRASE: FIRST },
    });
    expect(without).toMatchObject({ exit: 3, err: expect.stringContaining("started without") });
    const env = { VAULT_PASSPHRASE: FIRST, AUTH_ENCRYPTION_SECRET };
    expect((await place.run(["vault", "add-environment"], { env })).exit).toBe(0);
    expect(
      await place.json(["vault", "status"], { env: { AUTH_ENCRYPTION_SECRET } }),
    ).toMatchObject({ state: "open" });
  });

  test("everything is forgotten by whoever says so in full, and by nobody else", async () => {
    await init();
    const piped = await place.run(["vault", "reset"]);
    expect(piped).toMatchObject({ exit: 2, err: expect.stringContaining("--yes") });
    const hesitant = await place.run(["vault", "reset"], { terminal: true, input: "yes" });
    expect(hesitant.exit).toBe(130);
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "locked" });
    const meant = await place.run(["vault", "reset"], {
      terminal: true,
      input: "forget all secrets",
    });
    expect(meant).toMatchObject({ exit: 0 });
    expect(await place.json(["vault", "status"])).toMatchObject({ state: "missing", slots: [] });
  });
});

test.each([
  ["vault", "unlock", "hunter2-hunter2"],
  ["vault", "unlock", "--recovery-key", "hunter2-hunter2"],
  ["vault", "init", "hunter2-hunter2"],
  ["vault", "add-passphrase", "hunter2-hunter2"],
  ["vault", "change-passphrase", "Passphrase", "hunter2-hunter2"],
])("a secret among the arguments is refused and not repeated: %s %s %s", async (...words) => {
  const ran = await place.run(words, { terminal: true });
  expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining("never an argument") });
  expect(ran.out + ran.err).not.toContain("hunter2");
});

test("status says what stands in the way, of the vault and of each key", () => {
  const slot = { provider: "keychain" as const, createdAt: 0 };
  const text = vaultText({
    state: "locked",
    slots: [
      { ...slot, id: "1", label: "KWallet 6", problem: "Sealed elsewhere." },
      { ...slot, id: "2", label: "Other", problem: "It is\u001b[2J locked." },
    ],
    secrets: 3,
    key: { id: "k", check: "0badcafe", createdAt: 0 },
    rotation: { done: 1, total: 3 },
    keychain: null,
    problem: { code: "keychain_changed", message: "Sealed elsewhere.", wayOut: "Go back." },
    wayOut: "Unlock it.",
  });
  expect(text).toMatch(/^Vault +locked$/m);
  expect(text).toMatch(/^Data key +0badcafe, since /m);
  expect(text).toMatch(/^Replacing +1 of 3 secrets have the new data key$/m);
  expect(text).toMatch(/^Problem +Sealed elsewhere\.$/m);
  expect(text).toMatch(/^Next +Unlock it\.$/m);
  expect(text).toMatch(/^“Other”: It is\\u001b\[2J locked\.$/m);
  expect(text).not.toContain("“KWallet 6”:");
});
