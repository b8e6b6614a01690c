/**
 * Whenever an import ends in its middle, there is exactly the state before or the one after:
 * `npm run crash:import [-- --kills N]`. Ends with 1 where something is wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import { importKills } from "./import-kills.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "240" } } });

endOnSignals();
const root = mkdtempSync(join(tmpdir(), "crash-import-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
try {
  const section = await runPart("kills", () => importKills(root, Number(values.kills)));
  await conclude([section], "always the state before or the one after", undefined);
} finally {
  await endAll();
}
