/**
 * Loaded into the process of a gateway before anything else: measures its event loop and its CPU
 * between the messages `begin` and `end`, and answers the latter with a `Felt`.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** What a process felt in a while; ms. */
export interface Felt {
  cpuMs: number;
  /** Waits of the event loop, which wait one millisecond at rest. */
  delayP99: number;
  delayMax: number;
}

const delay = monitorEventLoopDelay({ resolution: 1 });
let cpu = process.cpuUsage();

process.on("message", (message) => {
  if (message === "begin") {
    delay.reset();
    delay.enable();
    cpu = process.cpuUsage();
    return;
  }
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const felt: Felt = {
    cpuMs: (user + system) / 1000,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
  process.send?.(felt);
});
// Where who measures is gone, it is to go too.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
// It is to end as if nobody measured.
process.channel?.unref();
