export interface StartArguments {
  /** No window, even where there could be one. */
  headless: boolean;
  /** The user to run the app as. */
  as: string | null;
  /** Everything else, for the app or the command line. */
  rest: string[];
}

/** Takes what is meant for `npm start` out of its arguments. */
export const parseStartArguments = (args: readonly string[]): StartArguments => {
  const parsed: StartArguments = { headless: false, as: null, rest: [] };
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    if (argument === "--headless") parsed.headless = true;
    else if (argument === "--as") parsed.as = args[(at += 1)] ?? "";
    else if (argument.startsWith("--as=")) parsed.as = argument.slice("--as=".length);
    else parsed.rest.push(argument);
  }
  return parsed;
};
