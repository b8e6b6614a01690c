/**
 * Comes before an operation, so that it names its files alike each time: then a call that was taken
 * down once is found again. Ids count up, from another one in each operation, and the clock goes a
 * thousand times slower from the moment that `OPERATION_BEGAN` says.
 */
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { threadId } from "node:worker_threads";

const began = Number(process.env["OPERATION_BEGAN"]);
const operation = Buffer.from((process.argv[3] ?? "").slice(0, 4)).toString("hex");
let ids = 0;
crypto.randomUUID = () => {
  const count = String((ids += 1)).padStart(11, "0");
  return `${operation.padEnd(8, "0")}-0000-4000-8000-${threadId}${count}`;
};
syncBuiltinESMExports();
Date.now = () => began + Math.floor(performance.now() / 1000);
