/**
 * No secret is ever found where anybody could read it: `npm run canaries [-- --short --only PART
 * --json FILE]`. Ends with 1 where one was, and says which and where. On Linux, whose `/proc` it
 * reads.
 */
import { runParts } from "../leaks/parts.ts";
import { backups } from "./backups.ts";
import { campaign, start } from "./campaign.ts";
import { signIns } from "./sign-ins.ts";
import { swaps } from "./swaps.ts";

if (process.platform !== "linux") throw new Error("npm run canaries needs Linux");
await runParts(
  { campaign, swaps, "sign-ins": signIns, backups, start },
  "no secret found",
  // The last one is a part of the first, by itself for who looks for one fault.
  ["campaign", "swaps", "sign-ins", "backups"],
);
