/**
 * Three gateways that were restored from one backup share a session store, and clients meet another
 * of them with each request: `npm run shared [-- --short --only Redis]`. Gateways are killed under
 * load and started again, then the store is. Ends with 1 where a session was lost, a call was
 * answered wrongly, failed without its gateway being killed, or came to its server twice.
 */
import { table } from "../../bench/stats.ts";
import { pause } from "../command-line.ts";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { SHARED_ENGINES } from "../gateway/shared-engines.ts";
import { sharedRun } from "./shared-run.ts";
import { optionsOf, refuseUnknown } from "../../scripts/options.ts";

const SHOWN_FAULTS = 20;
const SHORT = { clients: 12, kills: 3, storeAwayMs: 2000 };
const FULL = { clients: 40, kills: 20, storeAwayMs: 8000 };

const { values } = optionsOf({
  options: { short: { type: "boolean", default: false }, only: { type: "string" } },
});
const names = SHARED_ENGINES.map(([name]) => name);
const wanted = values.only === undefined ? names : [values.only];
refuseUnknown(wanted, names);

endOnSignals();
try {
  const faults: string[] = [];
  for (const [name, start] of SHARED_ENGINES) {
    if (!wanted.includes(name)) continue;
    const run = await sharedRun(await start(), values.short ? SHORT : FULL);
    console.log(table([["", name], ...run.figures]));
    for (const fault of run.faults.slice(0, SHOWN_FAULTS)) console.log(`! ${fault}`);
    faults.push(...run.faults);
    await pause(0);
  }
  console.log(faults.length === 0 ? "no session lost, no call wrong" : `${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
