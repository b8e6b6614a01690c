import type { ToolChange } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { plural } from "../output.ts";
import { askYes } from "../prompt.ts";
import { changeText } from "./tool-change-views.ts";

const textOf = (changes: readonly ToolChange[]): string => changes.map(changeText).join("\n\n");

const changes = (cli: Cli, name: string): Outcome =>
  cli.use(async (api) => {
    const found = await api.servers.toolChanges({ server: name });
    cli.answer(
      found,
      textOf(found) || `No known tool of “${name}” has changed since it was accepted.`,
    );
    if (found.length > 0) cli.hint(`Accept them: ${cli.command(`servers accept ${name} TOOL…`)}`);
  });

interface AcceptOptions {
  all?: boolean;
  yes?: boolean;
}

/** @throws GatewayError usage for one that has not changed */
function chosen(all: readonly ToolChange[], names: readonly string[], shows: string): ToolChange[] {
  return names.map((name) => {
    const change = all.find((one) => one.name === name);
    if (!change) {
      throw usage(
        `There is nothing to accept of a tool “${name}”. What has changed shows ${shows}.`,
      );
    }
    return change;
  });
}

const accept = async (
  cli: Cli,
  server: string,
  names: string[],
  { all = false, yes = false }: AcceptOptions,
): Outcome => {
  if (all === names.length > 0) throw usage("Give the names of tools, or --all.");
  const shows = cli.command(`servers changes ${server}`);
  await cli.use(async (api) => {
    const found = await api.servers.toolChanges({ server });
    const wanted = all ? found : chosen(found, names, shows);
    if (wanted.length === 0) {
      cli.answer(
        { accepted: [] },
        `No known tool of “${server}” has changed since it was accepted.`,
      );
      return;
    }
    (cli.json ? cli.io.stderr : cli.io.stdout).write(`${textOf(wanted)}\n\n`);
    if (!yes && !isInteractive(cli.io)) {
      throw usage("There is no terminal to ask on. Read the changes above, then add --yes.");
    }
    const what = plural(wanted.length, "tool");
    const isAgreed = yes || (await askYes(cli.io, `Accept ${what} of “${server}” as shown?`));
    // The digests go along, so that what is accepted is what was on the screen.
    const tools = wanted.map(({ name, digest }) => ({ name, digest }));
    const left = isAgreed ? await api.servers.acceptTools({ server, tools }) : found;
    cli.answer(
      { accepted: isAgreed ? tools.map(({ name }) => name) : [], left },
      isAgreed ? `Accepted ${what} of “${server}”.` : "Nothing was accepted.",
    );
  });
};

export const addToolChangeCommands = (servers: Command, act: Act): void => {
  servers
    .command("changes <name>")
    .description("the tools of a server that are not as they were accepted, with what differs")
    .action(act(changes));

  servers
    .command("accept <name> [tools...]")
    .description("show what has changed of tools, and accept it")
    .option("--all", "every tool that has changed")
    .option("--yes", "do not ask")
    .action(act(accept));
};
