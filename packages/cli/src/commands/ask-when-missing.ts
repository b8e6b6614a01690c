import type { ErrorCode } from "@local-mcp/contract";
import type { Cli } from "../cli.ts";
import { toGatewayError } from "../errors.ts";
import { isInteractive } from "../io.ts";

/** Tries without asking, and asks a person where the gateway says that only this is missing. */
export const unlessMissing = async <T>(
  cli: Cli,
  codes: readonly ErrorCode[],
  attempt: () => Promise<T>,
  ask: () => Promise<T>,
): Promise<T> => {
  try {
    return await attempt();
  } catch (error) {
    if (!codes.includes(toGatewayError(error).code) || !isInteractive(cli.io)) throw error;
  }
  return ask();
};
