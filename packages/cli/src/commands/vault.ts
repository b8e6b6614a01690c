import { FORGET_SECRETS, GatewayError } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { usage } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { plural } from "../output.ts";
import { askText } from "../prompt.ts";
import { newSecretFile } from "../values.ts";
import {
  askKey,
  askNewPassphrase,
  environmentPassphrase,
  givenKey,
  givenPassphrase,
  type KeyOptions,
  keyId,
  mayAsk,
  openFirst,
  type PassphraseOptions,
  takesKey,
  takesPassphrase,
} from "./vault-keys.ts";
import { rotationText, vaultText } from "./vault-views.ts";

/** ms between two looks at how far a rotation is. */
const LOOK_MS = 250;

const status = (cli: Cli): Outcome =>
  cli.use(async (api) => {
    const now = await api.vault.status();
    cli.answer(now, vaultText(now));
  });

const init = async (cli: Cli, options: PassphraseOptions): Outcome => {
  const passphrase =
    (await givenPassphrase(cli, options)) ??
    (await environmentPassphrase(cli)) ??
    (await askNewPassphrase(cli));
  await cli.use(async (api) => {
    const now = await api.vault.init({ passphrase });
    cli.answer(now, "The vault is ready. Without its passphrase its secrets cannot be read.");
    cli.hint(`A second key, for paper: ${cli.command("vault add-recovery-key")}`);
  });
};

const unlock = async (cli: Cli, options: KeyOptions): Outcome => {
  const given = await givenKey(cli, options);
  if (given === null) mayAsk(cli);
  await cli.use(async (api, { running }) => {
    const key = given ?? (await askKey(cli, await api.vault.status()));
    const now = await api.vault.unlock(key);
    const what = "passphrase" in key ? "passphrase" : "recovery key";
    const later =
      "passphrase" in key
        ? "start one with VAULT_PASSPHRASE_FILE set"
        : `add a passphrase with ${cli.command("vault add-passphrase")}`;
    cli.answer(
      now,
      running
        ? "The vault is open until the gateway stops."
        : `The ${what} opens the vault. It is closed again, since no gateway is running; ${later}.`,
    );
  });
};

const addPassphrase = (cli: Cli, options: PassphraseOptions & { label?: string }): Outcome =>
  cli.use(async (api) => {
    const given = await givenPassphrase(cli, options);
    await openFirst(cli, api);
    const passphrase = given ?? (await askNewPassphrase(cli));
    const now = await api.vault.addPassphrase({ passphrase, label: options.label });
    cli.answer(now, `${plural(now.slots.length, "key opens", "keys open")} the vault now.`);
  });

const changePassphrase = (cli: Cli, wanted: string, options: PassphraseOptions): Outcome =>
  cli.use(async (api) => {
    const given = await givenPassphrase(cli, options);
    await openFirst(cli, api);
    const slot = await keyId(api, wanted);
    const passphrase = given ?? (await askNewPassphrase(cli));
    const now = await api.vault.changePassphrase({ slot, passphrase });
    cli.answer(now, `“${wanted}” is opened by the new passphrase, and no longer by the old one.`);
    hintRotate(cli, "the old passphrase");
  });

/** A copy of the directory, made while a key was in it, still opens with that key. */
const hintRotate = (cli: Cli, what: string): void =>
  cli.hint(
    `Where somebody may know ${what} and have a copy of this data, replace the data key too: ${cli.command("vault rotate")}`,
  );

const addRecoveryKey = async (cli: Cli, { output }: { output?: string }): Outcome => {
  const file = output === undefined ? null : newSecretFile(cli.io, output);
  try {
    await cli.use(async (api) => {
      await openFirst(cli, api);
      const made = await api.vault.addRecoveryKey({});
      if (file === null) cli.answer(made, made.recoveryKey);
      else {
        file.write(`${made.recoveryKey}\n`);
        cli.answer(made.status, `The recovery key is in ${file.path}.`);
      }
      cli.hint(
        "Print it or write it down, and keep it away from this computer: it opens the vault alone, and is not shown again.",
      );
    });
  } finally {
    file?.close();
  }
};

const addEnvironment = (cli: Cli): Outcome =>
  cli.use(async (api) => {
    await openFirst(cli, api);
    const now = await api.vault.addEnvironment({});
    cli.answer(now, "AUTH_ENCRYPTION_SECRET opens the vault from now on.");
  });

const removeSlot = (cli: Cli, wanted: string): Outcome =>
  cli.use(async (api) => {
    const now = await api.vault.removeSlot({ slot: await keyId(api, wanted) });
    cli.answer(now, `“${wanted}” no longer opens the vault.`);
    hintRotate(cli, "it");
  });

const rotate = (cli: Cli): Outcome =>
  cli.use(async (api) => {
    await openFirst(cli, api);
    const watch = watchRotation(cli, api);
    try {
      const now = await api.vault.rotate({});
      watch.end();
      const moved = plural(now.secrets, "secret has", "secrets have");
      cli.answer(now, `${moved} a new data key: ${now.key?.check ?? ""}. The same keys open it.`);
    } finally {
      watch.end();
    }
  });

/** Shows a person how far it is, in one line that is written over. */
const watchRotation = (cli: Cli, api: Api): { end: () => void } => {
  const { stderr } = cli.io;
  if (stderr.isTTY !== true || cli.json) return { end: () => {} };
  let shown = false;
  const look = async (): Promise<void> => {
    const { rotation } = await api.vault.status();
    if (rotation === null) return;
    shown = true;
    stderr.write(`\r${rotationText(rotation)}`);
  };
  const timer = setInterval(() => {
    // What is wrong with the gateway is said by the command that waits for it.
    look().catch(() => clearInterval(timer));
  }, LOOK_MS);
  return {
    end: () => {
      clearInterval(timer);
      if (shown) stderr.write("\n");
      shown = false;
    },
  };
};

const reset = async (cli: Cli, { yes = false }: { yes?: boolean }): Outcome => {
  if (!yes && !isInteractive(cli.io)) {
    throw usage("There is no terminal to ask on. With --yes every stored secret is forgotten.");
  }
  await cli.use(async (api) => {
    const { secrets } = await api.vault.status();
    if (!yes) {
      cli.note(
        `This forgets ${plural(secrets, "stored secret")} and every key of the vault, for good. Servers, profiles and tokens stay.`,
      );
      const typed = await askText(cli.io, `Type “${FORGET_SECRETS}” to go on: `);
      if (typed.trim() !== FORGET_SECRETS) throw new GatewayError("request_cancelled");
    }
    const now = await api.vault.reset({ confirm: FORGET_SECRETS });
    cli.answer(now, "The vault is empty. Make a new one, then enter the secrets again.");
  });
};

export const addVaultCommands = (program: Command, act: Act): void => {
  const vault = program
    .command("vault")
    .description("where secrets are kept; a passphrase is never an argument");

  vault
    .command("status")
    .description("whether it is open, and which keys open it")
    .action(act(status));

  takesPassphrase(
    vault.command("init").description("make the vault, opened by a passphrase"),
  ).action(act(init));

  takesKey(vault.command("unlock").description("open the vault of the running gateway")).action(
    act(unlock),
  );

  takesPassphrase(
    vault.command("add-passphrase").description("let a second passphrase open the vault"),
  )
    .option("--label <text>", "what to call it")
    .action(act(addPassphrase));

  takesPassphrase(
    vault
      .command("change-passphrase <key>")
      .description("another passphrase in the place of one, which is named by its id or label"),
  ).action(act(changePassphrase));

  vault
    .command("add-recovery-key")
    .description("make a key for paper, which opens the vault alone; it is printed once")
    .option("--output <file>", "write it to a new file that only you can read")
    .action(act(addRecoveryKey));

  vault
    .command("add-environment")
    .description("let the AUTH_ENCRYPTION_SECRET that the gateway was started with open the vault")
    .action(act(addEnvironment));

  vault
    .command("remove-slot <key>")
    .description("take a key away, by its id or label")
    .action(act(removeSlot));

  vault
    .command("rotate")
    .description("give every secret a new data key, which the same keys open")
    .action(act(rotate));

  vault
    .command("reset")
    .description("forget every secret and every key, where none opens the vault any more")
    .option("--yes", "do not ask")
    .action(act(reset));
};
