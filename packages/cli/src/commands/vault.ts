import { GatewayError, type VaultStatus } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { dateTime, facts, plural, table } from "../output.ts";
import { askSecret } from "../prompt.ts";
import { environmentSecret, readSecret } from "../values.ts";

interface PassphraseOptions {
  passphraseFile?: string;
  passphraseStdin?: boolean;
}

interface AddOptions extends PassphraseOptions {
  label?: string;
}

const takesPassphrase = (command: Command): Command =>
  command
    .option("--passphrase-file <file>", "passphrase from a file")
    .option("--passphrase-stdin", "passphrase from standard input");

/** A passphrase that options name, or null. */
const givenPassphrase = async (cli: Cli, options: PassphraseOptions): Promise<string | null> => {
  if (options.passphraseFile !== undefined && options.passphraseStdin) {
    throw usage("Give --passphrase-file or --passphrase-stdin, not both.");
  }
  if (options.passphraseStdin) return readSecret(cli.io, "-");
  return options.passphraseFile === undefined ? null : readSecret(cli.io, options.passphraseFile);
};

const mayAsk = (cli: Cli): void => {
  if (!isInteractive(cli.io)) {
    throw usage(
      "There is no terminal to ask on. Give --passphrase-file or --passphrase-stdin, or set VAULT_PASSPHRASE_FILE.",
    );
  }
};

const askNewPassphrase = async (cli: Cli): Promise<string> => {
  mayAsk(cli);
  const first = await askSecret(cli.io, "New passphrase: ");
  const second = await askSecret(cli.io, "The same again: ");
  if (first === second) return first;
  throw new GatewayError("validation_failed", { detail: "The two passphrases differ." });
};

const environmentPassphrase = (cli: Cli): Promise<string | undefined> =>
  environmentSecret(cli.io, "VAULT_PASSPHRASE");

const STATE_WORDS = { missing: "none yet", locked: "locked", open: "open" } as const;

const vaultText = (status: VaultStatus): string => {
  const head = facts([
    ["Vault", STATE_WORDS[status.state]],
    ["Secrets", String(status.secrets)],
    ["Next", status.wayOut],
  ]);
  if (status.slots.length === 0) return head;
  const slots = table(
    ["KEY", "OPENS WITH", "LABEL", "ADDED"],
    status.slots.map((slot) => [slot.id, slot.provider, slot.label, dateTime(slot.createdAt)]),
  );
  return `${head}\n\n${slots}`;
};

const init = async (cli: Cli, options: PassphraseOptions): Outcome => {
  const passphrase =
    (await givenPassphrase(cli, options)) ??
    (await environmentPassphrase(cli)) ??
    (await askNewPassphrase(cli));
  await cli.use(async (api) => {
    const status = await api.vault.init({ passphrase });
    cli.answer(status, "The vault is ready. Without its passphrase its secrets cannot be read.");
  });
};

const unlock = async (cli: Cli, options: PassphraseOptions): Outcome => {
  let passphrase = (await givenPassphrase(cli, options)) ?? (await environmentPassphrase(cli));
  if (passphrase === undefined) {
    mayAsk(cli);
    passphrase = await askSecret(cli.io, "Passphrase: ");
  }
  const known = passphrase;
  await cli.use(async (api, { running }) => {
    const status = await api.vault.unlock({ passphrase: known });
    cli.answer(
      status,
      running
        ? "The vault is open until the gateway stops."
        : "The passphrase opens the vault. It is closed again, since no gateway is running; start one with VAULT_PASSPHRASE_FILE set.",
    );
  });
};

/** Opens the vault with the passphrase it has, asking for it where the environment has none. */
const openFirst = async (cli: Cli, api: Api): Promise<void> => {
  const { state } = await api.vault.status();
  if (state === "missing") throw new GatewayError("vault_missing");
  if (state === "open") return;
  if (!isInteractive(cli.io)) throw new GatewayError("vault_locked", { what: "this directory" });
  await api.vault.unlock({ passphrase: await askSecret(cli.io, "Present passphrase: ") });
};

const addPassphrase = (cli: Cli, options: AddOptions): Outcome =>
  cli.use(async (api) => {
    const given = await givenPassphrase(cli, options);
    await openFirst(cli, api);
    const passphrase = given ?? (await askNewPassphrase(cli));
    const status = await api.vault.addPassphrase({ passphrase, label: options.label });
    cli.answer(status, `${plural(status.slots.length, "key opens", "keys open")} the vault now.`);
  });

const removeSlot = (cli: Cli, wanted: string): Outcome =>
  cli.use(async (api) => {
    const { slots } = await api.vault.status();
    const labelled = slots.filter((slot) => slot.label === wanted);
    const [only] = labelled;
    const slot = labelled.length === 1 && only !== undefined ? only.id : wanted;
    const status = await api.vault.removeSlot({ slot });
    cli.answer(status, `“${wanted}” no longer opens the vault.`);
  });

export const addVaultCommands = (program: Command, act: Act): void => {
  const vault = program
    .command("vault")
    .description("where secrets are kept; a passphrase is never an argument");

  vault
    .command("status")
    .description("whether it is open, and which keys open it")
    .action(
      act((cli) =>
        cli.use(async (api) => {
          const status = await api.vault.status();
          cli.answer(status, vaultText(status));
        }),
      ),
    );

  takesPassphrase(
    vault.command("init").description("make the vault, opened by a passphrase"),
  ).action(act(init));

  takesPassphrase(
    vault.command("unlock").description("open the vault of the running gateway"),
  ).action(act(unlock));

  takesPassphrase(
    vault.command("add-passphrase").description("let a second passphrase open the vault"),
  )
    .option("--label <text>", "what to call it")
    .action(act(addPassphrase));

  vault
    .command("remove-slot <key>")
    .description("take a key away, by its id or label")
    .action(act(removeSlot));
};
