/**
 * An hour signed in: `npm run sign-ins [-- --short]`. Access tokens live for seconds. Clients of both
 * eras call servers of both eras all the time, while the authorization servers fail, the gateway is
 * ended and killed, and its clock jumps by hours. Ends with 1 where a call did not get its result, a
 * person would have seen that they are not signed in, or a refresh token was used twice.
 */
import { table } from "../../bench/stats.ts";
import { endAll, endOnSignals } from "../conformance/closing.ts";
import { faultsOf, HEADING, hour, lineOf } from "./hour.ts";
import { stage } from "./stage.ts";
import { optionsOf } from "../../scripts/options.ts";

const SHOWN_FAULTS = 20;
const SHORT = { seconds: 2, forMs: 18_000 };
const FULL = { seconds: 5, forMs: 240_000 };

const { values } = optionsOf({ options: { short: { type: "boolean", default: false } } });
const form = values.short ? SHORT : FULL;

endOnSignals();
try {
  const began = performance.now();
  const hours = await hour(await stage(form.seconds), form);
  const faults = hours.flatMap(faultsOf);
  console.log(table([HEADING, ...hours.map(lineOf)]));
  for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`! ${fault}`);
  const took = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    faults.length === 0 ? `signed in all the time, ${took} s` : `${faults.length} faults`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await endAll();
}
