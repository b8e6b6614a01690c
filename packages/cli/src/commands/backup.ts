import {
  BACKUP_PART_WORDS,
  type BackupPart,
  backupPart,
  type BackupReport,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { list as commaList, integer, oneOf, usage } from "../forms.ts";
import { bytes } from "../output.ts";
import { encrypting, knownPassphrase, opening } from "./backup-passphrase.ts";
import { watched } from "./backup-progress.ts";
import { fileMeant, newFile, takeOut, verifyFile } from "./backup-files.ts";
import { restore, undo } from "./backup-restore.ts";
import { dumpSessions, restoreSessions } from "./backup-sessions.ts";
import { schedule, timeOfDay } from "./backup-schedule.ts";
import { backupsText, backupTable, reportText } from "./backup-views.ts";
import { type PassphraseOptions, takesPassphrase } from "./vault-keys.ts";

interface CreateOptions extends PassphraseOptions {
  out?: string;
  include?: BackupPart[];
  unencrypted?: boolean;
}

const create = async (cli: Cli, options: CreateOptions): Outcome => {
  const { out, include: parts = [], unencrypted = false, ...given } = options;
  if (unencrypted && (given.passphraseFile !== undefined || given.passphraseStdin === true)) {
    throw usage("An unencrypted backup takes no passphrase. Leave one of the two out.");
  }
  const path = out === undefined ? null : newFile(cli, out);
  const known = unencrypted ? undefined : await knownPassphrase(cli, given);
  await cli.use(
    async (api, connection) => {
      const made = await encrypting(cli, known, (passphrase) =>
        watched(cli, api.backups, () => api.backups.create({ passphrase, parts, unencrypted })),
      );
      if (path !== null) await takeOut(cli, connection, { backup: made.id, path });
      cli.answer(
        { ...made, file: path },
        `Backed up: ${path ?? made.name}, ${bytes(made.bytes)}, read back and found whole.`,
      );
      if (unencrypted) cli.hint("It holds no secret. Whoever has it can read the rest.");
    },
    { endsItself: true },
  );
};

const list = (cli: Cli): Outcome =>
  cli.use(
    async (api) => {
      const view = await api.backups.list();
      cli.answer(view, backupsText(cli, view));
    },
    {
      rescue: (problem) =>
        cli.recover(async (recovery) => {
          const backups = await recovery.backups();
          cli.answer({ backups }, backupTable(cli, backups));
          cli.warn(problem.message);
        }),
    },
  );

interface VerifyOptions extends PassphraseOptions {
  drill?: boolean;
}

const verify = async (cli: Cli, wanted: string, options: VerifyOptions): Outcome => {
  const { drill = false } = options;
  const known = await knownPassphrase(cli, options);
  const read = async (look: (passphrase?: string) => Promise<BackupReport>): Promise<void> => {
    const { value } = await opening(cli, { known, name: wanted }, look);
    cli.answer(value, reportText(value));
  };
  const path = fileMeant(cli, wanted);
  if (path !== null) {
    return read((passphrase) => verifyFile(cli, { path, passphrase: passphrase ?? null, drill }));
  }
  await cli.use(
    (api) =>
      read((passphrase) =>
        watched(cli, api.backups, () => api.backups.verify({ backup: wanted, passphrase, drill })),
      ),
    { endsItself: true },
  );
};

const remove = (cli: Cli, backup: string): Outcome =>
  cli.use(async (api) => {
    cli.answer(await api.backups.remove({ backup }), `“${backup}” is removed.`);
  });

const part = oneOf("--include", backupPart.options);
const parts = (value: string, before: BackupPart[] = []): BackupPart[] => [
  ...before,
  ...commaList(value).map(part),
];

const INCLUDE = `also ${Object.entries(BACKUP_PART_WORDS)
  .map(([name, words]) => `${name} (${words.toLowerCase()})`)
  .join(", ")}`;

export const addBackupCommands = (program: Command, act: Act): void => {
  const backup = program
    .command("backup")
    .description("make, check and restore backups; a passphrase is never an argument");

  takesPassphrase(backup.command("create").description("make a backup now, and read it back"))
    .option("--out <file>", "leave it in this new file instead of the folder of backups")
    .option("--include <parts>", INCLUDE, parts)
    .option("--unencrypted", "a plain SQLite file without any secret")
    .action(act(create));

  backup
    .command("list")
    .description("all backups, and how the automatic ones are")
    .action(act(list));

  takesPassphrase(
    backup
      .command("verify <backup>")
      .description("read all of a backup, by its name or as a file, and say what is in it"),
  )
    .option("--drill", "also restore it into a scratch directory, and try that out")
    .action(act(verify));

  takesPassphrase(
    backup
      .command("restore <backup>")
      .description("replace everything with a backup, by its name or as a file"),
  )
    .option("--yes", "do not ask")
    .option("--include <parts>", "of what is also in it, bring back", parts)
    .action(act(restore));

  backup
    .command("undo")
    .description("bring back what was there before the last restore")
    .option("--yes", "do not ask")
    .action(act(undo));

  backup
    .command("sessions <file>")
    .description("save the sessions that are in PostgreSQL, with pg_dump")
    .action(act(dumpSessions));

  backup
    .command("restore-sessions <file>")
    .description("replace the sessions that are in PostgreSQL by saved ones, with pg_restore")
    .option("--yes", "do not ask")
    .action(act(restoreSessions));

  takesPassphrase(
    backup
      .command("schedule")
      .description("automatic backups: show them, or set when, where and how many"),
  )
    .option("--at <time>", "make one each day at this time, as 02:00", timeOfDay)
    .option("--off", "make none")
    .option(
      "--keep <number>",
      "how many automatic backups are kept (14)",
      integer("--keep", 1, 365),
    )
    .option("--folder <dir>", "where backups are kept; “” is the data directory")
    .option("--new-passphrase", "make a passphrase for them; it is printed once")
    .option("--forget-passphrase", "keep none; then none are made")
    .action(act(schedule));

  backup.command("remove <name>").description("delete a backup").action(act(remove));
};
