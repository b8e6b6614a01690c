import {
  type BackupJob,
  type BackupPart,
  type BackupsView,
  GatewayError,
  type RestorePreview,
} from "@local-mcp/contract";
import type { Cli, Outcome } from "../cli.ts";
import type { Connection } from "../connect.ts";
import { checkReadable } from "../files.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { dateTime, oneLine, visible } from "../output.ts";
import { askYes } from "../prompt.ts";
import { knownPassphrase, type Opened, opening } from "./backup-passphrase.ts";
import { fileMeant } from "./backup-files.ts";
import { followed, watched } from "./backup-progress.ts";
import { previewText } from "./backup-views.ts";
import type { PassphraseOptions } from "./vault-keys.ts";

interface YesOption {
  yes?: boolean;
}

interface RestoreOptions extends PassphraseOptions, YesOption {
  include?: BackupPart[];
}

/** What is to be restored, and what is known of how. */
interface Wish {
  /** A file of this computer, or the name of a backup that is listed. */
  wanted: string;
  /** The passphrase, where it was given. */
  known: string | undefined;
  /** Nobody is to be asked. */
  yes: boolean;
}

const KEPT = "Today's state is kept and can be brought back for 30 days.";

/** Names in the notes of a restore are those of the backup, whoever made it. */
const outcomeText = (done: string, job: BackupJob | null): string =>
  [done, ...(job?.notes ?? []).map(oneLine)].join("\n");

/** Says what a person has to see before they agree; with --json standard output stays one document. */
const show = (cli: Cli, text: string): void => {
  (cli.json ? cli.io.stderr : cli.io.stdout).write(`${visible(text)}\n\n`);
};

/** @throws GatewayError usage where nobody can be asked, backup_cancelled where the answer is no */
export const agree = async (cli: Cli, question: string): Promise<void> => {
  if (!isInteractive(cli.io)) {
    throw usage("There is no terminal to ask on. Read what would be replaced, then add --yes.");
  }
  if (!(await askYes(cli.io, question))) throw new GatewayError("backup_cancelled");
};

/** Waits for the end of what was begun, and says how it went. @throws GatewayError what it failed with */
const finish = async (
  cli: Cli,
  connection: Connection,
  begun: BackupJob,
  done: string,
): Promise<void> => {
  const job = await followed(cli, connection, begun);
  const next = connection.running ? " Clients reconnect by themselves." : "";
  cli.answer(job, outcomeText(done + next, job));
};

/** Shows what a restore would do, and asks for it. */
const looked = async (
  cli: Cli,
  { api, files }: Connection,
  { wanted, known, yes }: Wish,
): Promise<{ backup: string } & Opened<RestorePreview>> => {
  const path = fileMeant(cli, wanted);
  const backup = path === null ? wanted : await files.upload(path, cli.io.signal);
  const opened = await opening(cli, { known, name: wanted }, (passphrase) =>
    watched(cli, api.backups, () => api.backups.preview({ backup, passphrase })),
  );
  show(cli, previewText(opened.value));
  if (!yes) {
    const { createdAt } = opened.value.contents;
    await agree(cli, `Replace everything with the backup of ${dateTime(createdAt)}? ${KEPT}`);
  }
  return { backup, ...opened };
};

const hintUndo = (cli: Cli): void =>
  cli.hint(`What was there before is kept for 30 days: ${cli.command("backup undo")}`);

/** Puts a backup in the place of a database that does not open, with which nothing can be compared. */
const replaceDamaged = (
  cli: Cli,
  { message }: GatewayError,
  { wanted, known, yes }: Wish,
): Promise<void> =>
  cli.recover(async (recovery) => {
    const file = fileMeant(cli, wanted);
    if (file !== null) await checkReadable(file);
    const source = file === null ? { backup: wanted } : { file };
    if (!yes) {
      show(cli, message);
      await agree(
        cli,
        `Replace the database with ${wanted}? The file that is there is kept for 30 days.`,
      );
    }
    const jobs = {
      job: async () => ({ job: recovery.job() }),
      cancel: async () => recovery.cancel(),
    };
    await opening(cli, { known, name: wanted }, (passphrase) =>
      watched(cli, jobs, () => recovery.restore(source, passphrase ?? null)),
    );
    const job = recovery.job();
    cli.answer(job, outcomeText("Restored.", job));
    cli.hint("The file that was there is kept for 30 days, in “previous” of the data directory.");
  });

/** Replaces everything with a backup, also where the database does not open. */
export const restore = async (cli: Cli, wanted: string, options: RestoreOptions): Outcome => {
  const { yes = false, include: parts = [], ...given } = options;
  const wish = { wanted, known: await knownPassphrase(cli, given), yes };
  await cli.use(
    async (api, connection) => {
      const { backup, passphrase, value } = await looked(cli, connection, wish);
      const { digest } = value;
      const begun = await api.backups.restore({ backup, passphrase, digest, parts });
      await finish(cli, connection, begun, "Restored.");
      hintUndo(cli);
    },
    { endsItself: true, rescue: (problem) => replaceDamaged(cli, problem, wish) },
  );
};

/** @throws GatewayError restore_nothing_to_undo */
const undoable = ({ undo: before }: BackupsView): NonNullable<BackupsView["undo"]> => {
  if (before === null) throw new GatewayError("restore_nothing_to_undo");
  return before;
};

/** Brings back what was there before the last restore. */
export const undo = (cli: Cli, { yes = false }: YesOption): Outcome =>
  cli.use(
    async (api, connection) => {
      const { restoredAt, from } = undoable(await api.backups.list());
      if (!yes) {
        show(cli, `On ${dateTime(restoredAt)} everything was replaced with ${from}.`);
        await agree(cli, `Bring back what was there before? ${KEPT}`);
      }
      await finish(cli, connection, await api.backups.undo(), "What was there before is back.");
      cli.hint(`The same command takes that back: ${cli.command("backup undo")}`);
    },
    { endsItself: true },
  );
