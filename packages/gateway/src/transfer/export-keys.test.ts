import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb, type Db } from "@local-mcp/database";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createStores, type Stores } from "../stores.ts";
import { ExportKeys } from "./export-keys.ts";

const PLACE = { kind: "server", uid: "1", place: "env/KEY" } as const;
/** A derivation that costs nothing. */
const CHEAP = { N: 2, r: 1, p: 1 };

let directory: string;
let db: Db;
let stores: Stores;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-export-keys-"));
  db = createDb({ path: join(directory, "x.db") });
  stores = createStores(db);
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

it("a secret seals the same text again, and each has a salt of its own", async () => {
  const keys = new ExportKeys({ stores });
  const [first, again, other] = await Promise.all([
    keys.sealFor("a passphrase of a test", "passphrase"),
    keys.sealFor("a passphrase of a test", "passphrase"),
    keys.sealFor("another passphrase", "passphrase"),
  ]);
  expect(again.header).toEqual(first.header);
  expect(again.seal("value", PLACE)).toBe(first.seal("value", PLACE));
  expect(other.header.salt).not.toBe(first.header.salt);
  expect(other.open(first.seal("value", PLACE), PLACE)).toBeNull();
  expect(stores.exportKeys.list()).toHaveLength(2);

  const reopened = new ExportKeys({ stores: createStores(db) });
  const later = await reopened.sealFor("a passphrase of a test", "AUTH_ENCRYPTION_SECRET");
  expect(later.header).toEqual({ ...first.header, with: "AUTH_ENCRYPTION_SECRET" });
  expect(later.seal("value", PLACE)).toBe(first.seal("value", PLACE));
});

it("the eight that were used last are kept", async () => {
  let now = 1;
  const keys = new ExportKeys({ stores, now: () => now++ });
  const { header } = await keys.sealFor("a passphrase of a test", "passphrase");
  for (let number = 0; number < 7; number++) {
    const salt = Buffer.alloc(16, number).toString("base64");
    stores.exportKeys.insert({ salt, params: CHEAP, check: `of ${number}`, usedAt: now++ });
  }
  await keys.sealFor("a passphrase of a test", "passphrase");
  await keys.sealFor("another passphrase", "passphrase");
  const kept = stores.exportKeys.list().map(({ check }) => check);
  expect(kept).toHaveLength(8);
  expect(kept[1]).toBe(header.check);
  expect(kept.slice(2)).toEqual(["of 6", "of 5", "of 4", "of 3", "of 2", "of 1"]);
});
