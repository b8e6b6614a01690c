import {
  type CapabilityView,
  GatewayError,
  type PromptArgument,
  type PromptPreview,
  type PromptView,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { pair, record, repeated, usage } from "../forms.ts";
import { facts, table } from "../output.ts";
import { readText } from "../values.ts";
import {
  answerOwnOrSeen,
  enabledOf,
  type NewOptions,
  tagChangeOf,
  type TagChangeOptions,
  type TagFilterOptions,
  takesNew,
  takesTagChanges,
  takesTagFilter,
  takesTurn,
  type TurnOptions,
} from "./catalogue-options.ts";
import { type ArgumentOptions, argumentsFrom, saysArguments } from "./prompt-forms.ts";

interface ListOptions extends TagFilterOptions {
  profile?: string;
}

interface FieldOptions extends ArgumentOptions {
  title?: string;
  description?: string;
}

interface AddOptions extends FieldOptions, NewOptions {
  template: string;
  disabled?: boolean;
}

interface EditOptions extends FieldOptions, TagChangeOptions, TurnOptions {
  name?: string;
  template?: string;
}

const argumentText = ({ name, required }: PromptArgument): string =>
  required === true ? name : `${name}?`;

const ownTable = (cli: Cli, prompts: readonly PromptView[]): string =>
  prompts.length === 0
    ? `The gateway has no prompts of its own. Make one: ${cli.command("prompts add NAME --template FILE")}`
    : table(
        ["NAME", "STATE", "ARGUMENTS", "PROFILES", "TAGS"],
        prompts.map((prompt) => [
          prompt.name,
          prompt.enabled ? "on" : "off",
          prompt.arguments.map(argumentText).join(",") || "-",
          prompt.profiles.join(",") || "-",
          prompt.tags.join(",") || "-",
        ]),
        cli.width,
      );

const seenTable = (cli: Cli, prompts: readonly CapabilityView[]): string =>
  prompts.length === 0
    ? "This profile has no prompts."
    : table(
        ["NAME", "SERVER", "DESCRIPTION"],
        prompts.map(({ name, server, description }) => [
          name,
          server,
          description?.split("\n")[0] ?? "",
        ]),
        cli.width,
      );

const listPrompts = (cli: Cli, options: ListOptions): Outcome =>
  answerOwnOrSeen(cli, options, {
    kind: "prompt",
    own: (api, filter) => api.prompts.list(filter),
    ownTable,
    seenTable,
  });

const describeArgument = (argument: PromptArgument): string =>
  [
    argument.required === true ? argument.name : `${argument.name} (optional)`,
    ...(argument.description ? [`: ${argument.description}`] : []),
    ...(argument.values?.length ? [` [${argument.values.join(", ")}]`] : []),
  ].join("");

const promptFacts = (prompt: PromptView): string =>
  facts([
    ["Name", prompt.name],
    ["Title", prompt.title],
    ["Description", prompt.description || null],
    ["Enabled", prompt.enabled ? "yes" : "no"],
    ["Arguments", prompt.arguments.map(describeArgument).join("\n") || "none"],
    ["Profiles", prompt.profiles.join(", ") || "none"],
    ["Tags", prompt.tags.join(", ") || null],
    ["Template", prompt.template],
  ]);

const show = (cli: Cli, name: string): Outcome =>
  cli.use(async (api) => {
    const prompt = await api.prompts.get({ prompt: name });
    cli.answer(prompt, promptFacts(prompt));
  });

/** @throws GatewayError file_unreadable, also where its bytes are no text */
const readTemplate = async (cli: Cli, path: string): Promise<string> => {
  const template = await readText(cli.io, path);
  if (!template.includes("\uFFFD")) return template;
  throw new GatewayError("file_unreadable", { path, reason: "it is not text in UTF-8" });
};

const add = async (cli: Cli, name: string, options: AddOptions): Outcome => {
  const template = await readTemplate(cli, options.template);
  return cli.use(async (api) => {
    const said = saysArguments(options);
    const { variables } =
      said && options.argument === undefined
        ? await api.prompts.preview({ template })
        : { variables: [] };
    const prompt = await api.prompts.create({
      name,
      template,
      title: options.title,
      description: options.description,
      tags: options.tag,
      profiles: options.profile,
      enabled: options.disabled !== true,
      arguments: said
        ? argumentsFrom(
            options,
            variables.map((variable) => ({ name: variable, required: true })),
          )
        : undefined,
    });
    cli.answer(prompt, `Added “${prompt.name}”.`);
    if (prompt.profiles.length === 0) {
      const command = cli.command(`profiles edit SLUG --prompt ${prompt.name}`);
      cli.hint(`No client sees it yet. Give it to a profile: ${command}`);
    }
  });
};

const edit = async (cli: Cli, name: string, options: EditOptions): Outcome => {
  const plain = {
    name: options.name,
    title: options.title === "" ? null : options.title,
    description: options.description,
    tags: tagChangeOf(options),
    enabled: enabledOf(options),
  };
  const template =
    options.template === undefined ? undefined : await readTemplate(cli, options.template);
  return cli.use(async (api) => {
    const changes = {
      ...plain,
      template,
      arguments: saysArguments(options)
        ? argumentsFrom(options, (await api.prompts.get({ prompt: name })).arguments)
        : undefined,
    };
    if (Object.values(changes).every((change) => change === undefined)) {
      throw usage("Nothing to change was given.");
    }
    const prompt = await api.prompts.update({ prompt: name, changes });
    cli.answer(prompt, `Changed “${prompt.name}”.`);
  });
};

const remove = (cli: Cli, name: string): Outcome =>
  cli.use(async (api) => {
    cli.answer(await api.prompts.remove({ prompt: name }), `Removed “${name}”.`);
  });

const HEADINGS = { user: "# User:", assistant: "# Assistant:" } as const;

const messagesText = ({ messages }: PromptPreview): string =>
  messages.map(({ role, text }) => `${HEADINGS[role]}\n${text}`).join("\n\n");

const preview = (cli: Cli, name: string, { arg = [] }: { arg?: string[] }): Outcome =>
  cli.use(async (api) => {
    const values = record(
      "--arg",
      arg.map((given) => pair("--arg", given)),
    );
    const { template, arguments: known } = await api.prompts.get({ prompt: name });
    const names = known.map((argument) => argument.name);
    const unknown = Object.keys(values).find((given) => !names.includes(given));
    if (unknown !== undefined) {
      const has = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
      throw usage(`“${name}” has no argument “${unknown}”: ${has}.`);
    }
    const made = await api.prompts.preview({ template, values });
    if (made.error) {
      const { line, message } = made.error;
      const detail = line === null ? message : `Line ${line}: ${message}`;
      throw new GatewayError("prompt_failed", { prompt: name, detail });
    }
    cli.answer(made, cli.shown(messagesText(made)));
    const missing = known.filter(
      (argument) => argument.required && !Object.hasOwn(values, argument.name),
    );
    if (missing.length > 0) {
      cli.hint(`A client has to give a value: ${missing.map((one) => one.name).join(", ")}.`);
    }
  });

const withFields = (command: Command): Command =>
  command
    .option("--argument <NAME[=TEXT]>", "a required argument, and what it is for", repeated)
    .option("--optional <name>", "an argument that may be left out", repeated)
    .option("--suggest <NAME=V,V>", "what is suggested for an argument", repeated)
    .option("--title <text>", "what people call it")
    .option("--description <text>", "what it is for, as clients are told");

export const addPromptCommands = (program: Command, act: Act): void => {
  const prompts = program
    .command("prompts")
    .description("prompt templates that the gateway offers as its own");

  takesTagFilter(
    prompts
      .command("list")
      .description("the gateway's own, or with --profile what clients of that see")
      .option("--profile <slug>", "what clients of this profile see, of servers too"),
  ).action(act(listPrompts));

  prompts.command("show <name>").description("one prompt, with its template").action(act(show));

  takesNew(
    withFields(
      prompts
        .command("add <name>")
        .description("add a prompt; without arguments it has what its template reads")
        .requiredOption("--template <file>", "its template, Jinja (- reads standard input)"),
    ),
  )
    .option("--disabled", "offer it to nobody yet")
    .action(act(add));

  takesTurn(
    takesTagChanges(
      withFields(
        prompts
          .command("edit <name>")
          .description("change a prompt; what is not given stays")
          .option("--name <name>", "new name")
          .option("--template <file>", "new template (- reads standard input)"),
      ),
    ),
  ).action(act(edit));

  prompts
    .command("remove <name>")
    .description("remove a prompt, also from all profiles")
    .action(act(remove));

  prompts
    .command("preview <name>")
    .description("print the messages that a prompt comes to")
    .option("--arg <K=V>", "the value of an argument", repeated)
    .action(act(preview));
};
