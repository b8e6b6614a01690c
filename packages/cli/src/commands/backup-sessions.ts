import { resolve } from "node:path";
import type { Cli, Outcome } from "../cli.ts";
import { optionsHere } from "../connect.ts";
import { checkReadable, newFile as writeNewFile } from "../files.ts";
import { loadGateway } from "../load-gateway.ts";
import { bytes, oneLine } from "../output.ts";
import { newFile } from "./backup-files.ts";
import { agree } from "./backup-restore.ts";

/** Saves the sessions of a PostgreSQL store, which gateways may use meanwhile. */
export const dumpSessions = async (cli: Cli, wanted: string): Outcome => {
  const path = newFile(cli, wanted);
  const here = optionsHere(cli.io, cli.options, cli.redactor);
  const { dumpSessionStore } = await loadGateway(cli.options, cli.io.env);
  const { store, size } = await writeNewFile(path, async (file) => {
    const store = await dumpSessionStore(here, file.fd, cli.io.signal);
    return { store, size: (await file.stat()).size };
  });
  cli.answer(
    { store, file: path, bytes: size },
    `Saved the sessions of PostgreSQL at ${oneLine(store)}: ${path}, ${bytes(size)}.`,
  );
  cli.hint("What is secret in them opens with the key of this gateway only. Back that up too.");
};

/** Replaces all sessions of a PostgreSQL store, which no gateway may use meanwhile. */
export const restoreSessions = async (
  cli: Cli,
  wanted: string,
  { yes = false }: { yes?: boolean },
): Outcome => {
  const path = resolve(cli.io.cwd, wanted);
  await checkReadable(path);
  if (!yes) await agree(cli, "Replace all sessions in PostgreSQL by those of this file?");
  const here = optionsHere(cli.io, cli.options, cli.redactor);
  const { restoreSessionStore } = await loadGateway(cli.options, cli.io.env);
  const store = await restoreSessionStore(here, path, cli.io.signal);
  cli.answer(
    { store, file: path },
    `The sessions of PostgreSQL at ${oneLine(store)} are those of ${path}.`,
  );
};
