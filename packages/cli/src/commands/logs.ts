import { countLogs, logFormat, type LogLevel, logLevel } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { integer, oneOf, usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { plural } from "../output.ts";
import { askYes } from "../prompt.ts";
import { exportLogs } from "./logs-export.ts";
import { tail } from "./logs-tail.ts";
import { detailText, levelText, rawText, statsText } from "./logs-views.ts";

interface LevelOptions {
  server?: string;
  profile?: string;
}

/** Takes back a level of a profile's or server's own. */
const AS_SET = "default";

const show = (cli: Cli, id: number, { raw }: { raw?: boolean }): Outcome =>
  cli.use(async (api) => {
    const detail = await api.logs.get({ id });
    cli.answer(detail, raw === true ? cli.shown(rawText(detail)) : detailText(detail));
  });

const stats = (cli: Cli, { filter = "" }: { filter?: string }): Outcome =>
  cli.use(async (api) => {
    const [seen, findings] = await Promise.all([api.logs.stats({ filter }), api.logs.findings({})]);
    cli.answer({ ...seen, findings }, statsText(seen, findings, cli.width));
  });

const clear = (cli: Cli, { filter = "", yes }: { filter?: string; yes?: boolean }): Outcome =>
  cli.use(async (api) => {
    if (yes !== true) {
      if (!isInteractive(cli.io))
        throw usage("Without a terminal to ask on, --yes has to be there.");
      const count = (query: string) => countLogs((asked) => api.logs.count(asked), query);
      const [matches, pinned] = [await count(filter), await count(`${filter} pinned:yes`)];
      const included = pinned === 0 ? "" : `, ${pinned} pinned included`;
      const what = `${plural(matches, "row")} of the debug log${included}`;
      if (!(await askYes(cli.io, `Remove ${what}?`))) return;
    }
    const cleared = await api.logs.clear({ filter });
    cli.answer(cleared, `${plural(cleared.rows, "row")} removed.`);
  });

const level = async (
  cli: Cli,
  wanted: LogLevel | typeof AS_SET | undefined,
  { server, profile }: LevelOptions,
): Outcome => {
  if (server !== undefined && profile !== undefined) {
    throw usage("Give --server or --profile, not both.");
  }
  const isOwn = server !== undefined || profile !== undefined;
  if (wanted === undefined && isOwn) throw usage("Say which level it is to have.");
  await cli.use(async (api) => {
    if (wanted !== undefined) {
      const change = wanted === AS_SET ? null : wanted;
      if (isOwn) await api.logs.setLevel({ server, profile, level: change });
      else await api.settings.update({ logLevel: change });
    }
    const [state, own] = await Promise.all([api.logs.state({}), api.logs.levels({})]);
    cli.answer({ ...state, own }, levelText(state, own));
  });
};

const withFilter = (command: Command): Command =>
  command.option(
    "--filter <query...>",
    'such as "profile:dev status:error duration:>500"',
    // Without quotes around it a shell hands over its terms one by one.
    (term: string, before?: string) => (before === undefined ? term : `${before} ${term}`),
  );

export const addLogCommands = (program: Command, act: Act): void => {
  const logs = program
    .command("logs")
    .alias("debug-logs")
    .description("what clients and servers said to each other");

  withFilter(logs.command("tail").description("the newest rows of the debug log"))
    .option("-f, --follow", "go on with those that come; with --json one document a line")
    .option(
      "--limit <number>",
      "how many to begin with, up to 500 (50)",
      integer("--limit", 1, 500),
    )
    .action(act(tail));

  logs
    .command("show")
    .argument("<id>", "its number", integer("ID", 1, Number.MAX_SAFE_INTEGER))
    .description("one row with its messages, and the others of its exchange")
    .option("--raw", "the messages only, as they were recorded")
    .action(act(show));

  withFilter(
    logs.command("stats").description("how often what was called, and what is wrong"),
  ).action(act(stats));

  withFilter(logs.command("export").description("write the debug log to a file"))
    .requiredOption("--out <file>", "a file that only you can read; - is standard output")
    .option("--format <format>", "jsonl or har (jsonl)", oneOf("--format", logFormat.options))
    .option("--with-contents", "with the arguments and results, as they were recorded")
    .option("--force", "replace the file")
    .action(act(exportLogs));

  logs
    .command("level")
    .argument("[level]", "what it is to be", oneOf("LEVEL", [...logLevel.options, AS_SET]))
    .description("how much is recorded: off, errors, metadata, full, or default for what is usual")
    .option("--server <name>", "of this server")
    .option("--profile <slug>", "of this profile")
    .action(act(level));

  withFilter(logs.command("clear").description("remove rows for good"))
    .option("--yes", "do not ask")
    .action(act(clear));
};
