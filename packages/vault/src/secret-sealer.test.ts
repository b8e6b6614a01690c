import { expect, test } from "vitest";
import { sealerOfSecret } from "./secret-sealer.ts";
import { refusalOf } from "./test-kit.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
/** What an earlier program sealed with it. */
const SEALED = "v1.guX9EM79buAJ.kOFul5JW1_Euyw7JF-eGk7lAePISnUU1UdxN40gq2pCcQ8G-bs3SJA";
const place = { table: "t", column: "c", row: "r" };

test("opens what the same secret has sealed for the same purpose, in any program since", async () => {
  const sealer = await sealerOfSecret(SECRET, "sessions");
  expect(sealer.open(SEALED, place)).toBe("known answer");
  expect(sealer.open(sealer.seal("another", place), place)).toBe("another");
});

test("opens nothing of another secret, nor of another purpose", async () => {
  for (const [secret, purpose] of [
    [SECRET, "other sessions"],
    [`${SECRET}0`, "sessions"],
  ] as const) {
    const sealer = await sealerOfSecret(secret, purpose);
    expect((await refusalOf(() => sealer.open(SEALED, place))).code).toBe("secret_damaged");
  }
});
