import { EXIT_CODES } from "@local-mcp/contract";
import { VARIABLES, type Variable } from "@local-mcp/gateway";
import { type Command, operands, program, sentence, shownCommands } from "./program.ts";
import { writeOrCheck } from "./write-or-check.ts";

/** Signs that roff would take for its own, or print as another one. */
const SIGNS: Record<string, string> = { "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga" };

/** Text as a page of the manual has it; a dot at the start of a line would be a request. */
const plain = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\\\-'`]/g, (sign) => SIGNS[sign] ?? sign)
    .replace(/^\./, "\\&.");

const bold = (text: string): string => `\\fB${plain(text)}\\fR`;

/** What `<…>` and `[…]` stand for is set apart from what is typed as it stands. */
const flags = (text: string): string =>
  text
    .split(/(<[^>]*>|\[[^\]]*\])/)
    .map((part) => (/^[<[]/.test(part) ? `\\fI${plain(part)}\\fR` : part && bold(part)))
    .join("");

const item = (head: string, text: string): string => `.TP\n${head}\n${text}`;

const options = (command: Command): string[] =>
  command.options.map((option) => item(flags(option.flags), plain(sentence(option.description))));

const page = (command: Command, path: string): string[] => [
  `.SS ${plain(path)}`,
  [bold(path), ...operands(command).map((word) => flags(word))].join(" "),
  ".PP",
  plain(sentence(command.description())),
  ...options(command),
];

const chapter = (command: Command): string[] => {
  const below = shownCommands(command);
  const name = command.name();
  if (below.length === 0) return page(command, name);
  return below.flatMap((one) => page(one, `${name} ${one.name()}`));
};

const variable = ({ name, purpose, secret }: Variable): string =>
  item(secret ? `${bold(name)}, ${bold(`${name}_FILE`)}` : bold(name), plain(purpose));

writeOrCheck(
  "docs/man/local-mcp-gateway.1",
  `${[
    '.\\" Written from the command tree of packages/cli by npm run docs.',
    '.TH LOCAL\\-MCP\\-GATEWAY 1 "" "Local MCP Gateway" "User Commands"',
    ".SH NAME",
    `local\\-mcp\\-gateway, mcpgateway \\- ${plain(program.description().replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    `.B local\\-mcp\\-gateway\n${flags("[options] <command>")}`,
    ".SH OPTIONS",
    "Every command takes these.",
    ...options(program),
    ".SH COMMANDS",
    "A command speaks to the gateway that runs on its data directory, or does its work there by itself.",
    ...shownCommands(program).flatMap(chapter),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT_CODES).map(([code, meaning]) =>
      item(bold(code), plain(sentence(meaning))),
    ),
    ".SH ENVIRONMENT",
    ...Object.values(VARIABLES).map(variable),
    ".SH FILES",
    item(
      "\\fI~/.local\\-mcp\\-gateway\\-data\\fR",
      "The data directory, where nothing else is said: the database, the settings of\n.IR .env ,\nlogs and backups.",
    ),
    ".SH EXAMPLES",
    ...[
      [
        "A server, a profile that has it, and a gateway",
        "local-mcp-gateway servers add files -- npx -y PACKAGE ~/notes",
        "local-mcp-gateway profiles create work --servers files",
        "local-mcp-gateway serve",
      ],
      ["Completion in this shell", "source <(local-mcp-gateway completion bash)"],
    ].flatMap(([what = "", ...lines]) => [item(plain(what), lines.map(plain).join("\n.br\n"))]),
  ].join("\n")}\n`,
);
