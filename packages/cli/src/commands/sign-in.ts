import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError, type SignInProgress, type SignInStarted } from "@local-mcp/contract";
import type { Command } from "commander";
import { hasBrowser, openPage } from "../browser.ts";
import { type Act, type Cli, type Outcome, unlessAborted } from "../cli.ts";
import type { Api } from "../connect.ts";
import { errorOf, toGatewayError } from "../errors.ts";
import { repeated, words } from "../forms.ts";
import { isInteractive } from "../io.ts";
import { plural } from "../output.ts";
import { trouble } from "./server-views.ts";
import { notGrantedText, signedInText, signedOutText, startedText } from "./sign-in-views.ts";

interface SignInOptions {
  browser: boolean;
  device?: boolean;
  scope?: string[];
}

/** A sign-in that has begun, as the API names it. */
interface UnderWay {
  server: string;
  signIn: string;
}

const PASTE = "If the browser runs on another computer, paste the address it ends up at: ";

/** Asks until it is over; each answer comes after a while at the latest. */
const over = async (cli: Cli, api: Api, underWay: UnderWay): Promise<SignInProgress> => {
  for (;;) {
    const progress = await api.signIn.wait(underWay);
    if (progress.state !== "waiting" || cli.io.signal.aborted) return progress;
  }
};

/** Hands in an address; null where it did not end the sign-in, which has been said then. */
const handIn = async (
  cli: Cli,
  api: Api,
  underWay: UnderWay,
  address: string,
): Promise<SignInProgress | null> => {
  try {
    const progress = await api.signIn.finish({ ...underWay, address });
    if (progress.state !== "waiting") return progress;
    if (progress.problem !== null) cli.note(progress.problem.message);
  } catch (error) {
    const known = toGatewayError(error);
    // More text than an address ever has.
    if (known.code !== "validation_failed") throw error;
    cli.note(known.message);
  }
  return null;
};

/** Resolves when a pasted address has ended the sign-in; the end of the input ends nothing. */
const pasted = async (
  reader: Interface,
  take: (address: string) => Promise<SignInProgress | null>,
): Promise<SignInProgress> => {
  for await (const line of reader) {
    const progress = line.trim() === "" ? null : await take(line.trim());
    if (progress !== null) return progress;
    reader.prompt();
  }
  return new Promise<never>(() => {});
};

/** Waits for the browser to come back, or for its address to be pasted. */
const overOrPasted = async (cli: Cli, api: Api, underWay: UnderWay): Promise<SignInProgress> => {
  const { io } = cli;
  const terminal = isInteractive(io);
  // In a terminal's own line mode a line has an end, which addresses are longer than.
  const output = terminal ? io.stderr : undefined;
  const reader = createInterface({ input: io.stdin, output, terminal, historySize: 0 });
  const interrupted = new AbortController();
  reader.once("SIGINT", () => interrupted.abort());
  reader.setPrompt(PASTE);
  let asks = terminal;
  const take = async (address: string): Promise<SignInProgress | null> => {
    asks = false;
    const progress = await handIn(cli, api, underWay, address);
    asks = terminal && progress === null;
    return progress;
  };
  if (terminal) reader.prompt();
  else cli.note(PASTE.trimEnd());
  try {
    return await unlessAborted(
      Promise.race([over(cli, api, underWay), pasted(reader, take)]),
      interrupted.signal,
    );
  } finally {
    if (asks) io.stderr.write("\n");
    reader.close();
  }
};

/** Says where to go, and opens it where that is wanted. */
const show = async (
  cli: Cli,
  name: string,
  started: SignInStarted,
  page: string,
  opens: boolean,
): Promise<void> => {
  cli.note(startedText(name, started, opens));
  const isOpen = opens && (await openPage(cli.io, page));
  const link = isOpen ? `If it does not open: ${page}` : page;
  cli.note(link);
  const minutes = Math.round((started.endsAt - Date.now()) / 60_000);
  cli.hint(`It waits for ${plural(minutes, "minute")}; Ctrl-C gives it up.`);
};

/** Goes on with a sign-in until it is over, and gives it up where that is interrupted. */
const accompany = async (
  cli: Cli,
  api: Api,
  underWay: UnderWay,
  wait: () => Promise<SignInProgress>,
): Promise<SignInProgress> => {
  try {
    if (cli.io.signal.aborted) throw new GatewayError("request_cancelled");
    return await unlessAborted(wait(), cli.io.signal);
  } catch (error) {
    // Where it is over already, or the gateway has gone, there is nothing left to give up.
    await api.signIn.cancel(underWay).catch(() => {});
    throw error;
  }
};

const signIn = async (cli: Cli, name: string, options: SignInOptions): Outcome => {
  const way = options.device === true ? "device" : "browser";
  const scopes = options.scope?.flatMap(words);
  await cli.use(
    async (api) => {
      const started = await api.signIn.start({ server: name, way, scopes });
      const { id, url } = started;
      // Where no person is needed it is over already.
      if (url !== null) {
        const underWay = { server: name, signIn: id };
        const { state, problem } = await accompany(cli, api, underWay, async () => {
          const opens = way === "browser" && options.browser && hasBrowser(cli.io);
          await show(cli, name, started, url, opens);
          return way === "browser" ? overOrPasted(cli, api, underWay) : over(cli, api, underWay);
        });
        if (problem !== null) throw errorOf(problem);
        if (state !== "done") throw new GatewayError("request_cancelled");
      }
      const { status } = await api.servers.get({ server: name });
      cli.answer({ server: name, signIn: status.signIn }, signedInText(name, status));
      const missing = notGrantedText(scopes ?? [], status.signIn?.scopes ?? []);
      if (missing !== null) cli.note(missing);
    },
    { endsItself: true },
  );
};

const signOut = (cli: Cli, name: string): Outcome =>
  cli.use(async (api) => {
    const { revoked, status } = await api.signIn.remove({ server: name });
    cli.answer({ server: name, revoked, signIn: status }, signedOutText(name, revoked));
    const { config } = await api.servers.get({ server: name });
    if (config.transport !== "stdio" && config.signIn.kind === "client_credentials") {
      const command = cli.command(`servers edit ${name} --sign-in off`);
      cli.hint(
        `The gateway signs in again by itself when the server asks; to have it not: ${command}`,
      );
    }
  });

/** How long a server at a new address is looked at, ms. */
const LOOK_MS = 2000;
const POLL_MS = 100;

/** Points out what a server that is at a new address needs for a sign-in, once the gateway knows. */
export const hintSignIn = async (cli: Cli, api: Api, server: string): Promise<void> => {
  const giveUpAt = performance.now() + LOOK_MS;
  for (;;) {
    const { status } = await api.servers.get({ server });
    if (status.state === "needs_sign_in") {
      const isForPerson = status.action?.code === "sign_in";
      const way = cli.command(`servers signin ${server}`);
      const what = isForPerson ? `It asks for a sign-in: ${way}` : trouble(status);
      if (what !== null) cli.hint(what);
    }
    if (status.state !== "starting" || performance.now() >= giveUpAt) return;
    await sleep(POLL_MS);
  }
};

export const addSignInCommands = (servers: Command, act: Act): void => {
  servers
    .command("signin <name>")
    .description("sign in to a server that asks for it, in a browser")
    .option("--no-browser", "only print the page; also where there is no screen")
    .option("--device", "print a page and a code to type there, on any device")
    .option("--scope <scope>", "ask for this as well (once for each)", repeated)
    .action(act(signIn));

  servers
    .command("signout <name>")
    .description("forget the access to a server, and have it revoked")
    .action(act(signOut));
};
