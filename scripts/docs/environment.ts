import { VARIABLES, type Variable } from "@local-mcp/gateway";
import { writeOrCheck } from "./write-or-check.ts";

const row = ({ name, purpose, default: fallback, secret, inEnvFile }: Variable): string => {
  const names = secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
  const value = fallback === null ? "" : `\`${fallback}\``;
  return `| ${names} | ${purpose} | ${value} | ${inEnvFile ? "yes" : "no"} |`;
};

writeOrCheck(
  "docs/configuration/environment-variables.md",
  `# Environment variables

Written from \`packages/gateway/src/configuration/variables.ts\` by \`npm run docs\`.

A setting is taken from the first of these that has it: arguments of the command, the environment, the file \`.env\`, stored settings, its default. \`local-mcp-gateway doctor\` shows which one won.

\`.env\` is read from the data directory, or it is the file named by \`--config-env\`. The \`.env\` of the directory a command happens to run in is never read. A variable that would move the data has no effect in \`.env\`, since the file is found beside the data.

Where a secret may be given, \`NAME_FILE\` may name a file that holds it; a newline at its end is left off. That is how secret managers and container platforms hand secrets over.

| variable | what it does | default | read from \`.env\` |
|---|---|---|---|
${Object.values(VARIABLES).map(row).join("\n")}
`,
);
