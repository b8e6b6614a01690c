import { EXIT_CODES } from "@local-mcp/contract";
import { type Command, operands, program, sentence, shownCommands } from "./program.ts";
import { writeOrCheck } from "./write-or-check.ts";

const options = (command: Command): string =>
  command.options.map(({ flags, description }) => `- \`${flags}\`: ${description}`).join("\n");

const usage = (command: Command, path: string): string => [path, ...operands(command)].join(" ");

const page = (command: Command, path: string): string => {
  const parts = [`### ${path}`, `\`${usage(command, path)}\``, sentence(command.description())];
  return [...parts, options(command)].filter((part) => part !== "").join("\n\n");
};

const chapter = (command: Command): string => {
  const name = command.name();
  const alias = command.alias();
  const head = [
    `## ${name}`,
    sentence(command.description()),
    ...(alias === undefined ? [] : [`\`${alias}\` is the same.`]),
  ];
  const below = shownCommands(command);
  if (below.length === 0) {
    const all = [`\`${usage(command, name)}\``, options(command)].filter((part) => part !== "");
    return [...head, ...all].join("\n\n");
  }
  return [...head, ...below.map((one) => page(one, `${name} ${one.name()}`))].join("\n\n");
};

const exitCodes = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `- \`${code}\`: ${meaning}`)
  .join("\n");

writeOrCheck(
  "docs/cli.md",
  `# Command line

Written from the command tree of \`packages/cli\` by \`npm run docs\`.

The command is \`local-mcp-gateway\`; \`mcpgateway\` is the same. The sections below leave that word out.

## Every command

${options(program)}

**Which gateway.** A command speaks to the gateway that runs on its data directory, be it the app or \`serve\`, once that has proved that it knows the token in \`runtime.json\`. Where none runs, the command does its work by itself and holds the directory as long as that takes; another command waits up to five seconds for it. \`HOST\` and \`PORT\`, or \`--gateway\`, name a gateway on another machine: \`HOST\` counts as one only when it is no loopback name, and \`PORT\` 443 means https. \`MCPGATEWAY_BEARER_TOKEN\` is what is sent there, else \`BASIC_AUTH_USER\` and \`BASIC_AUTH_PASSWORD\`.

**Output.** What was asked for goes to standard output, everything else (warnings, hints, questions, errors) to standard error. With \`--json\` standard output holds one JSON document on one line, and an error is \`{"error":{"code","message","wayOut"}}\` on standard error. \`serve\` prints one line of JSON in any case: \`{"event":"ready","url","pid","dataDir"}\`.

**Secrets** come from the environment (\`--env NAME\`), from a file, from standard input or from a prompt that shows nothing. A literal one (\`--env NAME=VALUE\`) works, with a warning, since it stays in the shell's history. A passphrase is never an argument.

**Exit codes.**

${exitCodes}

\`servers import\` ends with 5 when some entries have errors and with 3 when all have. \`servers test\` ends with 1 when the server is not ready, \`tools call\` when the tool says that it failed, \`doctor\` when there is a problem. \`serve\` and \`bridge\` end with 0 when they are asked to stop; a second signal ends a command at once.

${program.commands.map(chapter).join("\n\n")}
`,
);
