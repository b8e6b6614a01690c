import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bind, decrypt, encrypt, fromBase64url } from "./aead.ts";

const key = randomBytes(32);
const aad = bind("here");

test("decrypt gives back what was encrypted, and never the same text twice", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const plain = Buffer.from(bytes);
      const first = encrypt(key, plain, aad);
      expect(first).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(encrypt(key, plain, aad)).not.toBe(first);
      expect(decrypt(key, first, aad)).toEqual(plain);
    }),
  );
});

test("another key or other bound data gives nothing", () => {
  const text = encrypt(key, Buffer.from("secret"), aad);
  expect(decrypt(randomBytes(32), text, aad)).toBeNull();
  expect(decrypt(key, text, bind("there"))).toBeNull();
});

test("a shortened tag is refused", () => {
  const bytes = Buffer.from(encrypt(key, Buffer.alloc(0), aad), "base64url");
  for (let length = 0; length < bytes.length; length += 1) {
    expect(decrypt(key, bytes.subarray(0, length).toString("base64url"), aad)).toBeNull();
  }
});

test("two lists of fields are bound alike only when they are the same", () => {
  const fields = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      expect(bind(...a).equals(bind(...b))).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
  expect(bind("ab", "c")).not.toEqual(bind("a", "bc"));
  expect(bind("a|b")).not.toEqual(bind("a", "b"));
  expect(bind("a", "")).not.toEqual(bind("a"));
});

test("only canonical base64url is read", () => {
  expect(fromBase64url("_-8")).toEqual(Buffer.from([0xff, 0xef]));
  for (const text of ["_-8=", "/+8", "_-9", " _-8", "_-8\n", "_\u0000-8", "é"]) {
    expect(fromBase64url(text)).toBeNull();
  }
});
