import { PassThrough } from "node:stream";
import { buildProgram } from "@local-mcp/cli";

/** The whole command tree, of which nothing is run. */
export const program = await buildProgram(
  {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  },
  () => {},
);
export type Command = typeof program;

export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

/** What a person types after the words of a command. */
export const operands = (command: Command): string[] => {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...(command.options.length > 0 ? ["[options]"] : []), ...words];
};

/** The commands below one, without those that are for programs alone. */
export const shownCommands = (command: Command): readonly Command[] =>
  command.commands.filter((one) => command.createHelp().visibleCommands(command).includes(one));
