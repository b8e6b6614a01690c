import { z } from "zod";
import { launchArguments, type LaunchArguments } from "./arguments.ts";
import { SCHEME } from "./deep-links.ts";
import { isServersFile } from "./servers-file.ts";

/**
 * What a second launch hands over to the first: one word of ASCII. Anything else can be lost on
 * the way, such as a list of nine, since Electron cuts off whitespace that follows a zero byte
 * (electron#52020).
 */
export const handOver = (launched: LaunchArguments): { launched: string } => ({
  launched: Buffer.from(JSON.stringify(launched)).toString("base64"),
});

const sent = z.object({ launched: z.string() });

/** What was handed over; null for what cannot be read. */
export function takeOver(data: unknown): LaunchArguments | null {
  try {
    const { launched } = sent.parse(data);
    return launchArguments.parse(JSON.parse(Buffer.from(launched, "base64").toString()));
  } catch {
    return null;
  }
}

/**
 * The message to the first app holds the folder, the whole command line and what is handed over.
 * One of more than 32 KiB is not answered: Chromium then takes the first app for hung and kills it
 * (process_singleton_posix.cc), and any web page can make such a link.
 */
const LONGEST_MESSAGE = 30_000;

export function fitsInMessage(
  argv: readonly string[],
  cwd: string,
  launched: LaunchArguments,
): boolean {
  const parts = [cwd, ...argv, handOver(launched).launched];
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part) + 1, 0) < LONGEST_MESSAGE;
}

/** The same command line without what it was asked to open. */
export const withoutWhatToOpen = (args: readonly string[]): string[] =>
  args.filter(
    (argument) =>
      !argument.startsWith(`${SCHEME}:`) && (argument.startsWith("-") || !isServersFile(argument)),
  );
