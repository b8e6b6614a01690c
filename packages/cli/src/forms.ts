import { parseEnv } from "node:util";
import { GatewayError } from "@local-mcp/contract";

/** An error of how the command was written. */
export const usage = (detail: string): GatewayError => new GatewayError("usage", { detail });

/** Collects an option that may be given several times. */
export const repeated = (value: string, before: string[] = []): string[] => [...before, value];

/** The words of a text with spaces between them. */
export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

/** Reads `a,b`, also given several times. */
export const list = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
];

/** A reader of a whole number from `least` to `most`. */
export const integer =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw usage(`${option} takes a whole number from ${least} to ${most}, not “${text}”.`);
  };

/** A reader of seconds, as milliseconds. */
export const seconds =
  (option: string, most: number) =>
  (text: string): number => {
    const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Number.NaN;
    if (milliseconds >= 100 && milliseconds <= most * 1000) return milliseconds;
    throw usage(`${option} takes seconds from 0.1 to ${most}, not “${text}”.`);
  };

/** A reader of seconds from `least` to `most` or “never”, as milliseconds; never is 0. */
export const secondsOrNever =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    if (text === "never" || text === "0") return 0;
    const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Number.NaN;
    if (milliseconds >= least * 1000 && milliseconds <= most * 1000) return milliseconds;
    throw usage(`${option} takes seconds from ${least} to ${most}, or never, not “${text}”.`);
  };

/** A reader of one of a few words, which says what they are. */
export const oneOf = <const Word extends string>(option: string, words: readonly Word[]) => {
  const read = (text: string): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const all = words.join(", ").replace(/, ([^,]*)$/, " or $1");
    throw usage(`${option} takes ${all}, not “${text}”.`);
  };
  return Object.assign(read, { choices: words });
};

/** Splits at the first `separator`; the second part is undefined where there is none. */
export const split = (text: string, separator: string): [string, string | undefined] => {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
};

/** Splits where both parts have to be there. */
export const pair = (option: string, text: string, separator = "="): [string, string] => {
  const [name, value] = split(text, separator);
  if (value !== undefined && name !== "") return [name, value];
  throw usage(`${option} takes NAME${separator}VALUE.`);
};

/** What was given by name. A name that is there twice would lose a value unseen: throws `usage`. */
export const record = <Value>(
  option: string,
  entries: readonly (readonly [string, Value])[],
): Record<string, Value> => {
  const names = entries.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw usage(`${option} gives “${twice}” twice.`);
  return Object.fromEntries(entries);
};

/** The variables of an env file: `K=V` lines, quotes and comments as in a `.env` file. */
export const envFile = (text: string): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) values[name] = value ?? "";
  return values;
};

/** The headers of a file: `Name: value` lines; empty lines and lines that start with # are skipped. */
export const headerFile = (text: string): Record<string, string> => {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [name, value] = pair("A header file", line, ":");
    values[name.trim()] = value.trim();
  }
  return values;
};
