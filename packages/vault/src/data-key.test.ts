import { expect, test } from "vitest";
import { bind, encrypt } from "./aead.ts";
import { copyOf, fitsCheck, letGo, recordOf, retiringUnder, sealDataKey } from "./data-key.ts";

const keyOf = (id: string, byte: number) => ({ id, bytes: Buffer.alloc(32, byte) });
const [old, next] = [keyOf("old-key", 7), keyOf("new-key", 9)];
const known = recordOf(old, 1);

/** As a data directory of today holds it. */
const RETIRING = "4dOHXDFEK_zXLLrR0bF4D_Sjdl3kbkI6CGEE_RX2IWa3aI6d61dZtSUejmyYMHMdxULjzTHytwSA83fA";

test("a key's check value is the one that data directories hold", () => {
  expect(known).toEqual({
    id: "old-key",
    check: "dbcbf9b4c2aebfdfb82bf674833ea41f",
    sealed: null,
    createdAt: 1,
  });
  expect(fitsCheck(old, known)).toBe(true);
});

test("no other key fits a check value, nor does a key under another name", () => {
  expect(fitsCheck(keyOf("old-key", 8), known)).toBe(false);
  expect(fitsCheck(keyOf("other-key", 7), known)).toBe(false);
  for (const check of ["", known.check.slice(1), `${known.check}0`]) {
    expect(fitsCheck(old, { ...known, check })).toBe(false);
  }
});

test("a key that is being replaced opens under the one that replaces it", () => {
  for (const sealed of [RETIRING, sealDataKey(old, next)]) {
    expect(retiringUnder(next, [{ ...known, sealed }])).toEqual([old]);
  }
});

test("of those that are replaced, what does not open whole is left out", () => {
  const short = encrypt(
    next.bytes,
    Buffer.alloc(16, 7),
    bind("lmg", "v1", "retiring-key", "old-key", "new-key"),
  );
  const records = [
    { ...recordOf(next, 2) },
    { ...known, sealed: "" },
    { ...known, sealed: `${RETIRING.slice(0, -1)}B` },
    { ...known, id: "other-key", sealed: RETIRING },
    { ...known, check: "00".repeat(16), sealed: RETIRING },
    { ...known, sealed: short },
  ];
  expect(retiringUnder(next, records)).toEqual([]);
  expect(retiringUnder(old, [{ ...known, sealed: RETIRING }])).toEqual([]);
  expect(retiringUnder(next, [...records, { ...known, sealed: RETIRING }])).toEqual([old]);
});

test("a copy outlives what it was made of, and holds nothing else", () => {
  const first = keyOf("first", 1);
  const copy = copyOf(first);
  letGo({ current: first, retiring: [keyOf("second", 2)] });
  expect(first.bytes).toEqual(Buffer.alloc(32));
  expect(copy).toEqual(keyOf("first", 1));
  expect(copy.bytes.buffer.byteLength).toBe(32);
});
