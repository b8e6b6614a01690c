import { tokenRight, type TokenRight, type TokenView } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { list, oneOf } from "../forms.ts";
import { dateTime, table } from "../output.ts";

interface CreateOptions {
  name: string;
  profile?: string;
  rights?: TokenRight[];
}

const rights = (text: string, before: TokenRight[] = []): TokenRight[] => [
  ...before,
  ...list(text).map(oneOf("--rights", tokenRight.options)),
];

const create = (cli: Cli, options: CreateOptions): Outcome =>
  cli.use(async (api) => {
    const token = await api.tokens.create(options);
    cli.answer(token, token.token);
    cli.hint("Copy this token now. It cannot be shown again.");
  });

const tokenTable = (cli: Cli, tokens: readonly TokenView[]): string =>
  tokens.length === 0
    ? `No tokens yet. Make one: ${cli.command("tokens create --name NAME")}`
    : table(
        ["ID", "NAME", "TOKEN", "PROFILE", "RIGHTS", "CREATED", "LAST USED"],
        tokens.map((token) => [
          token.id,
          token.name,
          token.hint,
          token.profile ?? "all",
          token.rights.join(","),
          dateTime(token.createdAt),
          token.lastUsedAt === null ? "never" : dateTime(token.lastUsedAt),
        ]),
        cli.width,
      );

const revoke = (cli: Cli, token: string): Outcome =>
  cli.use(async (api) => {
    cli.answer(await api.tokens.revoke({ token }), `“${token}” can no longer connect.`);
  });

export const addTokenCommands = (program: Command, act: Act): void => {
  const tokens = program.command("tokens").description("access tokens for clients and programs");

  tokens
    .command("create")
    .description("make a token; it is printed once")
    .requiredOption("--name <name>", "who will use it")
    .option("--profile <slug>", "the only profile it is valid for (all)")
    .option(
      "--rights <a,b>",
      "use: call profiles (the default), manage: change the configuration, processes: start servers",
      rights,
    )
    .action(act(create));

  tokens
    .command("list")
    .description("all tokens, without their values")
    .action(
      act((cli) =>
        cli.use(async (api) => {
          const all = await api.tokens.list();
          cli.answer(all, tokenTable(cli, all));
        }),
      ),
    );

  tokens
    .command("revoke <token>")
    .description("end a token, by its id or name")
    .action(act(revoke));
};
