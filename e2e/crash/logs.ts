/**
 * However a gateway ends, its debug logs have all but its last moments:
 * `npm run crash:logs [-- --kills N]`. Ends with 1 where something is wrong.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { conclude, runPart } from "../leaks/parts.ts";
import { logKills } from "./log-kills.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "60" } } });

endOnSignals();
const root = mkdtempSync(join(tmpdir(), "crash-logs-"));
atEnd(async () => rmSync(root, { recursive: true, force: true }));
try {
  const section = await runPart("kills", () => logKills(root, Number(values.kills)));
  await conclude([section], "all but the last moments", undefined);
} finally {
  await endAll();
}
