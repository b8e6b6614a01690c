import { createDecipheriv } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { passphraseProvider } from "./providers.ts";
import type { Place } from "./key-ring.ts";
import type { Vault } from "./vault.ts";
import { memoryKeyStore, openVault, refusalOf, vaultOver } from "./test-kit.ts";

const place: Place = { table: "mcp_servers", column: "env", row: "0001" };

/** Opens each value at its place, and returns what ended in anything but `secret_damaged`. */
const survivors = (vault: Vault, attempts: [sealed: string, place: Place][]): unknown[] =>
  attempts
    .map(([sealed, place]): unknown => {
      try {
        return vault.open(sealed, place);
      } catch (error) {
        return error;
      }
    })
    .filter((end) => !(end instanceof GatewayError && end.code === "secret_damaged"));

test("what was sealed opens in its place", async () => {
  const vault = await openVault();
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, row) => {
      const sealed = vault.seal(text, { ...place, row });
      expect(sealed).toMatch(/^v1\.[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]{38,}$/);
      expect(vault.open(sealed, { ...place, row })).toBe(text);
    }),
  );
});

test("text that UTF-8 cannot carry is refused, not altered", async () => {
  const vault = await openVault();
  const error = await refusalOf(() => vault.seal("a\ud800b", { ...place, owner: "“github”" }));
  expect(error.code).toBe("validation_failed");
  expect(error.message).toContain("“github”");
});

test("the format is the one that older data directories hold", { timeout: 60_000 }, async () => {
  const slot = {
    id: "b8a8ab94-0f4b-4c3c-9bd2-30e9f7a3c001",
    keyId: "v9hTyrKWc_1q",
    provider: "passphrase" as const,
    label: "Golden",
    wrapped: "P0bXLUb5YWIJzSTp6CgyJlPVThlDCprAN3BeSzdkViWEfoGZigkZptvGD4rMmcMR5pvPfbQluDcF1_2r",
    params: { kdf: "scrypt", logN: 17, r: 8, p: 1, salt: "IySJFcZCM8OtJ_Ob09yrxA" },
    createdAt: 1_800_000_000_000,
    recipient: null,
  };
  const sealed =
    "v1.v9hTyrKWc_1q.58YraZVLF_zQoRkImJfVg1-2NJVqwUvf44sN_u38OwLQhe5QN_UFevf0x8W0UrT-_g";
  const vault = vaultOver(memoryKeyStore([slot]));
  await vault.unlock(passphraseProvider("correct horse battery staple"));
  expect(vault.open(sealed, place)).toBe("known answer: grüße");

  // The same by hand, from the description of the format alone.
  const { secret: dataKey } = await passphraseProvider("correct horse battery staple").unwrap(slot);
  const bytes = Buffer.from(String(sealed.split(".")[2]), "base64url");
  const aad = Buffer.concat(
    ["lmg", "v1", "mcp_servers", "env", "0001", slot.keyId].flatMap((field) => [
      Buffer.from([0, 0, 0, Buffer.byteLength(field)]),
      Buffer.from(field),
    ]),
  );
  const decipher = createDecipheriv("aes-256-gcm", dataKey, bytes.subarray(0, 12), {
    authTagLength: 16,
  });
  decipher.setAAD(aad).setAuthTag(bytes.subarray(-16));
  expect(decipher.update(bytes.subarray(12, -16), undefined, "utf8") + decipher.final("utf8")).toBe(
    "known answer: grüße",
  );
});

test("a value opens in no other place, 10,000 pairs", { timeout: 60_000 }, async () => {
  const vault = await openVault();
  const name = fc.oneof(fc.constantFrom("", "a", "b"), fc.string({ maxLength: 6 }));
  const anyPlace = fc.record({ table: name, column: name, row: name });
  fc.assert(
    fc.property(anyPlace, anyPlace, (a, b) => {
      fc.pre(a.table !== b.table || a.column !== b.column || a.row !== b.row);
      const attempts: [string, Place][] = [
        [vault.seal("in a", a), b],
        [vault.seal("in b", b), a],
      ];
      return survivors(vault, attempts).length === 0;
    }),
    { numRuns: 10_000 },
  );
  expect(vault.open(vault.seal("in a", place), { ...place })).toBe("in a");
});

test("shifting characters between table, column and row does not move a value", async () => {
  const vault = await openVault();
  const places = [
    { table: "a|b", column: "c", row: "d" },
    { table: "a", column: "b|c", row: "d" },
    { table: "a", column: "b", row: "c|d" },
    { table: "", column: "a|b|c", row: "d" },
    { table: "a\u0000b", column: "", row: "cd" },
    { table: "a", column: "\u0000b", row: "cd" },
  ];
  const moves = places.flatMap((from) =>
    places
      .filter((to) => to !== from)
      .map((to): [string, Place] => [vault.seal("secret", from), to]),
  );
  expect(moves).toHaveLength(30);
  expect(survivors(vault, moves)).toEqual([]);
});

test("a value of another vault is refused, even with our key id put in", async () => {
  const ours = await openVault();
  const theirs = await openVault();
  const [, ourKeyId] = ours.seal("", place).split(".");
  const sealed = theirs.seal("secret", place);
  const [version, , payload] = sealed.split(".");
  const foreign: [string, Place][] = [
    [sealed, place],
    [`${version}.${ourKeyId}.${payload}`, place],
  ];
  expect(survivors(ours, foreign)).toEqual([]);
});

test("every single flipped bit is refused", async () => {
  const vault = await openVault();
  const bytes = Buffer.from(vault.seal("a secret of some length", place), "latin1");
  const flips = Array.from({ length: bytes.length * 8 }, (_, bit): [string, Place] => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return [changed.toString("latin1"), place];
  });
  expect(survivors(vault, flips)).toEqual([]);
});

test("every truncation, extension, downgrade and foreign text is refused", async () => {
  const vault = await openVault();
  const sealed = vault.seal("a secret of some length", place);
  const cuts = Array.from(sealed, (_, at) => [sealed.slice(0, at), sealed.slice(at + 1)]).flat();
  const [version, keyId, payload] = sealed.split(".");
  const texts = [
    ...cuts,
    `${sealed}A`,
    `${sealed}.`,
    `${sealed}.A`,
    `${sealed}=`,
    `${sealed}\n`,
    ` ${sealed}`,
    `v0.${keyId}.${payload}`,
    `v2.${keyId}.${payload}`,
    `${version}.${keyId}`,
    `${version}..${payload}`,
    `${version}.${keyId}.`,
    "a secret of some length",
  ];
  const attempts = texts.map((text): [string, Place] => [text, place]);
  expect(survivors(vault, attempts)).toEqual([]);
});

test("the refusal names the owner where one is given", async () => {
  const vault = await openVault();
  const named = await refusalOf(() => vault.open("v1", { ...place, owner: "“github”" }));
  expect(named.message).toBe("A stored secret of “github” was changed or damaged and is refused.");
  const unnamed = await refusalOf(() => vault.open("v1", place));
  expect(unnamed.message).toContain("mcp_servers 0001");
});
