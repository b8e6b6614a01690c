import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { GatewayError } from "@local-mcp/contract";
import { expect, test } from "vitest";
import type { KeyProvider } from "./providers.ts";
import { environmentProvider, passphraseProvider } from "./providers.ts";
import type { SlotRecord } from "./slots.ts";
import { keychainProvider, memoryKeyStore, vaultOver } from "./test-kit.ts";

const canary = (name: string) => `CANARY-${name}-${randomBytes(12).toString("hex")}`;

/** Every spelling under which a key could be found in a text. */
const spellings = (key: Buffer): string[] => [
  key.toString("hex"),
  key.toString("base64"),
  key.toString("base64url"),
  key.toString("latin1"),
  inspect(key).slice(0, 40),
  JSON.stringify([...key]),
];

test("no failure tells a secret, a passphrase or a key", { timeout: 120_000 }, async () => {
  const secret = canary("secret");
  const passphrase = canary("passphrase");
  const wrongPassphrase = canary("wrong");
  const environment = canary("environment");
  const place = { table: "mcp_servers", column: "env", row: "0001" };
  const foreign = { ...place, row: "0002" };

  const keys: Buffer[] = [];
  const spied = (inner: KeyProvider): KeyProvider => ({
    ...inner,
    wrap: (key, context) => {
      keys.push(Buffer.from(key));
      return inner.wrap(key, context);
    },
  });

  const keyStore = memoryKeyStore();
  const vault = vaultOver(keyStore);
  const slotId = await vault.init(spied(passphraseProvider(passphrase)), "Passphrase");
  const sealed = vault.seal(secret, place);
  const slot = (change: Partial<SlotRecord>) => ({ ...keyStore.slots()[0]!, ...change });
  const missing = vaultOver(memoryKeyStore(), [environmentProvider("short")]);
  const locked = vaultOver(keyStore, [environmentProvider(environment)]);
  const failing = vaultOver({
    ...memoryKeyStore(),
    putSlot: () => {
      throw new GatewayError("disk_full", { path: "the database", reason: "no space" });
    },
  });
  const otherVault = vaultOver(memoryKeyStore());
  await otherVault.init(spied(keychainProvider()), "Keychain");

  const failures: [string, () => unknown][] = [
    ["wrong passphrase", () => vault.unlock(passphraseProvider(wrongPassphrase))],
    ["wrong environment", () => vault.unlock(environmentProvider(environment))],
    ["unwrap", () => passphraseProvider(passphrase).unwrap(slot({ id: "another" }))],
    ["params", () => passphraseProvider(passphrase).unwrap(slot({ params: { kdf: secret } }))],
    ["short", () => missing.ready({ create: true })],
    ["short passphrase", () => missing.init(passphraseProvider(secret.slice(0, 11)), "Short")],
    ["exists", () => vault.init(passphraseProvider(wrongPassphrase), "Again")],
    ["insert", () => failing.init(spied(passphraseProvider(wrongPassphrase)), "Full")],
    ["missing seal", () => missing.seal(secret, place)],
    ["missing open", () => missing.open(sealed, place)],
    ["missing unlock", () => missing.unlock(passphraseProvider(passphrase))],
    ["locked seal", () => locked.seal(secret, place)],
    ["locked open", () => locked.open(sealed, place)],
    ["locked ready", () => locked.ready()],
    ["locked add", () => locked.addSlot(passphraseProvider(wrongPassphrase), "Another")],
    ["ill-formed", () => vault.seal(`${secret}\ud800`, place)],
    ["swapped", () => vault.open(sealed, foreign)],
    ["other vault", () => otherVault.open(sealed, place)],
    ["clear text", () => vault.open(secret, place)],
    ["flipped", () => vault.open(`${sealed.slice(0, -3)}AAA`, place)],
    ["truncated", () => vault.open(sealed.slice(0, -1), place)],
    ["last slot", () => vault.removeSlot(slotId)],
    ["no slot", () => vault.removeSlot("nowhere")],
  ];

  const hidden = [
    secret,
    secret.slice(0, 11),
    passphrase,
    wrongPassphrase,
    environment,
    sealed.slice(20),
    ...keys.flatMap(spellings),
  ];
  const leaks: string[] = [];
  for (const [name, work] of failures) {
    const error = await Promise.resolve()
      .then(work)
      .then(
        () => null,
        (error: unknown) => error,
      );
    const told = [
      inspect(error, { depth: Infinity, showHidden: true, getters: true }),
      error instanceof Error ? `${error.message}\n${error.stack}` : "",
      JSON.stringify(error),
    ].join("\n");
    if (!(error instanceof GatewayError)) leaks.push(`${name}: not a typed error`);
    if (hidden.some((text) => told.includes(text))) leaks.push(`${name}: ${told}`);
  }
  expect(leaks).toEqual([]);
  expect(keys).toHaveLength(3);
});
