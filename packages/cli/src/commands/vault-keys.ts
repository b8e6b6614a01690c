import { GatewayError, type VaultStatus } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { Api } from "../connect.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { askSecret } from "../prompt.ts";
import { environmentSecret, readSecret } from "../values.ts";

/** What opens a vault, as a person gives it. */
export type VaultKey = { passphrase: string } | { recoveryKey: string };

export interface PassphraseOptions {
  passphraseFile?: string;
  passphraseStdin?: boolean;
}

export interface KeyOptions extends PassphraseOptions {
  recoveryKey?: boolean;
  recoveryKeyFile?: string;
  recoveryKeyStdin?: boolean;
}

/** Said where a secret stands on the command line, in whichever place: the shell keeps it. */
const NO_LITERAL =
  "A passphrase or recovery key is never an argument, since the shell remembers it and every program here can read it.";
const INSTEAD = "Give it with --…-file or --…-stdin, or be asked for it.";

/** Refuses secrets as arguments without repeating them. */
const refusesLiterals = (command: Command): Command =>
  command.allowExcessArguments().hook("preAction", (_, { args, registeredArguments }) => {
    if (args.length <= registeredArguments.length) return;
    const spaces = registeredArguments.length === 0 ? "" : "A name with spaces needs quotes. ";
    throw usage(`${spaces}${NO_LITERAL} ${INSTEAD}`);
  });

export const takesPassphrase = (command: Command): Command =>
  refusesLiterals(command)
    .option("--passphrase-file <file>", "passphrase from a file")
    .option("--passphrase-stdin", "passphrase from standard input");

export const takesKey = (command: Command): Command =>
  takesPassphrase(command)
    .option("--recovery-key", "ask for the recovery key instead")
    .option("--recovery-key-file <file>", "recovery key from a file")
    .option("--recovery-key-stdin", "recovery key from standard input");

/** A passphrase that options name, or null. */
export const givenPassphrase = async (
  cli: Cli,
  { passphraseFile, passphraseStdin = false }: PassphraseOptions,
): Promise<string | null> => {
  if (passphraseFile !== undefined && passphraseStdin) {
    throw usage("Give --passphrase-file or --passphrase-stdin, not both.");
  }
  if (passphraseStdin) return readSecret(cli.io, "-");
  return passphraseFile === undefined ? null : readSecret(cli.io, passphraseFile);
};

/** The key that options or the environment name, or null. */
export const givenKey = async (cli: Cli, options: KeyOptions): Promise<VaultKey | null> => {
  const { recoveryKey = false, recoveryKeyFile, recoveryKeyStdin = false } = options;
  const passphrase = await givenPassphrase(cli, options);
  const ways = [recoveryKey, recoveryKeyFile !== undefined, recoveryKeyStdin, passphrase !== null];
  if (ways.filter(Boolean).length > 1) throw usage("Give one passphrase or one recovery key.");
  if (recoveryKey) return askRecoveryKey(cli);
  if (recoveryKeyStdin) return { recoveryKey: await readSecret(cli.io, "-") };
  if (recoveryKeyFile !== undefined) {
    return { recoveryKey: await readSecret(cli.io, recoveryKeyFile) };
  }
  const known = passphrase ?? (await environmentPassphrase(cli));
  return known === undefined ? null : { passphrase: known };
};

export const environmentPassphrase = (cli: Cli): Promise<string | undefined> =>
  environmentSecret(cli.io, "VAULT_PASSPHRASE");

/** @throws GatewayError usage */
export const mayAsk = (cli: Cli): void => {
  if (!isInteractive(cli.io)) {
    throw usage(
      "There is no terminal to ask on. Give --passphrase-file or --passphrase-stdin, or set VAULT_PASSPHRASE_FILE.",
    );
  }
};

export const askNewPassphrase = async (cli: Cli): Promise<string> => {
  mayAsk(cli);
  const first = await askSecret(cli.io, "New passphrase: ");
  const second = await askSecret(cli.io, "The same again: ");
  if (first === second) return first;
  throw new GatewayError("validation_failed", { detail: "The two passphrases differ." });
};

const askRecoveryKey = async (cli: Cli): Promise<VaultKey> => {
  mayAsk(cli);
  return { recoveryKey: await askSecret(cli.io, "Recovery key: ") };
};

/**
 * Asks for what opens this vault.
 *
 * @throws GatewayError vault_locked, with what would open it, where nobody is there to type it, or
 * it has no key that a person could
 */
export const askKey = async (
  cli: Cli,
  { slots, wayOut }: VaultStatus,
  question = "Passphrase: ",
  what = "this directory",
): Promise<VaultKey> => {
  const providers = new Set(isInteractive(cli.io) ? slots.map(({ provider }) => provider) : []);
  if (providers.has("passphrase")) return { passphrase: await askSecret(cli.io, question) };
  if (providers.has("recovery")) return askRecoveryKey(cli);
  throw new GatewayError("vault_locked", { what, way: wayOut ?? "" });
};

/**
 * Opens the vault with a key it has, asking for it where nothing at hand does.
 * @throws GatewayError vault_missing, vault_keys_missing, vault_locked, vault_wrong_key
 */
export const openFirst = async (cli: Cli, api: Api): Promise<void> => {
  const status = await api.vault.status();
  if (status.state === "open") return;
  if (status.state === "missing") throw new GatewayError("vault_missing");
  if (status.state === "lost") throw new GatewayError("vault_keys_missing");
  await api.vault.unlock(await askKey(cli, status, "Present passphrase: "));
};

/** The id of a key that is named by its id or label. @throws GatewayError usage for two of a label */
export const keyId = async (api: Api, wanted: string): Promise<string> => {
  const { slots } = await api.vault.status();
  if (slots.some(({ id }) => id === wanted)) return wanted;
  const labelled = slots.filter(({ label }) => label === wanted);
  if (labelled.length > 1) throw usage(`Several keys are called “${wanted}”; give the id of one.`);
  return labelled[0]?.id ?? wanted;
};
