import {
  type ConflictStrategy,
  conflictStrategy,
  type ExitCode,
  GatewayError,
  IMPORT_PHASE_WORDS,
  type ImportCommand,
  type ImportOptions,
  type ImportPlan,
  type ImportReport,
  type TransferKind,
  type TransferSelection,
} from "@local-mcp/contract";
import { refuseBackup } from "@local-mcp/gateway";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { toGatewayError } from "../errors.ts";
import { list, oneOf, usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { quoted, visible } from "../output.ts";
import { askSecret, askYes } from "../prompt.ts";
import { environmentSecret, readBytes, readSecret, textOf } from "../values.ts";
import { unlessMissing } from "./ask-when-missing.ts";
import { commandsText, itemsOf, planText, reportText } from "./import-views.ts";
import { watchedImport } from "./import-watch.ts";
import { waiting } from "./progress.ts";
import { at, refuseContradiction, selection, TYPE_WORDS, types } from "./transfer-options.ts";

interface Options {
  conflictStrategy: ConflictStrategy;
  dryRun?: boolean;
  rekeySecret?: string;
  rekeySecretFile?: string;
  sourceSecretFile?: string;
  passphraseFile?: string;
  secrets: boolean;
  include?: TransferSelection;
  types?: TransferKind[];
  yes?: boolean;
  start?: string[];
  verbose?: boolean;
  url?: string;
}

type Keys = Pick<ImportOptions, "passphrase" | "sourceSecret" | "rekeySecret">;

const LITERAL =
  "A secret on the command line stays in the shell's history, and every program here can read it. --rekey-secret-file FILE takes it from a file.";

/** A secret from the file that an option names, else from the environment. */
const from = (cli: Cli, file: string | undefined, variable: string): Promise<string | undefined> =>
  file === undefined ? environmentSecret(cli.io, variable) : readSecret(cli.io, file);

const refuseKeys = (file: string, options: Options): void => {
  const { rekeySecret, rekeySecretFile, sourceSecretFile, passphraseFile } = options;
  if (rekeySecret !== undefined && rekeySecretFile !== undefined) {
    throw usage("Give --rekey-secret or --rekey-secret-file, not both.");
  }
  const read = [file, rekeySecretFile, sourceSecretFile, passphraseFile].filter(
    (one) => one === "-",
  );
  if (read.length > 1) throw usage("Only one thing can be read from standard input (“-”).");
};

/** What may open the secrets of the file, without asking. */
const keysOf = async (cli: Cli, options: Options): Promise<Keys> => {
  const { rekeySecret: literal, rekeySecretFile, sourceSecretFile, passphraseFile } = options;
  if (literal !== undefined) cli.warn(LITERAL);
  const keys = {
    rekeySecret:
      rekeySecretFile === undefined ? literal : await readSecret(cli.io, rekeySecretFile),
    passphrase: await from(cli, passphraseFile, "EXPORT_PASSPHRASE"),
    // The secret of this environment may be the one of where the file was made.
    sourceSecret:
      (await from(cli, sourceSecretFile, "SOURCE_ENCRYPTION_SECRET")) ??
      (await environmentSecret(cli.io, "AUTH_ENCRYPTION_SECRET")),
  };
  for (const secret of Object.values(keys)) {
    if (secret !== undefined) cli.redactor.know(secret);
  }
  return keys;
};

/** A plan, and what opened the file for it. */
interface Planned {
  plan: ImportPlan;
  wish: ImportOptions;
}

/** Plans with the keys that are known, else with what a person types. */
const planned = (cli: Cli, api: Api, wish: ImportOptions, named: boolean): Promise<Planned> => {
  const attempt = async (given: ImportOptions): Promise<Planned> => ({
    plan: await waiting(cli, IMPORT_PHASE_WORDS.plan, () => api.transfer.plan(given)),
    wish: given,
  });
  return unlessMissing(
    cli,
    // What was named, and does not open it, is not asked for once more.
    named ? [] : ["import_secret_needed", "import_secret_wrong"],
    () => attempt(wish),
    async () =>
      attempt({
        ...wish,
        passphrase: await askSecret(
          cli.io,
          `Passphrase, or AUTH_ENCRYPTION_SECRET, that ${wish.name} was sealed with: `,
        ),
      }),
  );
};

/** Says what a person has to see before they agree; with --json standard output stays one document. */
const show = (cli: Cli, text: string): void => {
  (cli.json ? cli.io.stderr : cli.io.stdout).write(`${visible(text)}\n`);
};

/** Those that --start names. @throws GatewayError usage for one that the file does not add or change */
const namedCommands = (plan: ImportPlan, start: readonly string[]): ImportCommand[] => {
  if (start.includes("all")) return plan.commands;
  return start.map((name) => {
    const command = plan.commands.find(({ server }) => server === name);
    if (command !== undefined) return command;
    const waiting = plan.commands.map(({ server }) => server).join(", ") || "none";
    throw usage(`--start names “${name}”, but the commands that wait for consent are: ${waiting}.`);
  });
};

/** @returns names of the servers whose command a person lets run */
const agreed = async (cli: Cli, plan: ImportPlan, options: Options): Promise<string[]> => {
  const { start = [], yes = false } = options;
  const commands = namedCommands(plan, start);
  if (commands.length === 0) return [];
  show(cli, commandsText(commands).join("\n").trimStart());
  if (yes) return commands.map(({ server }) => server);
  if (!isInteractive(cli.io)) {
    throw usage("There is no terminal to ask on. Read the commands above, then add --yes.");
  }
  const names: string[] = [];
  for (const { server } of commands) {
    if (await askYes(cli.io, `Start “${server}” from now on?`)) names.push(server);
  }
  return names;
};

const isAsked = (cli: Cli, { yes = false }: Options): boolean => !yes && isInteractive(cli.io);

/** @throws GatewayError import_cancelled where the answer is no */
const agree = async (cli: Cli, plan: ImportPlan, options: Options): Promise<void> => {
  const { created, updated, renamed } = plan.counts;
  if (!isAsked(cli, options) || created + updated + renamed === 0) return;
  show(cli, `${planText(plan, { title: "The plan:", verbose: options.verbose ?? false })}\n`);
  if (!(await askYes(cli.io, `Import ${itemsOf(plan)}?`)))
    throw new GatewayError("import_cancelled");
};

/** Until it is written nothing is changed, which is what somebody who ends it wants to know. */
const beforeWriting = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const isEnded = toGatewayError(error).code === "request_cancelled";
    throw isEnded ? new GatewayError("import_cancelled", {}, { cause: error }) : error;
  }
};

/** @returns what the import itself would end with */
const dryRun = (cli: Cli, plan: ImportPlan, verbose: boolean): ExitCode => {
  const title = plan.applicable ? "Dry-run validation completed!" : "Dry-run validation failed!";
  cli.answer({ dryRun: true, ...plan.counts, ...plan }, planText(plan, { title, verbose }));
  if (plan.applicable) return 0;
  const isInvalid = plan.problems.length > 0 || plan.rows.some(({ action }) => action === "failed");
  return isInvalid ? 3 : 4;
};

const hints = (cli: Cli, { job, unconfirmed }: ImportReport): void => {
  if (job.backup !== null) {
    cli.hint(`Undo it: ${cli.command(`backup restore ${quoted(job.backup)}`)}`);
  }
  if (unconfirmed.length === 0) return;
  const names = unconfirmed.map(quoted).join(" ");
  const waits = unconfirmed.length === 1 ? "1 server is" : `${unconfirmed.length} servers are`;
  cli.hint(
    `${waits} not started before you have seen the command: ${cli.command(`servers confirm ${names}`)}`,
  );
};

const importFile = async (cli: Cli, file: string, options: Options): Outcome => {
  const { include, types: kinds, verbose = false } = options;
  refuseContradiction(kinds, include);
  refuseKeys(file, options);
  const name = quoted(file);
  const bytes = await readBytes(cli.io, file);
  refuseBackup(bytes.toString("latin1", 0, 32), name);
  const wish = {
    text: textOf(bytes, file),
    name,
    strategy: options.conflictStrategy,
    kinds,
    selection: include,
    ...(options.secrets ? await keysOf(cli, options) : { secrets: "leave" as const }),
  };
  const isNamed = (options.passphraseFile ?? options.sourceSecretFile) !== undefined;
  return at(cli, options.url).use(
    async (api): Promise<ExitCode> => {
      const { plan, wish: opened } = await beforeWriting(planned(cli, api, wish, isNamed));
      if (options.dryRun) return dryRun(cli, plan, verbose);
      let consent: string[] = [];
      if (plan.applicable) {
        await beforeWriting(agree(cli, plan, options));
        consent = await beforeWriting(agreed(cli, plan, options));
      } else {
        // The gateway refuses it, and records that it was tried.
        const said = planText(plan, { title: "Nothing was imported.", verbose });
        cli.answer({ ...plan.counts, ...plan }, said);
      }
      const { digest, instant, fileDigest } = plan;
      const report = await watchedImport(cli, api, fileDigest, () =>
        api.transfer.apply({ ...opened, instant, digest, consent }),
      );
      cli.answer({ ...report.job.counts, ...report }, reportText(report, { plan, verbose }));
      hints(cli, report);
      return 0;
    },
    { endsItself: true },
  );
};

const EXAMPLES = `
Examples:
  local-mcp-gateway import backup.json --dry-run
  local-mcp-gateway import backup.json --conflict-strategy skip
  local-mcp-gateway import backup.json --include "tools:weather_api,translate;servers:ai-server"
  local-mcp-gateway import prod-export.json --source-secret-file staging-secret
A large file is imported in parts with --types tools, then --types gateways, then --types servers.
`;

export const addImportCommand = (program: Command, act: Act): void => {
  program
    .command("import <file>")
    .description(
      "merge an export, an export of ContextForge or a client's configuration into what is configured, all or nothing (- reads standard input)",
    )
    .option(
      "--conflict-strategy <strategy>",
      `what becomes of what is there already: ${conflictStrategy.options.join(", ")}`,
      oneOf("--conflict-strategy", conflictStrategy.options),
      "update",
    )
    .option("--dry-run", "say what would be done, and change nothing")
    .option(
      "--include <selection>",
      "only what is named, as “tools:a,b;servers:c”",
      selection("--include"),
    )
    .option("--types <types>", `only these of ${TYPE_WORDS}`, types("--types"))
    .option(
      "--passphrase-file <file>",
      "passphrase that the file was sealed with, “-” reads it (EXPORT_PASSPHRASE)",
    )
    .option(
      "--source-secret-file <file>",
      "AUTH_ENCRYPTION_SECRET of where the file was made (SOURCE_ENCRYPTION_SECRET)",
    )
    .option("--rekey-secret <secret>", "AUTH_ENCRYPTION_SECRET of here, which seals what is stored")
    .option("--rekey-secret-file <file>", "the same from a file")
    .option("--no-secrets", "read no secret of the file; those that are stored stay")
    .option("--start <names>", "servers whose commands may run, or all; asks unless --yes", list)
    .option("--yes", "do not ask")
    .option("-v, --verbose", "all warnings, a line per entity and what changes in it")
    .option("--url <url>", "the gateway, as --gateway")
    .addHelpText("after", EXAMPLES)
    .action(act(importFile));
};
