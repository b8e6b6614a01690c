import { expect, test } from "vitest";
import { recoveryProvider } from "./providers.ts";
import { createRecoveryKey, readRecoveryKey } from "./recovery-key.ts";
import { memoryKeyStore, openVault, refusalOf, vaultOver } from "./test-kit.ts";

const place = { table: "mcp_servers", column: "env", row: "0001" };

test("is 8 groups of 4 that nobody misreads, and never twice the same", () => {
  const keys = Array.from({ length: 1000 }, createRecoveryKey);
  for (const key of keys) expect(key).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(new Set(keys).size).toBe(keys.length);
});

test("is read as a person types it", () => {
  const key = createRecoveryKey();
  for (const typed of [
    key.toLowerCase(),
    key.replaceAll("-", " "),
    key.replaceAll("-", ""),
    ` ${key.replaceAll("-", "–")}\n`,
    key.replaceAll("1", "l").replaceAll("0", "o"),
    key.replaceAll("1", "I"),
  ]) {
    expect(readRecoveryKey(typed)).toBe(key);
  }
});

test("a slip is told, and not quoted", async () => {
  const key = createRecoveryKey();
  const symbols = key.split("");
  let told = 0;
  for (const [at, symbol] of symbols.entries()) {
    if (symbol === "-") continue;
    const slip = symbol === "7" ? "8" : "7";
    const error = await refusalOf(() => {
      readRecoveryKey([...symbols.slice(0, at), slip, ...symbols.slice(at + 1)].join(""));
      // One slip of a thousand goes by: it is then another key.
    }).catch(() => null);
    if (error === null) continue;
    expect(error.message).toBe("The recovery key holds a typing mistake.");
    told += 1;
  }
  expect(told).toBeGreaterThanOrEqual(30);
  for (const wrong of ["", "7K3M", `${key}A`, key.slice(1), key.replace(/.$/, "U")]) {
    const error = await refusalOf(() => readRecoveryKey(wrong));
    expect([error.code, error.message]).toEqual([
      "validation_failed",
      "A recovery key has 8 groups of 4 letters and digits.",
    ]);
  }
});

test("opens the vault that it was made for, and no other", async () => {
  const keyStore = memoryKeyStore();
  const vault = await openVault(keyStore);
  const sealed = vault.seal("secret", place);
  const key = createRecoveryKey();
  await vault.addSlot(recoveryProvider(key));
  expect(keyStore.slots()).toContainEqual(
    expect.objectContaining({ provider: "recovery", label: "Recovery key" }),
  );
  expect(JSON.stringify(keyStore.slots())).not.toContain(key);

  const later = vaultOver(keyStore);
  const wrong = await refusalOf(() => later.unlock(recoveryProvider(createRecoveryKey())));
  expect(wrong.message).toBe("The recovery key does not open this vault.");
  await later.unlock(recoveryProvider(key.toLowerCase()));
  expect(later.open(sealed, place)).toBe("secret");
});
