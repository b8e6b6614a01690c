import { GatewayError } from "@local-mcp/contract";
import { endAtFault, keepFaultsQuiet } from "./faults.ts";
import type { Io } from "./io.ts";
import { startLean } from "./lean-memory.ts";
import { forgetStart, isTooOld, startAgain } from "./old-node.ts";
import { startSmall } from "./small-start.ts";

/**
 * A terminal sends Ctrl-C to every process of the command, and some of them hand it on: the same
 * request to stop can arrive twice within this time, ms.
 */
const SAME_SIGNAL_MS = 500;

/** When what the command starts has settled, ms. */
const SETTLED_MS = 3000;

/** How long the command may take to end then, ms. */
const STOP_LIMIT_MS = 5000;

/**
 * The first signal asks the command to end, a later one ends it at once, and so does its time, where
 * it does not have to go on.
 */
const stopOnSignal = (): Pick<Io, "signal" | "goOn"> => {
  const stopping = new AbortController();
  let first: number | null = null;
  let limit: NodeJS.Timeout | undefined;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (first !== null) {
        if (performance.now() - first > SAME_SIGNAL_MS) process.exit(130);
        return;
      }
      first = performance.now();
      limit = setTimeout(() => process.exit(130), STOP_LIMIT_MS).unref();
      stopping.abort();
    });
  }
  return { signal: stopping.signal, goOn: () => clearTimeout(limit) };
};

/**
 * Whoever read the output has gone, as in `… | head`, or its terminal was closed: that is no fault of
 * the command.
 */
const ignoreGoneReader = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
};

const main = async (): Promise<void> => {
  keepFaultsQuiet();
  if (isTooOld(process.versions["napi"])) return startAgain(import.meta.url);
  startLean();
  setTimeout(startSmall(), SETTLED_MS).unref();
  forgetStart();
  process.stdout.on("error", ignoreGoneReader);
  process.stderr.on("error", ignoreGoneReader);
  const io: Io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    ...stopOnSignal(),
  };
  // After the check above, since it brings the database along.
  const { run } = await import("./program.ts");
  process.exitCode = await run(process.argv.slice(2), io);
};

try {
  await main();
} catch (error) {
  if (error instanceof GatewayError) {
    process.stderr.write(`${error.message}\n${error.wayOut}\n`);
    process.exitCode = error.exit;
  } else endAtFault(error);
}
