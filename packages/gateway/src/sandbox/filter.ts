import { compile, search } from "@jmespath-community/jmespath";
import { TooBig } from "./limits.ts";

/** The libraries quote what they were given, which may be long. */
const MOST_TOLD = 300;

/** What a JMESPath expression takes out of a value, as JSON. */
export function filter(
  expression: string,
  value: Parameters<typeof search>[0],
): { json: string } | { problem: string } {
  try {
    // What is not JSON cannot come of it, but what JSON leaves out can.
    return { json: JSON.stringify(search(value, expression)) ?? "null" };
  } catch (error) {
    return { problem: problemIn(error) };
  }
}

export function checkFilter(expression: string): string | null {
  try {
    compile(expression);
    return null;
  } catch (error) {
    return problemIn(error);
  }
}

function problemIn(error: unknown): string {
  if (error instanceof TooBig || !(error instanceof Error)) throw error;
  if (error instanceof RangeError) return "It is nested too deeply.";
  const said = error.message.slice(0, MOST_TOLD);
  return /[.!?]$/.test(said) ? said : `${said}.`;
}
