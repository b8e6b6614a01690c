import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { afterTest } from "../fixtures/test-support.ts";
import { importKills } from "./import-kills.ts";

/** Programs are started one after another, also on a busy machine. */
const LIMIT_MS = 180_000;

it("is all there or not at all, wherever it is killed", { timeout: LIMIT_MS }, async () => {
  const root = mkdtempSync(join(tmpdir(), "crash-import-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  const { faults, figures } = await importKills(root, 3);
  expect(faults).toEqual([]);
  expect(Object.fromEntries(figures)).toMatchObject({ kills: "3" });
});
