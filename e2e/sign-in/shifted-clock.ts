/**
 * Preloaded into a gateway: its clock on the wall is off by as many milliseconds as the file says
 * that SHIFTED_CLOCK names, from one moment to the next. Timers and the monotonic clock are not.
 */
import { readFileSync } from "node:fs";

const EVERY_MS = 20;
const file = process.env.SHIFTED_CLOCK ?? "";
const RealDate = Date;
const realNow = Date.now.bind(Date);

let offset = 0;
const read = (): void => {
  offset = Number(readFileSync(file, "utf8"));
};
read();
setInterval(read, EVERY_MS).unref();

const now = (): number => realNow() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property, receiver) =>
    property === "now" ? now : Reflect.get(target, property, receiver),
});
