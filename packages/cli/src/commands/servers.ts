import {
  GatewayError,
  type ServerConfigWrite,
  type ServerLimits,
  type ServerUpdate,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { repeated, usage } from "../forms.ts";
import { duration, visible } from "../output.ts";
import {
  answerTagged,
  tagChangeOf,
  type TagChangeOptions,
  tagFilterOf,
  type TagFilterOptions,
  takesTagChanges,
  takesTagFilter,
  takesTags,
} from "./catalogue-options.ts";
import { addConsentCommands } from "./consent.ts";
import {
  describeServer,
  limitNames,
  readCommand,
  readConnections,
  readCwd,
  readEnv,
  readHeaders,
  readLimits,
  readSecrets,
  type ServerOptions,
  warnUrl,
} from "./server-forms.ts";
import {
  countsOf,
  garbageText,
  printWarnings,
  serverFacts,
  serverTable,
  summaryOf,
} from "./server-views.ts";
import { addSignInCommands, hintSignIn } from "./sign-in.ts";
import {
  readSignIn,
  readSignInChange,
  refuseForCommand,
  takesUnsetSignIn,
  type UnsetSignInOptions,
} from "./sign-in-options.ts";
import { addToolChangeCommands } from "./tool-changes.ts";
import { addUsageCommand, measureUsage } from "./usage.ts";

interface AddOptions extends ServerOptions {
  profile?: string[];
  tag?: string[];
}

const configOf = async (
  cli: Cli,
  options: ServerOptions,
  words: readonly string[],
): Promise<ServerConfigWrite> => {
  if (options.url === undefined) {
    if (words.length === 0) throw usage("Give --url URL, or -- and the command that starts it.");
    if (options.header !== undefined || options.headerFile !== undefined || options.transport) {
      throw usage("--header, --header-file and --transport are for a server with a --url.");
    }
    refuseForCommand(options);
    const cwd = readCwd(cli, options);
    return {
      transport: "stdio",
      ...readCommand(cli, words, cwd),
      cwd: cwd ?? null,
      env: await readEnv(cli, options),
    };
  }
  if (words.length > 0) {
    refuseForCommand(options);
    throw usage("Give either --url URL or -- and a command, not both.");
  }
  if (options.env ?? options.envPlain ?? options.envFile ?? options.cwd) {
    throw usage("--env, --env-plain, --env-file and --cwd are for a server that is a command.");
  }
  if (options.idleStop !== undefined) {
    throw usage("--idle-stop is for a server that is a command.");
  }
  warnUrl(cli, options.url);
  return {
    transport: options.transport ?? "http",
    url: options.url,
    headers: await readHeaders(cli, options),
    signIn: await readSignIn(cli, options),
  };
};

const add = async (cli: Cli, name: string, words: string[], options: AddOptions): Outcome => {
  const config = await configOf(cli, options, words);
  const secrets = await readSecrets(cli, options);
  await cli.use(async (api, { running }) => {
    const added = await api.servers.create({
      name,
      title: options.title,
      config,
      secrets,
      limits: readLimits(options),
      connections: readConnections(options),
      holdChangedTools: options.holdChangedTools,
      // Whoever types a command has seen it.
      confirmed: true,
      profiles: options.profile,
      tags: options.tag,
    });
    const { profiles } = added.server;
    const shown = profiles.length === 0 ? "" : ` (in ${profiles.join(", ")})`;
    cli.answer(added, `Added “${name}”: ${summaryOf(added.server.config)}${shown}`);
    if (profiles.length === 0) {
      cli.hint(`No profile shows it yet: ${cli.command(`profiles add-server SLUG ${name}`)}`);
    }
    printWarnings(cli, added.warnings);
    if (running && !cli.json && config.transport !== "stdio") await hintSignIn(cli, api, name);
  });
};

interface EditOptions extends ServerOptions, UnsetSignInOptions, TagChangeOptions {
  name?: string;
  unsetEnv?: string[];
  unsetHeader?: string[];
  unsetSecret?: string[];
  unsetLimit?: (keyof ServerLimits)[];
  keepSecrets?: boolean;
}

const cleared = (names: readonly string[] = []): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));

/** The same for limits, which are replaced as a whole. */
const backToSetting = (limits: readonly (keyof ServerLimits)[] = []): Record<string, undefined> =>
  Object.fromEntries(limits.map((limit) => [limit, undefined]));

/** Leaves an empty record out, since absent means “keep”. */
const unlessEmpty = <Value>(record: Record<string, Value>): Record<string, Value> | undefined =>
  Object.keys(record).length === 0 ? undefined : record;

const edit = async (cli: Cli, name: string, words: string[], options: EditOptions): Outcome => {
  if (words.length > 0) refuseForCommand(options);
  // A word too many must not become what is run.
  if (words.length > 0 && !cli.hasDashes) {
    throw usage("There are words that belong to no option. A new command is written after “--”.");
  }
  if (options.url !== undefined) warnUrl(cli, options.url);
  const cwd = readCwd(cli, options);
  const changes: ServerUpdate = {
    name: options.name,
    title: options.title,
    cwd,
    env: unlessEmpty({ ...cleared(options.unsetEnv), ...(await readEnv(cli, options)) }),
    url: options.url,
    transport: options.transport,
    headers: unlessEmpty({ ...cleared(options.unsetHeader), ...(await readHeaders(cli, options)) }),
    signIn: await readSignInChange(cli, options),
    secrets: unlessEmpty({ ...cleared(options.unsetSecret), ...(await readSecrets(cli, options)) }),
    limits: unlessEmpty({ ...backToSetting(options.unsetLimit), ...readLimits(options) }),
    connections: readConnections(options),
    holdChangedTools: options.holdChangedTools,
    tags: tagChangeOf(options),
    ...(words.length === 0 ? {} : readCommand(cli, words, cwd)),
  };
  if (options.keepSecrets && changes.url === undefined && changes.signIn?.issuer === undefined) {
    throw usage("--keep-secrets belongs to a --url or --issuer that is changed.");
  }
  if (Object.values(changes).every((change) => change === undefined)) {
    throw usage("Nothing to change was given.");
  }
  const changesRun = (cwd ?? changes.env ?? changes.secrets) !== undefined;
  await cli.use(async (api, { running }) => {
    const before = await api.servers.get({ server: name });
    // Whoever types a command has seen it; and who changes one that was agreed to, agrees again.
    if (words.length > 0 || (before.confirmed && changesRun)) changes.confirmed = true;
    if (changes.limits !== undefined) changes.limits = { ...before.limits, ...changes.limits };
    if (options.keepSecrets) changes.keepSecrets = true;
    const edited = await api.servers.update({ server: name, changes });
    cli.answer(edited, `Changed “${edited.server.name}”: ${summaryOf(edited.server.config)}`);
    printWarnings(cli, edited.warnings);
    if (running && !cli.json && options.url !== undefined) {
      await hintSignIn(cli, api, edited.server.name);
    }
  });
};

const turn =
  (enabled: boolean) =>
  (cli: Cli, name: string): Outcome =>
    cli.use(async (api) => {
      const edited = await api.servers.update({ server: name, changes: { enabled } });
      cli.answer(edited, `Turned ${enabled ? "on" : "off"} “${edited.server.name}”.`);
      printWarnings(cli, edited.warnings);
    });

const test = (cli: Cli, name: string): Outcome =>
  cli.use(async (api) => {
    const result = await api.servers.test({ server: name });
    const took = duration(result.durationMs);
    if (result.ok) {
      cli.answer(result, `“${name}” is ready: ${countsOf(result.counts)} in ${took}.`);
      return 0;
    }
    const { reason, action } = result.status;
    // To test it again is what was just done.
    const next = action === null || /^(fix|retry)$/.test(action.code) ? null : action.command;
    const text = [
      `“${name}” is not ready after ${took}. ${reason?.message ?? "It gave no reason."}`,
      ...(reason?.detail ? [reason.detail] : []),
      ...(next === null ? [] : [`Run “${next}”.`]),
    ].join("\n");
    if (cli.json) cli.answer(result, text);
    else cli.note(text);
    return 1;
  });

const restart = (cli: Cli, name: string): Outcome =>
  cli.use(async (api, { running }) => {
    if (!running) throw new GatewayError("gateway_not_running");
    cli.answer(await api.servers.restart({ server: name }), `Restarted “${name}”.`);
  });

const output = (cli: Cli, name: string): Outcome =>
  cli.use(async (api, { running }) => {
    if (!running) throw new GatewayError("gateway_not_running");
    const written = await api.servers.output({ server: name });
    const text = visible(written.lines.join("\n"));
    cli.answer(written, text || `“${name}” has written nothing to its stderr.`);
    const garbage = garbageText(written.garbage);
    if (garbage !== null) cli.hint(garbage);
  });

export const addServerCommands = (program: Command, act: Act): void => {
  const servers = program
    .command("servers")
    .alias("gateways")
    .description("the MCP servers behind the gateway");

  takesTags(
    describeServer(
      servers
        .command("add <name> [command...]")
        .description(
          "add a server: -- COMMAND ARGS… for one that is started, --url for one that runs",
        ),
    ),
  )
    .option("--profile <slug>", "profile it joins", repeated)
    .action(act(add));

  takesTagFilter(servers.command("list").description("all servers with their state")).action(
    act((cli, options: TagFilterOptions) =>
      cli.use(async (api) => {
        const filter = tagFilterOf(options);
        answerTagged(cli, await api.servers.list(filter), filter, serverTable);
      }),
    ),
  );

  servers
    .command("show <name>")
    .description("one server with everything but its secrets")
    .action(
      act((cli, name: string) =>
        cli.use(async (api, { running }) => {
          const server = await api.servers.get({ server: name });
          const isMeasured = running && !cli.json;
          const [row] = isMeasured ? await measureUsage(cli, api, server.id) : [];
          cli.answer(server, serverFacts(server, { running, usage: row?.usage ?? null }));
        }),
      ),
    );

  takesTagChanges(
    takesUnsetSignIn(
      describeServer(
        servers
          .command("edit <name> [command...]")
          .description("change a server; what is not mentioned stays"),
      ),
    ),
  )
    .option("--name <name>", "new name")
    .option("--unset-env <K>", "forget a variable", repeated)
    .option("--unset-header <K>", "forget a header", repeated)
    .option("--unset-secret <NAME>", "forget a secret", repeated)
    .option(
      "--unset-limit <NAME>",
      "go back to the setting: timeout, start-timeout, max-concurrent-calls or idle-stop",
      limitNames,
    )
    .option("--keep-secrets", "send the stored secrets to the new --url or --issuer as well")
    .action(act(edit));

  servers
    .command("enable <name>")
    .description("turn a server on")
    .action(act(turn(true)));
  servers
    .command("disable <name>")
    .description("turn a server off")
    .action(act(turn(false)));

  servers
    .command("remove <name>")
    .description("delete a server and its secrets")
    .action(
      act((cli, name: string) =>
        cli.use(async (api) => {
          cli.answer(await api.servers.remove({ server: name }), `Deleted “${name}”.`);
        }),
      ),
    );

  servers
    .command("test <name>")
    .description("start a server and list what it offers")
    .action(act(test));

  servers
    .command("restart <name>")
    .description("end a server of the running gateway and start it anew")
    .action(act(restart));
  servers
    .command("output <name>")
    .description("the last lines that a server of the running gateway wrote to its stderr")
    .action(act(output));

  addSignInCommands(servers, act);
  addUsageCommand(servers, act);
  addConsentCommands(servers, act);
  addToolChangeCommands(servers, act);
};
