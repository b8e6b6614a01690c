import type { RootView } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { usage } from "../forms.ts";
import { plural, table } from "../output.ts";
import {
  answerTagged,
  enabledOf,
  type NewOptions,
  type TagChangeOptions,
  tagChangeOf,
  type TagFilterOptions,
  tagFilterOf,
  takesNew,
  takesTagChanges,
  takesTagFilter,
  takesTurn,
  type TurnOptions,
} from "./catalogue-options.ts";

interface AddOptions extends NewOptions {
  name?: string;
  disabled?: boolean;
}

interface EditOptions extends TagChangeOptions, TurnOptions {
  uri?: string;
  name?: string;
}

const rootTable = (cli: Cli, roots: readonly RootView[]): string =>
  roots.length === 0
    ? `There are no roots. Add a folder: ${cli.command("roots add file:///PATH")}`
    : table(
        ["URI", "NAME", "STATE", "FILES", "PROFILES", "TAGS"],
        roots.map((root) => [
          root.uri,
          root.name ?? "-",
          root.enabled ? "on" : "off",
          String(root.resources),
          root.profiles.join(",") || "-",
          root.tags.join(",") || "-",
        ]),
        cli.width,
      );

const listRoots = (cli: Cli, options: TagFilterOptions): Outcome => {
  const filter = tagFilterOf(options);
  return cli.use(async (api) => {
    answerTagged(cli, await api.roots.list(filter), filter, rootTable);
  });
};

const add = (cli: Cli, uri: string, options: AddOptions): Outcome =>
  cli.use(async (api) => {
    const root = await api.roots.create({
      uri,
      name: options.name,
      tags: options.tag,
      profiles: options.profile,
      enabled: options.disabled !== true,
    });
    cli.answer(root, `Added “${root.uri}”.`);
    if (root.profiles.length === 0) {
      const command = cli.command(`profiles edit SLUG --root ${root.uri}`);
      cli.hint(`No server is told of it yet. Give it to a profile: ${command}`);
    }
  });

const edit = (cli: Cli, uri: string, options: EditOptions): Outcome => {
  const changes = {
    uri: options.uri,
    name: options.name === "" ? null : options.name,
    tags: tagChangeOf(options),
    enabled: enabledOf(options),
  };
  if (Object.values(changes).every((change) => change === undefined)) {
    throw usage("Nothing to change was given.");
  }
  return cli.use(async (api) => {
    const root = await api.roots.update({ root: uri, changes });
    cli.answer(root, `Changed “${root.uri}”.`);
  });
};

const remove = (cli: Cli, uri: string): Outcome =>
  cli.use(async (api) => {
    const { resources } = await api.roots.get({ root: uri });
    cli.answer(await api.roots.remove({ root: uri }), `Removed “${uri}”.`);
    if (resources > 0) {
      const files = `It had the files of ${plural(resources, "resource")}`;
      cli.warn(`${files}, which nobody can read now: ${cli.command("resources list")}`);
    }
  });

export const addRootCommands = (program: Command, act: Act): void => {
  const roots = program
    .command("roots")
    .description("folders and addresses that servers are told to work in");

  takesTagFilter(roots.command("list").description("all roots")).action(act(listRoots));

  takesNew(
    roots
      .command("add <uri>")
      .description("add a root: file:///PATH (file:///C:/PATH on Windows) or https://…")
      .option("--name <name>", "what people call it"),
  )
    .option("--disabled", "tell no server of it yet")
    .action(act(add));

  takesTurn(
    takesTagChanges(
      roots
        .command("edit <uri>")
        .description("change a root; what is not given stays")
        .option("--uri <uri>", "new URI")
        .option("--name <name>", "what people call it"),
    ),
  ).action(act(edit));

  roots
    .command("remove <uri>")
    .description("remove a root, also from all profiles")
    .action(act(remove));
};
