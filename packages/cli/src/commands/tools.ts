import type { CapabilityView, ToolUpdate } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { oneOf, repeated, usage } from "../forms.ts";
import { bytes, duration, table } from "../output.ts";
import {
  answerTagged,
  enabledOf,
  type NewOptions,
  tagChangeOf,
  type TagChangeOptions,
  tagFilterOf,
  type TagFilterOptions,
  takesNew,
  takesTagChanges,
  takesTagFilter,
  takesTurn,
  type TurnOptions,
} from "./catalogue-options.ts";
import { warnUrl } from "./server-forms.ts";
import {
  addCallCommand,
  answerResult,
  type ArgumentOptions,
  checkArguments,
  readArguments,
  sayWhoIsMissing,
  takesArguments,
} from "./tool-call.ts";
import { describeTool, readTool, type ToolOptions } from "./tool-forms.ts";
import { addOpenApiCommand } from "./tool-import.ts";
import { ownToolTable, toolFacts } from "./tool-views.ts";

interface ListOptions extends TagFilterOptions {
  profile?: string;
}

const seenTable = (cli: Cli, tools: readonly CapabilityView[]): string =>
  tools.length === 0
    ? "This profile has no tools."
    : table(
        ["NAME", "SERVER", "DESCRIPTION"],
        tools.map((tool) => [tool.name, tool.server, tool.description?.split("\n")[0] ?? ""]),
        cli.width,
      );

const listTools = async (cli: Cli, options: ListOptions): Outcome => {
  const { profile } = options;
  if (profile !== undefined && (options.tag ?? options.allTags) !== undefined) {
    throw usage("--tag finds the gateway's own tools, without a --profile.");
  }
  await cli.use(async (api) => {
    if (profile === undefined) {
      const filter = tagFilterOf(options);
      answerTagged(cli, await api.tools.list(filter), filter, ownToolTable);
      return;
    }
    const all = await api.profiles.capabilities({ profile, kind: "tool" });
    const tools = all.filter((tool) => tool.enabled);
    cli.answer(tools, seenTable(cli, tools));
    await sayWhoIsMissing(cli, api, profile);
  });
};

interface AddOptions extends ToolOptions, NewOptions {
  url: string;
  disabled?: boolean;
}

const add = async (cli: Cli, name: string, options: AddOptions): Outcome => {
  warnUrl(cli, options.url);
  const wanted = {
    ...(await readTool(cli, options)),
    name,
    url: options.url,
    tags: options.tag,
    profiles: options.profile,
    enabled: options.disabled ? false : undefined,
  };
  await cli.use(async (api) => {
    const tool = await api.tools.create(wanted);
    const shown = tool.profiles.length === 0 ? "" : ` (in ${tool.profiles.join(", ")})`;
    cli.answer(tool, `Added “${name}”: ${tool.method} ${tool.url}${shown}`);
    if (tool.profiles.length === 0) {
      cli.hint(`No profile has it yet: ${cli.command(`profiles edit SLUG --tool ${name}`)}`);
    }
  });
};

const UNSET = {
  title: { title: null },
  auth: { auth: { type: "none" } },
  "output-schema": { outputSchema: null },
  filter: { responseFilter: null },
  timeout: { timeoutMs: null },
  "max-response": { maxResponseBytes: null },
} as const satisfies Record<string, ToolUpdate>;
const UNSET_WORDS = [
  "title",
  "auth",
  "output-schema",
  "filter",
  "timeout",
  "max-response",
] as const;

const unsetWords = (word: string, before: ToolUpdate[] = []): ToolUpdate[] => [
  ...before,
  UNSET[oneOf("--unset", UNSET_WORDS)(word)],
];

interface EditOptions extends ToolOptions, TagChangeOptions, TurnOptions {
  name?: string;
  unset?: ToolUpdate[];
  unsetHeader?: string[];
  unsetQuery?: string[];
  keepSecrets?: boolean;
}

const withUnset = <Value>(
  values: Record<string, Value> | undefined,
  names: readonly string[] = [],
): Record<string, Value | null> | undefined =>
  names.length === 0
    ? values
    : { ...Object.fromEntries(names.map((name) => [name, null])), ...values };

const edit = async (cli: Cli, name: string, options: EditOptions): Outcome => {
  if (options.url !== undefined) warnUrl(cli, options.url);
  if (options.keepSecrets && options.url === undefined) {
    throw usage("--keep-secrets belongs to a --url that is changed.");
  }
  const given = await readTool(cli, options);
  const described: ToolUpdate = {
    ...given,
    name: options.name,
    headers: withUnset(given.headers, options.unsetHeader),
    query: withUnset(given.query, options.unsetQuery),
    tags: tagChangeOf(options),
    enabled: enabledOf(options),
    keepSecrets: options.keepSecrets,
  };
  const changes: ToolUpdate = Object.assign(described, ...(options.unset ?? []));
  if (Object.values(changes).every((change) => change === undefined)) {
    throw usage("Nothing to change was given.");
  }
  await cli.use(async (api) => {
    const tool = await api.tools.update({ tool: name, changes });
    cli.answer(tool, `Changed “${tool.name}”: ${tool.method} ${tool.url}`);
  });
};

const turn =
  (enabled: boolean) =>
  (cli: Cli, name: string): Outcome =>
    cli.use(async (api) => {
      const tool = await api.tools.update({ tool: name, changes: { enabled } });
      cli.answer(tool, `Turned ${enabled ? "on" : "off"} “${tool.name}”.`);
    });

const test = async (cli: Cli, name: string, options: ArgumentOptions): Outcome => {
  checkArguments(options);
  return cli.use(async (api) => {
    const given = await readArguments(cli, options, async () => ({
      inputSchema: (await api.tools.get({ tool: name })).inputSchema,
    }));
    const trial = await api.tools.test({ tool: name, arguments: given });
    const { request, status, contentType } = trial;
    cli.hint(
      [
        `${request.method} ${request.url}`,
        `${status ?? "no answer"}${contentType === null ? "" : `, ${contentType}`}, ` +
          `${bytes(trial.bytes)} in ${duration(trial.durationMs)}`,
      ].join("\n"),
    );
    return answerResult(cli, trial, trial.result);
  });
};

export const addToolCommands = (program: Command, act: Act): void => {
  const tools = program
    .command("tools")
    .description("REST APIs that the gateway offers as tools of its own, and tools of profiles");

  takesTagFilter(
    tools
      .command("list")
      .description("the gateway's own tools, or with --profile all that its clients see")
      .option("--profile <slug>", "what clients of this profile see"),
  ).action(act(listTools));

  tools
    .command("show <name>")
    .description("one of the gateway's own tools with everything but its secrets")
    .action(
      act((cli, name: string) =>
        cli.use(async (api) => {
          const tool = await api.tools.get({ tool: name });
          cli.answer(tool, toolFacts(tool));
        }),
      ),
    );

  takesNew(
    describeTool(
      tools
        .command("add <name>")
        .description("make a tool of a REST API")
        .requiredOption("--url <url>", "its URL, with {argument} where one goes into the path"),
    ),
  )
    .option("--disabled", "leave it turned off")
    .action(act(add));

  takesTurn(
    takesTagChanges(
      describeTool(
        tools
          .command("edit <name>")
          .description("change one of the gateway's own tools; what is not mentioned stays")
          .option("--name <name>", "new name")
          .option("--url <url>", "its URL, with {argument} where one goes into the path"),
      ),
    ),
  )
    .option("--no-allow-private-network", "it may reach public addresses only")
    .option("--unset-header <K>", "forget a header", repeated)
    .option("--unset-query <K>", "forget a value of the query", repeated)
    .option("--unset <FIELD>", `forget one of ${UNSET_WORDS.join(", ")}`, unsetWords)
    .option("--keep-secrets", "send the stored secrets to the new --url as well")
    .action(act(edit));

  tools
    .command("enable <name>")
    .description("turn one of the gateway's own tools on")
    .action(act(turn(true)));
  tools
    .command("disable <name>")
    .description("turn one of the gateway's own tools off")
    .action(act(turn(false)));

  tools
    .command("remove <name>")
    .description("delete one of the gateway's own tools and its secrets")
    .action(
      act((cli, name: string) =>
        cli.use(async (api) => {
          cli.answer(await api.tools.remove({ tool: name }), `Deleted “${name}”.`);
        }),
      ),
    );

  takesArguments(
    tools
      .command("test <name>")
      .description("call one of the gateway's own tools and see what its API answers"),
  ).action(act(test));

  addOpenApiCommand(tools, act);
  addCallCommand(tools, act);
};
