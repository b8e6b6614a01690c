import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { afterTest } from "../fixtures/test-support.ts";
import { logKills } from "./log-kills.ts";

/** Gateways are started one after another, also on a busy machine. */
const LIMIT_MS = 180_000;

it(
  "loses no more than its last moments, whenever it is killed",
  { timeout: LIMIT_MS },
  async () => {
    const root = mkdtempSync(join(tmpdir(), "crash-logs-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const { faults, figures } = await logKills(root, 2);
    expect(faults).toEqual([]);
    expect(Object.fromEntries(figures)).toMatchObject({ kills: "2" });
  },
);
