/**
 * However a gateway ends, its debug logs have all but its last moments:
 * `npm run crash:logs [-- --kills N]`. Ends with 1 where something is wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import { logKills } from "./log-kills.ts";
import { countOf, optionsOf } from "../../scripts/options.ts";

const { values } = optionsOf({ options: { kills: { type: "string", default: "60" } } });
const count = countOf("kills", values.kills);

endOnSignals();
const root = mkdtempSync(join(tmpdir(), "crash-logs-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
try {
  const section = await runPart("kills", () => logKills(root, count));
  await conclude([section], "all but the last moments", undefined);
} finally {
  await endAll();
}
