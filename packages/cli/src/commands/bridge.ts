import type { Command } from "commander";
import { runBridge } from "../bridge/bridge.ts";
import type { Access } from "../bridge/endpoint.ts";
import type { Act, Cli, Outcome } from "../cli.ts";
import { findRunning, httpConnection } from "../connect.ts";
import { environmentSecret, readSecret } from "../values.ts";

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
  const open = async (): Promise<Access | null> => {
    const running = await findRunning(io, cli.options, token);
    if (running === null || token !== undefined) return running;
    const connection = httpConnection(running.url, running.token);
    try {
      const made = await connection.api.tokens.createTemporary({ profile });
      return { url: running.url, token: made.token };
    } finally {
      await connection.close();
    }
  };
  await runBridge({
    input: io.stdin,
    output: io.stdout,
    profile,
    open,
    note: (text) => cli.note(text),
    signal: io.signal,
  });
};

export const addBridgeCommand = (program: Command, act: Act): void => {
  program
    .command("bridge")
    .description("serve a profile on standard input and output, for clients that start commands")
    .requiredOption("--profile <slug>", "profile")
    .option("--token-file <file>", "token to use (LOCAL_MCP_TOKEN, or one made for this bridge)")
    .action(act(bridge));
};
