import type { Cli } from "../cli.ts";
import { askSecret } from "../prompt.ts";
import { environmentSecret } from "../values.ts";
import { unlessMissing } from "./ask-when-missing.ts";
import { askNewPassphrase, givenPassphrase, type PassphraseOptions } from "./vault-keys.ts";

/** The passphrase of a backup that options name, else the environment. */
export const knownPassphrase = async (
  cli: Cli,
  options: PassphraseOptions,
): Promise<string | undefined> =>
  (await givenPassphrase(cli, options)) ?? (await environmentSecret(cli.io, "BACKUP_PASSPHRASE"));

/**
 * Makes a backup with the passphrase that is known, else with the one that the gateway keeps, else
 * with one that a person types twice.
 */
export const encrypting = <T>(
  cli: Cli,
  known: string | undefined,
  make: (passphrase?: string) => Promise<T>,
): Promise<T> =>
  unlessMissing(
    cli,
    ["backup_passphrase_missing"],
    () => make(known),
    async () => {
      cli.note(
        "The backup is encrypted with a passphrase. Without it nobody can open the backup, nor can you.",
      );
      return make(await askNewPassphrase(cli));
    },
  );

/** What came of opening a backup, and the passphrase that did it where one had to be given. */
export interface Opened<T> {
  value: T;
  passphrase: string | undefined;
}

/** Opens a backup with the passphrase that is known, else one that is kept, else one that is typed. */
export const opening = <T>(
  cli: Cli,
  { known, name }: { known: string | undefined; name: string },
  open: (passphrase?: string) => Promise<T>,
): Promise<Opened<T>> =>
  unlessMissing(
    cli,
    ["backup_passphrase_needed"],
    async () => ({ value: await open(known), passphrase: known }),
    async () => {
      const passphrase = await askSecret(cli.io, `Passphrase of ${name}: `);
      return { value: await open(passphrase), passphrase };
    },
  );
