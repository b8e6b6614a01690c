import { existsSync } from "node:fs";
import { resolvePaths } from "@local-mcp/gateway";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { completionScript, type Shell, SHELLS } from "../completion/scripts.ts";
import { type Api, connect, remoteUrl } from "../connect.ts";
import { oneOf } from "../forms.ts";

const script = async (cli: Cli, shell: Shell): Outcome => {
  const { buildProgram } = await import("../program.ts");
  const text = completionScript(shell, await buildProgram(cli.io, () => {}, cli.redactor));
  cli.answer({ shell, script: text }, text);
};

const NAMES = {
  servers: async (api: Api) => (await api.servers.list()).map(({ name }) => name),
  profiles: async (api: Api) => (await api.profiles.list()).map(({ slug }) => slug),
};
const KINDS = ["servers", "profiles"] as const;

/** Names of the gateway that is meant, where there is one or its data are: a key makes nothing new. */
const names = async (cli: Cli, kind: (typeof KINDS)[number]): Outcome => {
  const { io, options, redactor } = cli;
  try {
    const { database } = resolvePaths({ dataDir: options.dataDir, env: io.env });
    if (remoteUrl(options, io.env) === null && !existsSync(database)) return;
    const connection = await connect(io, options, { patienceMs: 0, redactor });
    try {
      const found = await NAMES[kind](connection.api);
      if (found.length > 0) cli.answer(found, found.join("\n"));
    } finally {
      await connection.close();
    }
  } catch {
    // Whoever presses a key in the middle of a line wants to read no error.
  }
};

const HOW = `
For this shell, now:
  bash  source <(local-mcp-gateway completion bash)
  zsh   source <(local-mcp-gateway completion zsh)
  fish  local-mcp-gateway completion fish | source

For every shell from now on:
  bash  local-mcp-gateway completion bash > ~/.local/share/bash-completion/completions/local-mcp-gateway
  zsh   local-mcp-gateway completion zsh > FOLDER/_local_mcp_gateway, where FOLDER is in $fpath
  fish  local-mcp-gateway completion fish > ~/.config/fish/completions/local-mcp-gateway.fish
`;

export const addCompletionCommands = (program: Command, act: Act): void => {
  const completion = program
    .command("completion")
    .description("what a shell reads to complete commands, options and names")
    .addHelpText("after", HOW);

  for (const shell of SHELLS) {
    completion
      .command(shell)
      .description(`the script for ${shell}`)
      .action(act((cli) => script(cli, shell)));
  }

  completion
    .command("names", { hidden: true })
    .argument("<kind>", "what the names are of", oneOf("KIND", KINDS))
    .action(act(names));
};
