import { expect, test } from "vitest";
import { deriveSecret } from "./derive.ts";

const salt = Buffer.from("NaCl");

test("is scrypt as RFC 7914 (12) has it, of which a key is the first half", async () => {
  const derived = await deriveSecret("password", { N: 1024, r: 8, p: 16, salt });
  expect(derived.toString("hex")).toBe(
    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162",
  );
});

test("a secret is the same however a keyboard composes it", async () => {
  const cost = { N: 2, r: 1, p: 1, salt };
  expect(await deriveSecret("e\u0301", cost)).toEqual(await deriveSecret("\u00e9", cost));
});

test("takes as much memory as its parameters ask for, which another computer may have chosen", async () => {
  const derived = await deriveSecret("password", { N: 2 ** 18, r: 8, p: 1, salt });
  expect(derived.toString("hex")).toBe(
    "e2517fc218f7fe3abbdbe86cc9c3b0948251dceab7e5e766a69d1748f5491186",
  );
});

test("what scrypt cannot do is refused", async () => {
  await expect(deriveSecret("password", { N: 3, r: 8, p: 1, salt })).rejects.toThrow(/scrypt/i);
});
