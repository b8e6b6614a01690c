/**
 * Whenever an import ends in its middle, there is exactly the state before or the one after:
 * `npm run crash:import [-- --kills N]`. Ends with 1 where something is wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import { importKills } from "./import-kills.ts";
import { countOf, optionsOf } from "../../scripts/options.ts";

const { values } = optionsOf({ options: { kills: { type: "string", default: "240" } } });
const count = countOf("kills", values.kills);

endOnSignals();
const root = mkdtempSync(join(tmpdir(), "crash-import-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
try {
  const section = await runPart("kills", () => importKills(root, count));
  await conclude([section], "always the state before or the one after", undefined);
} finally {
  await endAll();
}
