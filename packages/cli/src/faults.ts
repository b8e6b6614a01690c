import { GatewayError } from "@local-mcp/contract";

/** Frames that are told of an unexpected error. */
const MAX_FRAMES = 5;

/** Where an unexpected error came from. Not its message, which might quote a secret. */
export const originOf = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [];
  const frames = (error.stack ?? "")
    .replace(error.message, "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, MAX_FRAMES)];
};

/**
 * Ends the program at a fault that nobody caught. Node itself would print the line of code, the
 * message and the members of the error, such as the headers of a request.
 */
export const endAtFault = (fault: unknown): void => {
  const { code, message, wayOut, exit } = new GatewayError("internal");
  const lines = [`${message} (${code})`, wayOut, ...originOf(fault)];
  process.exitCode = exit;
  process.stderr.write(`${lines.join("\n")}\n`, () => process.exit(exit));
};

/** From now on no fault of this process shows more than where it was. */
export const keepFaultsQuiet = (): void => {
  process.on("uncaughtException", endAtFault);
  process.on("unhandledRejection", endAtFault);
  // Of a report that somebody asks Node for; older ones know no such switch.
  if (process.report !== undefined) process.report.excludeEnv = true;
};
