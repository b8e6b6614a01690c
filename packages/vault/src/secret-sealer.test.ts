import { expect, test } from "vitest";
import { sealerOfSecret } from "./secret-sealer.ts";
import { refusalOf } from "./test-kit.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const ours = await sealerOfSecret(SECRET, "sessions");
const place = { table: "t", column: "c", row: "r" };

test("opens what the same secret has sealed for the same purpose, in any program since", () => {
  const earlier = "v1.guX9EM79buAJ.kOFul5JW1_Euyw7JF-eGk7lAePISnUU1UdxN40gq2pCcQ8G-bs3SJA";
  expect(ours.open(earlier, place)).toBe("known answer");
  expect(ours.open(ours.seal("another", place), place)).toBe("another");
});

test.each([
  [SECRET, "other sessions"],
  [`${SECRET}0`, "sessions"],
])("opens nothing of %s for “%s”", async (secret, purpose) => {
  const theirs = await sealerOfSecret(secret, purpose);
  const refused = await refusalOf(() => ours.open(theirs.seal("a secret", place), place));
  expect(refused.code).toBe("secret_damaged");
});
