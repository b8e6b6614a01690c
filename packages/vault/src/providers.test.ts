import { randomBytes, scryptSync } from "node:crypto";
import { expect, test, vi } from "vitest";
import { bind, decrypt } from "./aead.ts";
import { SCRYPT_COST } from "./cost.ts";
import type { KeyProvider } from "./providers.ts";
import { environmentProvider, passphraseProvider } from "./providers.ts";
import type { SlotRecord } from "./slots.ts";
import { NOW, refusalOf } from "./test-kit.ts";

// Every derivation costs what it costs.
vi.setConfig({ testTimeout: 60_000 });

const PASSPHRASE = "correct horse battery staple";
const context = { slotId: "slot-1", boundTo: "key-1" };
const dataKey = randomBytes(32);

const slotOf = async (provider: KeyProvider): Promise<SlotRecord> => ({
  id: context.slotId,
  keyId: "key-1",
  recipient: null,
  provider: provider.provider,
  label: "A slot",
  ...(await provider.wrap(dataKey, context)),
  createdAt: NOW,
});

const saltOf = ({ params: { salt } }: SlotRecord): string => {
  expect(salt).toBeTypeOf("string");
  return typeof salt === "string" ? salt : "";
};

const passphraseSlot = await slotOf(passphraseProvider(PASSPHRASE));

test("a slot holds a data key under scrypt, with a salt of its own", async () => {
  const other = await slotOf(passphraseProvider(PASSPHRASE));
  expect(passphraseSlot.params).toMatchObject({ kdf: "scrypt", ...SCRYPT_COST });
  expect(passphraseSlot.params["salt"]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(other.params["salt"]).not.toBe(passphraseSlot.params["salt"]);
  expect(passphraseSlot.wrapped).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(JSON.parse(JSON.stringify(passphraseSlot.params))).toEqual(passphraseSlot.params);

  const key = scryptSync(PASSPHRASE, Buffer.from(saltOf(other), "base64url"), 32, {
    N: 2 ** SCRYPT_COST.logN,
    r: 8,
    p: 1,
    maxmem: 2 ** 28,
  });
  const aad = bind("lmg", "v1", "slot", "slot-1", "key-1", "passphrase");
  expect(decrypt(key, other.wrapped, aad)).toEqual(dataKey);
});

test("the right secret unwraps, a wrong one is refused by name", async () => {
  expect((await passphraseProvider(PASSPHRASE).unwrap(passphraseSlot)).secret).toEqual(dataKey);
  const wrong = await refusalOf(() => passphraseProvider("not the one").unwrap(passphraseSlot));
  expect(wrong.code).toBe("vault_wrong_key");
  expect(wrong.message).toBe("The passphrase does not open this vault.");

  const slot = await slotOf(environmentProvider(PASSPHRASE));
  expect(slot.provider).toBe("environment");
  expect((await environmentProvider(PASSPHRASE).unwrap(slot)).secret).toEqual(dataKey);
  const other = await refusalOf(() => environmentProvider("not the one").unwrap(slot));
  expect(other.message).toBe("The secret in AUTH_ENCRYPTION_SECRET does not open this vault.");
});

test("a changed slot is refused exactly as a wrong secret is", async () => {
  const provider = passphraseProvider(PASSPHRASE);
  const wrong = await refusalOf(() => passphraseProvider("not the one").unwrap(passphraseSlot));
  const { params, wrapped } = passphraseSlot;
  const salt = saltOf(passphraseSlot);
  const changed: Partial<SlotRecord>[] = [
    { id: "slot-2" },
    { keyId: "key-2" },
    { provider: "environment" },
    { wrapped: `${wrapped.startsWith("A") ? "B" : "A"}${wrapped.slice(1)}` },
    { wrapped: wrapped.slice(0, -4) },
    { wrapped: "" },
    { wrapped: `${wrapped}=` },
    { params: { ...params, logN: 16 } },
    { params: { ...params, p: 2 } },
    { params: { ...params, salt: `${salt.startsWith("A") ? "B" : "A"}${salt.slice(1)}` } },
  ];
  for (const change of changed) {
    const refused = await refusalOf(() => provider.unwrap({ ...passphraseSlot, ...change }));
    expect([refused.code, refused.message, refused.params, refused.cause]).toEqual([
      wrong.code,
      wrong.message,
      wrong.params,
      undefined,
    ]);
  }
});

test("costs beyond the limits are refused before anything is derived", async () => {
  const { params } = passphraseSlot;
  const hostile: SlotRecord["params"][] = [
    { ...params, logN: 21 },
    { ...params, logN: 63 },
    { ...params, logN: 0 },
    { ...params, logN: 16.5 },
    { ...params, logN: "17" },
    { ...params, r: 16 },
    { ...params, r: 1 },
    { ...params, p: 5 },
    { ...params, p: 0 },
    { ...params, salt: "" },
    { ...params, salt: null },
    { ...params, salt: `${saltOf(passphraseSlot)}AAAA` },
    { ...params, kdf: 1 },
    {},
  ];
  for (const params of hostile) {
    const ticks: string[] = [];
    const refused = refusalOf(() =>
      passphraseProvider(PASSPHRASE).unwrap({ ...passphraseSlot, params }),
    ).then((error) => ticks.push(error.code));
    // Deriving takes a turn of the event loop at least; a refusal none.
    setImmediate(() => ticks.push("turn"));
    await refused;
    expect(ticks).toEqual(["vault_wrong_key"]);
  }
});

test("deriving leaves the event loop free", async () => {
  const order: string[] = [];
  const timer = new Promise<void>((resolve) => {
    setTimeout(() => {
      order.push("timer");
      resolve();
    }, 1);
  });
  // It takes a quarter of a second, and comes to the wrong key.
  const params = { ...passphraseSlot.params, logN: 17 };
  const derived = refusalOf(() =>
    passphraseProvider(PASSPHRASE).unwrap({ ...passphraseSlot, params }),
  ).then(() => order.push("derived"));
  order.push("asked");
  await Promise.all([timer, derived]);
  expect(order).toEqual(["asked", "timer", "derived"]);
});

test("a passphrase is the same however the keyboard composes it", async () => {
  const composed = "Motörhead \u{1F918} señor \u00e9";
  const decomposed = composed.normalize("NFD");
  expect(decomposed).not.toBe(composed);
  const slot = await slotOf(passphraseProvider(decomposed));
  expect((await passphraseProvider(composed).unwrap(slot)).secret).toEqual(dataKey);
  const plain = await refusalOf(() => passphraseProvider("Motorhead 🤘 senor e").unwrap(slot));
  expect(plain.code).toBe("vault_wrong_key");
});

test("no slot is made with a secret that is too short", async () => {
  const short = await refusalOf(() => passphraseProvider("elevenchars").wrap(dataKey, context));
  expect(short.code).toBe("validation_failed");
  expect(short.message).not.toContain("elevenchars");
  const empty = await refusalOf(() => environmentProvider("").wrap(dataKey, context));
  expect(empty.message).toContain("AUTH_ENCRYPTION_SECRET");
});
