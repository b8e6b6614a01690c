import { inspect } from "node:util";
import type { Gateway } from "@local-mcp/gateway";
import { call, getRouter, isProcedure } from "@orpc/server";

const isStream = (value: unknown): value is AsyncIterator<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;

/**
 * Everything that a procedure says to an input, valid or not: its answer, or the error with what it
 * carries beside its message. A stream is opened and ended.
 */
export const ask = async (
  { router, context }: Pick<Gateway, "router" | "context">,
  name: string,
  input: unknown,
): Promise<unknown> => {
  const path = name.split(".");
  const procedure = getRouter(router, path);
  if (!isProcedure(procedure)) throw new Error(`there is no procedure ${name}`);
  try {
    const answer: unknown = await call(procedure, input, { context, path });
    if (!isStream(answer)) return answer;
    await answer.return?.();
    return "a stream";
  } catch (error) {
    return { name, error: inspect(error, { depth: 20, showHidden: true }) };
  }
};
