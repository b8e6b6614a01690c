import { parseArgs, type ParseArgsConfig } from "node:util";

/** Ends a script that was asked for what there is not. */
export function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

/**
 * What a script was started with, as `parseArgs` reads it. What it does not know is told in a line,
 * with all that there is, and ends the process with 2.
 */
export function optionsOf<const Config extends ParseArgsConfig>(config: Config) {
  try {
    return parseArgs(config);
  } catch (error) {
    const [said = ""] = String(error instanceof Error ? error.message : error).split(". ");
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    return refuse(`${said}. There is ${known.join(", ")}.`);
  }
}

/** A whole number, one at least. */
export function countOf(option: string, given: string): number {
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  return refuse(`--${option} takes a whole number from 1 on, not “${given}”.`);
}

/** Nothing is a good end for a gate that was asked for what it does not have. */
export function refuseUnknown(asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    refuse(
      `There is no ${unknown.map((name) => `“${name}”`).join(", ")}, but ${known.join(", ")}.`,
    );
  }
}
