import type { Command } from "commander";
import { runBridge } from "../bridge/bridge.ts";
import type { Access } from "../bridge/endpoint.ts";
import type { Act, Cli, Outcome } from "../cli.ts";
import { findRunning, httpConnection, type Running } from "../connect.ts";
import { environmentSecret, readSecret } from "../values.ts";

/** How long the end may wait for a gateway that does not answer, ms. */
const FAREWELL_MS = 1000;

interface BridgeOptions {
  profile: string;
  tokenFile?: string;
}

const bridge = async (cli: Cli, { profile, tokenFile }: BridgeOptions): Outcome => {
  const { io } = cli;
  const token =
    tokenFile === undefined
      ? await environmentSecret(io, "LOCAL_MCP_TOKEN")
      : await readSecret(io, tokenFile);
  if (token !== undefined) cli.redactor.know(token);
  /** Tokens made here; an earlier one may be used as long as the bridge runs. */
  const made: { at: Running; id: string }[] = [];
  const open = async (): Promise<Access | null> => {
    const running = await findRunning(io, cli.options, token);
    if (running === null) return null;
    if (token !== undefined) return { url: running.url, token };
    const connection = httpConnection(running);
    try {
      const { id, token: temporary } = await connection.api.tokens.createTemporary({ profile });
      made.push({ at: running, id });
      return { url: running.url, token: temporary };
    } finally {
      await connection.close();
    }
  };
  try {
    await runBridge({
      input: io.stdin,
      output: io.stdout,
      profile,
      open,
      note: (text) => cli.note(cli.redactor.text(text)),
      signal: io.signal,
    });
  } finally {
    await Promise.all(made.map(release));
  }
};

/** The gateway forgets the token. One that cannot be reached any more does so by itself. */
const release = async ({ at, id }: { at: Running; id: string }): Promise<void> => {
  const connection = httpConnection(at);
  const patience = setTimeout(() => void connection.close(), FAREWELL_MS);
  await connection.api.tokens.revoke({ token: id }).catch(() => {});
  clearTimeout(patience);
  await connection.close();
};

export const addBridgeCommand = (program: Command, act: Act): void => {
  program
    .command("bridge")
    .description("serve a profile on standard input and output, for clients that start commands")
    .requiredOption("--profile <slug>", "profile")
    .option("--token-file <file>", "token to use (LOCAL_MCP_TOKEN, or one made for this bridge)")
    .action(act(bridge));
};
