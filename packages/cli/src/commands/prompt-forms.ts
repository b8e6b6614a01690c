import type { PromptArgument } from "@local-mcp/contract";
import { list, pair, split } from "../forms.ts";

/** How the arguments of a prompt are given on the command line. */
export interface ArgumentOptions {
  /** `NAME` or `NAME=DESCRIPTION`; required ones unless they are named below. */
  argument?: string[];
  /** `NAME`. */
  optional?: string[];
  /** `NAME=V,V`. */
  suggest?: string[];
}

/** Whether anything was said of arguments. */
export const saysArguments = ({ argument, optional, suggest }: ArgumentOptions): boolean =>
  (argument ?? optional ?? suggest) !== undefined;

/**
 * What was said of arguments.
 *
 * @param before what there is to change, where none were listed
 */
export function argumentsFrom(
  { argument, optional = [], suggest = [] }: ArgumentOptions,
  before: readonly PromptArgument[],
): PromptArgument[] {
  const all = new Map<string, PromptArgument>();
  const change = (name: string, what: Partial<PromptArgument>): void => {
    all.set(name, { name, required: true, ...all.get(name), ...what });
  };
  for (const given of argument ?? []) {
    const [name, description] = split(given, "=");
    change(name, description === undefined ? {} : { description });
  }
  if (argument === undefined) for (const one of before) change(one.name, one);
  for (const name of optional) change(name, { required: false });
  for (const given of suggest) {
    const [name, values] = pair("--suggest", given);
    change(name, { values: list(values) });
  }
  return [...all.values()];
}
