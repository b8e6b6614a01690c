import type { ServerImportRow, ServerView } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { plural, quoted, table, visible } from "../output.ts";
import { askYes } from "../prompt.ts";
import { readText } from "../values.ts";

const isUnconfirmed = (server: ServerView): boolean =>
  server.config.transport === "stdio" && !server.confirmed;

/** Everything a person consents to, one argument a line so that none hides behind another. */
const commandOf = (server: ServerView): string => {
  const { config } = server;
  if (config.transport !== "stdio") return `“${server.name}” starts nothing: ${config.url}`;
  const variables = Object.keys(config.env);
  return [
    `“${server.name}” will run this command with your user's rights:`,
    ...[config.command, ...config.args].map((argument) => `  ${quoted(argument)}`),
    `in the folder ${config.cwd === null ? "of the gateway's choice" : quoted(config.cwd)}, ` +
      (variables.length === 0
        ? "with no variables of its own."
        : `with the ${variables.length === 1 ? "variable" : "variables"} ${variables.join(", ")}.`),
  ].join("\n");
};

interface ConfirmOptions {
  all?: boolean;
  yes?: boolean;
}

const wanted = async (api: Api, names: string[], all: boolean): Promise<ServerView[]> =>
  all
    ? (await api.servers.list()).filter(isUnconfirmed)
    : Promise.all(names.map((server) => api.servers.get({ server })));

const confirmOne = async (cli: Cli, api: Api, server: ServerView, yes: boolean) => {
  const { name, config } = server;
  if (config.transport !== "stdio" || server.confirmed) return { name, confirmed: true };
  if (!yes && !(await askYes(cli.io, `Start “${name}” from now on?`))) {
    return { name, confirmed: false };
  }
  // The command goes along, so that what is stored as agreed to is what was on the screen.
  const { command, args, cwd } = config;
  await api.servers.update({ server: server.id, changes: { command, args, cwd, confirmed: true } });
  return { name, confirmed: true };
};

const confirm = async (cli: Cli, names: string[], options: ConfirmOptions): Outcome => {
  const { all = false, yes = false } = options;
  if (all === names.length > 0) throw usage("Give the names of servers, or --all.");
  const show = (text: string): void => {
    (cli.json ? cli.io.stderr : cli.io.stdout).write(`${visible(text)}\n`);
  };
  await cli.use(async (api) => {
    const servers = await wanted(api, names, all);
    const asks = !yes && servers.some(isUnconfirmed);
    const results = [];
    for (const server of servers) {
      show(commandOf(server));
      if (asks && !isInteractive(cli.io)) continue;
      results.push(await confirmOne(cli, api, server, yes));
    }
    if (asks && !isInteractive(cli.io)) {
      throw usage("There is no terminal to ask on. Read the commands above, then add --yes.");
    }
    const agreed = results.filter((result) => result.confirmed).length;
    cli.answer(
      results,
      servers.length === 0
        ? "No server waits for a confirmation."
        : `Confirmed ${agreed} of ${plural(results.length, "server")}.`,
    );
  });
};

const importTable = (rows: readonly ServerImportRow[]): string =>
  table(
    ["ENTRY", "NAME", "OUTCOME", "NOTE"],
    rows.map((row) => [row.original, row.name ?? "-", row.outcome, row.message ?? ""]),
  );

const importFile = async (cli: Cli, file: string): Outcome => {
  const text = await readText(cli.io, file);
  return cli.use(async (api) => {
    const { rows } = await api.servers.importFile({ text });
    cli.answer({ rows }, rows.length === 0 ? "The file names no servers." : importTable(rows));
    const added = new Set(rows.flatMap((row) => (row.outcome === "added" ? row.name : [])));
    const waiting = (await api.servers.list()).filter(
      (server) => added.has(server.name) && isUnconfirmed(server),
    );
    if (waiting.length > 0) {
      const start = waiting.length === 1 ? "1 server is" : `${waiting.length} servers are`;
      const names = waiting.map((server) => server.name).join(" ");
      cli.note(
        `${start} not started before you have seen the command: ${cli.command(`servers confirm ${names}`)}`,
      );
    }
    const failed = rows.filter((row) => row.outcome === "failed").length;
    if (failed === 0) return 0;
    return failed === rows.length ? 3 : 5;
  });
};

export const addConsentCommands = (servers: Command, act: Act): void => {
  servers
    .command("confirm [names...]")
    .description("show the command of imported servers in full, and allow it to be started")
    .option("--all", "every server that waits for it")
    .option("--yes", "do not ask")
    .action(act(confirm));

  servers
    .command("import <file>")
    .description(
      "add the servers of a client's file, JSON or TOML, or of commands (- reads standard input)",
    )
    .action(act(importFile));
};
