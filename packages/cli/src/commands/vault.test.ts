import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

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
    expect(ran.err).toBe("New passphrase: \nThe same again: \n");
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
});
