import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  deriveExportKey,
  isExportSealed,
  isUsableDerivation,
  newExportDerivation,
} from "./export-key.ts";

const derivation = { salt: Buffer.from("0123456789abcdef").toString("base64"), N: 2, r: 8, p: 1 };
const place = ["server", "3f1c", "env/API_KEY"];

test("what is sealed today is what was sealed when the format was made", async () => {
  const key = await deriveExportKey("correct horse battery", derivation);
  expect(key.check).toBe("+Ye+dbSudjxk3f/hyzRU8Q==");
  expect(key.seal("s3cr3t", place)).toBe("bG1nAaZJHJnVMqFfyNPo+xsc6p+C1wGJU09lW+nZ77cd5hLHx3c=");
  expect(key.seal("", place)).toBe("bG1nAW4GCAx4ieUPP4wtmoIg357pNVsdTtIIouPc36E=");
});

test("a value opens at its place, with its secret, as it is, and nowhere else", async () => {
  const key = await deriveExportKey("correct horse battery", derivation);
  const other = await deriveExportKey("correct horse batterie", derivation);
  const salted = await deriveExportKey("correct horse battery", {
    ...derivation,
    salt: Buffer.from("fedcba9876543210").toString("base64"),
  });
  fc.assert(
    fc.property(fc.string(), fc.nat(), (value, at) => {
      const sealed = key.seal(value, place);
      expect(isExportSealed(sealed)).toBe(true);
      expect(key.open(sealed, place)).toBe(value);
      expect(key.seal(value, place)).toBe(sealed);
      expect(key.open(sealed, ["server", "3f1c", "env/OTHER"])).toBeNull();
      expect(key.open(sealed, ["server", "9a0b", "env/API_KEY"])).toBeNull();
      expect(key.open(sealed, ["tool", "3f1c", "env/API_KEY"])).toBeNull();
      expect(key.open(sealed, ["server", "3f1cenv/API_KEY"])).toBeNull();
      expect(other.open(sealed, place)).toBeNull();
      expect(salted.open(sealed, place)).toBeNull();
      const bytes = Buffer.from(sealed, "base64");
      expect(key.open(bytes.subarray(0, at % bytes.length).toString("base64"), place)).toBeNull();
      bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << (at % 8)), at % bytes.length);
      expect(key.open(bytes.toString("base64"), place)).toBeNull();
      expect(key.open(`${sealed}\n`, place)).toBeNull();
    }),
    { numRuns: 100, seed: 10 },
  );
  expect([other.check, salted.check]).not.toContain(key.check);
});

test("two values at one place, and one value at two, share no nonce", async () => {
  const key = await deriveExportKey("correct horse battery", derivation);
  const nonceOf = (text: string): string => Buffer.from(text, "base64").toString("hex", 4, 16);
  const nonces = ["a", "b"].flatMap((value) =>
    [place, ["server", "3f1c", "env/OTHER"]].map((at) => nonceOf(key.seal(value, at))),
  );
  expect(new Set(nonces).size).toBe(4);
});

test.each([
  [{ N: 2 ** 21 }],
  [{ N: 3 }],
  [{ N: 1 }],
  [{ N: 2 ** 20, r: 16 }],
  [{ r: 17 }],
  [{ p: 5 }],
  [{ p: 0.5 }],
  [{ salt: "" }],
  [{ salt: "not base64" }],
])("a file that asks for too much or too little is not derived: %j", (asked) => {
  expect(isUsableDerivation({ ...derivation, ...asked })).toBe(false);
  expect(isUsableDerivation({ ...derivation, N: 2 ** 17 })).toBe(true);
});

test("each new derivation has a salt of its own, and may be used", () => {
  const [one, two] = [newExportDerivation(), newExportDerivation()];
  expect(one.salt).not.toBe(two.salt);
  expect([one, two].every(isUsableDerivation)).toBe(true);
});
