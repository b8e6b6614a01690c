import { GatewayError } from "@local-mcp/contract";
import { createRedactor, type Redactor, VERSION } from "@local-mcp/gateway";
import { Command, CommanderError } from "commander";
import type { Act, GlobalOptions } from "./cli.ts";
import { loadCommands } from "./groups.ts";
import type { Io } from "./io.ts";
import { visible } from "./output.ts";

/**
 * The command tree.
 *
 * @param ended is told what a command that ran through ends with
 * @param argv where it is given, only what it asks for is loaded
 * @throws CommanderError where `argv` begins wrongly, or asks for the version
 */
export const buildProgram = async (
  io: Io,
  ended: (exit: number) => void,
  redactor: Redactor = createRedactor(),
  argv: readonly string[] = [],
): Promise<Command> => {
  const program = new Command("local-mcp-gateway")
    .description("One local gateway between your AI clients and your MCP servers.")
    .option("--data-dir <dir>", "where configuration and secrets are kept")
    .option("--config-env <file>", "read settings from this file instead of the directory's .env")
    .option("--gateway <url>", "speak to this gateway (needs MCPGATEWAY_BEARER_TOKEN)")
    .option("--json", "print one JSON document; errors as JSON on stderr")
    .version(VERSION, "--version", "print the version")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // The error is thrown as well, and printed where all errors are.
      outputError: () => {},
    });
  const act: Act =
    (command) =>
    async (...given) => {
      const { Cli } = await import("./cli.ts");
      const options = program.opts<GlobalOptions>();
      ended((await command(new Cli(io, options, redactor, argv.includes("--")), ...given)) ?? 0);
    };
  const [word] = program.parseOptions([...argv]).operands;
  for (const add of await loadCommands(word)) add(program, act);
  return program;
};

/** What commander says of a command line, as a sentence in our words. */
const usageError = (error: CommanderError): GatewayError => {
  const detail = error.message
    .replace(/^error: /, "")
    // What was given to an option that there is not may be a secret, and so may words without quotes.
    .replace(/^(unknown option '--[^'=]*)=.*'/s, "$1'")
    .replace(/^(too many arguments .* but got \d+): .*/s, "$1")
    .replace(/'([^']*)'/g, "“$1”")
    .replace(/\n\(Did you mean (.*)\?\)$/s, ". Did you mean $1?")
    .replace(/[^.?]$/, "$&.");
  return new GatewayError("usage", { detail: detail.charAt(0).toUpperCase() + detail.slice(1) });
};

/** What is printed of an error: one JSON document, or lines for people. */
const errorText = (error: GatewayError, origin: readonly string[], json: boolean): string => {
  const { code, message, wayOut } = error;
  if (json) return JSON.stringify({ error: { code, message, wayOut } });
  return visible([message, wayOut, ...origin].join("\n"));
};

/** Runs one command line, without the program's own name, and resolves with the exit code. */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  let exit = 0;
  const redactor = createRedactor();
  try {
    const ended = (code: number): void => {
      exit = code;
    };
    const program = await buildProgram(io, ended, redactor, argv);
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.code === "commander.helpDisplayed" || thrown.code === "commander.version")
        return 0;
      // The help was shown because a command was missing.
      if (thrown.code === "commander.help") return 2;
    }
    const { originUntold, toGatewayError } = await import("./errors.ts");
    const error = thrown instanceof CommanderError ? usageError(thrown) : toGatewayError(thrown);
    const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
    io.stderr.write(
      `${redactor.text(errorText(error, originUntold(error), words.includes("--json")))}\n`,
    );
    return error.exit;
  }
};
