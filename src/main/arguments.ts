import { resolve } from "node:path";
import { z } from "zod";
import { isBackupFile } from "./backup-files.ts";
import { SCHEME } from "./deep-links.ts";
import { isServersFile } from "./servers-file.ts";

/**
 * What the app is started with. Also what a second launch hands over to the first, whose own
 * list of arguments Chromium reorders and adds to.
 */
export const launchArguments = z.object({
  dataDir: z.string().optional(),
  configEnv: z.string().optional(),
  /** Started with the session: no window. */
  hidden: z.boolean(),
  /** Only asks the running app for its window; never becomes the running app. */
  showRunning: z.boolean(),
  links: z.array(z.string()),
  /** Absolute paths of files with servers, and of backups, that the app was opened with. */
  files: z.array(z.string()),
});
export type LaunchArguments = z.infer<typeof launchArguments>;

const VALUES = { "--data-dir": "dataDir", "--config-env": "configEnv" } as const;
const isValueOption = (name: string): name is keyof typeof VALUES => Object.hasOwn(VALUES, name);

/**
 * Reads what is ours from a command line and leaves the rest, since Chromium and test drivers put
 * switches of their own there.
 */
export function readArguments(argv: readonly string[], cwd: string): LaunchArguments {
  const read: LaunchArguments = { hidden: false, showRunning: false, links: [], files: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? "";
    const [name, joined] = split(argument);
    if (isValueOption(name)) {
      const value = joined ?? argv[(at += 1)];
      if (value) read[VALUES[name]] = value;
    } else if (argument === "--hidden") read.hidden = true;
    else if (argument === "--show-running") read.showRunning = true;
    else if (argument.startsWith(`${SCHEME}:`)) read.links.push(argument);
    else if (!argument.startsWith("-") && isOpened(argument)) {
      read.files.push(resolve(cwd, argument));
    }
  }
  return read;
}

/** What the app can open. */
const isOpened = (path: string): boolean => isServersFile(path) || isBackupFile(path);

const split = (argument: string): [string, string?] => {
  const at = argument.indexOf("=");
  return at === -1 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
};

/** The arguments that start the app on the same data again, for example with the session. */
export function sameData({ dataDir, configEnv }: LaunchArguments): string[] {
  return [
    ...(dataDir === undefined ? [] : ["--data-dir", dataDir]),
    ...(configEnv === undefined ? [] : ["--config-env", configEnv]),
  ];
}
