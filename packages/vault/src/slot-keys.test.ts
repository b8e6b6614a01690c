import { expect, test } from "vitest";
import { bind } from "./aead.ts";
import { recordOf } from "./data-key.ts";
import type { KeyProvider } from "./providers.ts";
import { sealTo } from "./recipient.ts";
import { draftSlot, finishSlot, openSlot, reseatSlot } from "./slot-keys.ts";
import type { SlotRecord } from "./slots.ts";
import { NOW, refusalOf } from "./test-kit.ts";

const keyOf = (id: string, byte: number) => ({ id, bytes: Buffer.alloc(32, byte) });
const key = keyOf("old-key", 7);
const known = [recordOf(key, NOW)];

/** As a data directory of today holds it, of a slot whose secret is 32 times the byte 5. */
const recipient = {
  publicKey: "UKYUCbHd0DJemxa3AOcZ6XcsBwALG9d4bpB8ZT0gSV0",
  sealedKey:
    "Pqpg3xXg3w_nplWnU24SYaVsh9gZThuDkDYv65yJG3w.OadLhVD90NWEtbfezhl6Ik6h6JIWZJMH0JBe1zH6k56Ia0cFsgiWMfDL_CvtX7aWGOLKZLictCa4XzIX",
  mark: "mR3nfKOzpJ9x-VW1DkQaHIDpsut-VPdl0am6x65YaIA",
};
const golden: SlotRecord = {
  id: "slot-1",
  keyId: "old-key",
  provider: "keychain",
  label: "Golden",
  wrapped: "",
  params: {},
  recipient,
  createdAt: NOW,
};

/** A provider that gives `secret` away, and remembers the buffers that it was given or gave. */
const providing = (secret = Buffer.alloc(32, 5), stale = false) => {
  const buffers: Buffer[] = [];
  const provider: KeyProvider = {
    provider: "keychain",
    label: "Its own name",
    wrap: async (given) => {
      buffers.push(given);
      return { wrapped: given.toString("base64url"), params: { kind: "test" } };
    },
    unwrap: async () => {
      const own = Buffer.from(secret);
      buffers.push(own);
      return { secret: own, stale };
    },
  };
  return { provider, buffers };
};

test("a slot is the one that data directories hold", async () => {
  for (const stale of [false, true]) {
    const { provider, buffers } = providing(undefined, stale);
    expect(await openSlot(provider, golden, known)).toEqual({ key, stale });
    expect(buffers).toEqual([Buffer.alloc(32)]);
  }
});

test("what a slot was made with opens it, and nothing of its secret stays", async () => {
  const { provider, buffers } = providing();
  const draft = await draftSlot(provider, { createdAt: NOW });
  expect(buffers).toEqual([Buffer.alloc(32)]);
  expect(draft.slot).toMatchObject({ provider: "keychain", label: "Its own name", createdAt: NOW });
  const slot = finishSlot(draft, key);
  const secret = Buffer.from(slot.wrapped, "base64url");
  expect((await openSlot(providing(secret).provider, slot, known)).key).toEqual(key);

  const named = await draftSlot(provider, { id: "slot-2", label: "Of Ada", createdAt: NOW });
  expect(named.slot).toMatchObject({ id: "slot-2", label: "Of Ada" });
});

test("a provider that keeps nothing leaves nothing of the secret either", async () => {
  const { provider, buffers } = providing();
  const failing = {
    ...provider,
    wrap: async (...given: Parameters<KeyProvider["wrap"]>) => {
      await provider.wrap(...given);
      throw new Error("the keychain is gone");
    },
  };
  await expect(draftSlot(failing, { createdAt: NOW })).rejects.toThrow("the keychain is gone");
  expect(buffers).toEqual([Buffer.alloc(32)]);
});

const short = sealTo(
  recipient.publicKey,
  Buffer.alloc(16, 7),
  bind("lmg", "v1", "data-key", "slot-1", "old-key"),
);

test.each<[why: string, slot: SlotRecord, records: typeof known]>([
  ["whose key is not known", golden, []],
  ["whose key is another one", golden, [recordOf(keyOf("old-key", 8), NOW)]],
  ["that was moved", { ...golden, id: "slot-2" }, known],
  [
    "whose sealed key is no text of ours",
    { ...golden, recipient: { ...recipient, sealedKey: "x" } },
    known,
  ],
  ["that holds half a key", { ...golden, recipient: { ...recipient, sealedKey: short } }, known],
  ["of the first format with another key", { ...golden, recipient: null }, known],
])("a slot %s is refused by its label, and its secret is let go", async (_, slot, records) => {
  const { provider, buffers } = providing();
  const error = await refusalOf(() => openSlot(provider, slot, records));
  expect(error).toMatchObject({ code: "vault_damaged", params: { slot: "Golden" } });
  expect(buffers).toEqual([Buffer.alloc(32)]);
});

test("a slot that a holder of the key did not make gets no key, and opens nothing", async () => {
  const forged = { ...golden, recipient: { ...recipient, mark: recipient.publicKey } };
  const refusal = { code: "vault_damaged", params: { slot: "Golden" } };
  expect(await refusalOf(() => openSlot(providing().provider, forged, known))).toMatchObject(
    refusal,
  );
  expect(await refusalOf(() => reseatSlot(forged, key, keyOf("new-key", 9)))).toMatchObject(
    refusal,
  );
});

test("a slot of the first format opens, is to be written anew, and takes no other key", async () => {
  const first = { ...golden, recipient: null };
  for (const records of [known, []]) {
    const opened = await openSlot(providing(key.bytes).provider, first, records);
    expect(opened).toEqual({ key, stale: true });
  }
  const error = await refusalOf(() => reseatSlot(first, key, keyOf("new-key", 9)));
  expect(error).toMatchObject({ code: "vault_slot_older", params: { slot: "Golden" } });
});

test("a slot given another key opens with what it opened with before", async () => {
  const next = keyOf("new-key", 9);
  const slot = reseatSlot(golden, key, next);
  const opened = await openSlot(providing().provider, slot, [recordOf(next, NOW)]);
  expect(opened).toEqual({ key: next, stale: false });
});
