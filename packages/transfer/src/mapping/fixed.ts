import type { SecretInfo } from "@local-mcp/contract";
import { MASK } from "./reading.ts";

// Values that are always sent or set, each a secret unless it is marked plain: headers and query of
// a tool, the environment of a command. The seeds have a text for each, and beside them a list of
// the names that are plain.

export type Fixed = Record<
  string,
  { plain: true; value: string } | { plain: false; secret: SecretInfo }
>;

/** Null removes one. */
type FixedWrite = Record<string, { value: string; plain: boolean } | null>;

export const shown = (fixed: Fixed): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fixed).map(([name, one]) => [name, one.plain ? one.value : MASK]),
  );

export const plainOf = (fixed: Fixed): string[] =>
  Object.entries(fixed).flatMap(([name, { plain }]) => (plain ? [name] : []));

export const secretOf = (fixed: Fixed): string[] =>
  Object.entries(fixed).flatMap(([name, { plain }]) => (plain ? [] : [name]));

/** A change that removes these. */
export const without = (names: readonly string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));

/**
 * A value is in clear where the request lists its name, or has no list and it was in clear before.
 */
export function fixedOf(
  values: Record<string, string | null> | undefined,
  plain: readonly string[] | undefined,
  current: Fixed = {},
): FixedWrite | undefined {
  if (values === undefined) return undefined;
  const clear = plain ?? plainOf(current);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value === null ? null : { value, plain: clear.includes(name) },
    ]),
  );
}
