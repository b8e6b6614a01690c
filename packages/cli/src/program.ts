import { GatewayError } from "@local-mcp/contract";
import { createRedactor, type Redactor, VERSION } from "@local-mcp/gateway";
import { ORPCError } from "@orpc/client";
import { Command, CommanderError } from "commander";
import { type Act, Cli, type GlobalOptions } from "./cli.ts";
import { addAuditCommands } from "./commands/audit.ts";
import { addBackupCommands } from "./commands/backup.ts";
import { addBridgeCommand } from "./commands/bridge.ts";
import { addExportCommand } from "./commands/export.ts";
import { addImportCommand } from "./commands/import.ts";
import { addLogCommands } from "./commands/logs.ts";
import { addMetricsCommands } from "./commands/metrics.ts";
import { addProfileCommands } from "./commands/profiles.ts";
import { addPromptCommands } from "./commands/prompts.ts";
import { addResourceCommands } from "./commands/resources.ts";
import { addRootCommands } from "./commands/roots.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addServerCommands } from "./commands/servers.ts";
import { addSessionCommands } from "./commands/sessions.ts";
import { addSettingCommands } from "./commands/settings.ts";
import { addStatusCommands } from "./commands/status.ts";
import { addTokenCommands } from "./commands/tokens.ts";
import { addToolCommands } from "./commands/tools.ts";
import { addVaultCommands } from "./commands/vault.ts";
import { toGatewayError } from "./errors.ts";
import { originOf } from "./faults.ts";
import type { Io } from "./io.ts";
import { visible } from "./output.ts";

/** The command tree. `ended` is told what a command that ran through ends with. */
export const buildProgram = (
  io: Io,
  ended: (exit: number) => void,
  redactor: Redactor = createRedactor(),
): Command => {
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
      ended((await command(new Cli(io, program.opts<GlobalOptions>(), redactor), ...given)) ?? 0);
    };
  addServeCommand(program, act);
  addStatusCommands(program, act);
  addServerCommands(program, act);
  addProfileCommands(program, act);
  addToolCommands(program, act);
  addPromptCommands(program, act);
  addResourceCommands(program, act);
  addRootCommands(program, act);
  addSessionCommands(program, act);
  addTokenCommands(program, act);
  addVaultCommands(program, act);
  addBackupCommands(program, act);
  addExportCommand(program, act);
  addImportCommand(program, act);
  addLogCommands(program, act);
  addMetricsCommands(program, act);
  addSettingCommands(program, act);
  addAuditCommands(program, act);
  addBridgeCommand(program, act);
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
const errorText = (error: GatewayError, json: boolean): string => {
  const { code, message, wayOut, cause } = error;
  if (json) return JSON.stringify({ error: { code, message, wayOut } });
  // Of an error inside the API the log has told.
  const isTold = code !== "internal" || cause instanceof ORPCError;
  return visible([message, wayOut, ...(isTold ? [] : originOf(cause))].join("\n"));
};

/** Runs one command line, without the program's own name, and resolves with the exit code. */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  let exit = 0;
  const redactor = createRedactor();
  const program = buildProgram(
    io,
    (code) => {
      exit = code;
    },
    redactor,
  );
  try {
    await program.parseAsync(argv, { from: "user" });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.code === "commander.helpDisplayed" || thrown.code === "commander.version")
        return 0;
      // The help was shown because a command was missing.
      if (thrown.code === "commander.help") return 2;
    }
    const error = thrown instanceof CommanderError ? usageError(thrown) : toGatewayError(thrown);
    const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
    io.stderr.write(`${redactor.text(errorText(error, words.includes("--json")))}\n`);
    return error.exit;
  }
};
