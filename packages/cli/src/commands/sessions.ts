import type { SessionMessage } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { oneLine } from "../output.ts";
import { migrate, storeType } from "./sessions-migrate.ts";
import {
  cleanedText,
  messageTexts,
  sessionTable,
  sessionText,
  storeText,
} from "./sessions-views.ts";

/** Messages that are asked for at once. */
const PAGE = 1000;

const list = (cli: Cli): Outcome =>
  cli.use(async (api) => {
    const seen = await api.sessions.list({});
    cli.answer(seen, sessionTable(seen, cli.width));
    cli.hint(storeText(seen.store));
  });

const show = (cli: Cli, id: string, { messages }: { messages?: boolean }): Outcome =>
  cli.use(async (api) => {
    const session = await api.sessions.get({ session: id });
    if (messages !== true) return cli.answer(session, sessionText(session));
    const sent = await allMessages(api, session.id);
    const text = sent.length === 0 ? await whyNone(api) : messageTexts(sent);
    cli.answer({ ...session, messages: sent }, `${sessionText(session)}\n\n${text}`);
  });

const remove = (cli: Cli, id: string): Outcome =>
  cli.use(async (api) => {
    const { id: session } = await api.sessions.get({ session: id });
    const removed = await api.sessions.remove({ session });
    cli.answer(removed, `“${oneLine(removed.client)}” was disconnected.`);
    cli.hint("It may open another session.");
  });

const cleanup = (cli: Cli, { messages = false }: { messages?: boolean }): Outcome =>
  cli.use(async (api) => {
    const cleaned = await api.sessions.cleanup({ messages });
    cli.answer(cleaned, cleanedText(cleaned));
  });

async function allMessages(api: Api, session: string): Promise<SessionMessage[]> {
  const all: SessionMessage[] = [];
  for (;;) {
    const after = all.at(-1)?.id ?? 0;
    const page = await api.sessions.messages({ session, after, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

const whyNone = async (api: Api): Promise<string> =>
  (await api.sessions.list({})).store.keepsMessages
    ? "No message is kept of it."
    : "Messages are kept only where the database was chosen for sessions: CACHE_TYPE=database.";

export const addSessionCommands = (program: Command, act: Act): void => {
  const sessions = program
    .command("sessions")
    .description("sessions of clients, and where they are kept");

  sessions.command("list").description("who has a session, the last seen first").action(act(list));

  sessions
    .command("show <id>")
    .description("one session, by its id or what no other id begins with")
    .option("--messages", "also what was sent to its client")
    .action(act(show));

  sessions
    .command("remove <id>")
    .description("disconnect its client, which may open another session")
    .action(act(remove));

  sessions
    .command("migrate")
    .description("copy sessions from one store to another, each where the environment says")
    .requiredOption("--from <type>", "file, sqlite, redis or postgres", storeType("--from"))
    .requiredOption("--to <type>", "the same", storeType("--to"))
    .option("--overwrite", "replace those that are there and are others")
    .action(act(migrate));

  sessions
    .command("cleanup")
    .description("remove what has expired")
    .option("--messages", "and all kept messages of all sessions")
    .action(act(cleanup));
};
