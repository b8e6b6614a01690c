import type { Argument, Command, Option } from "commander";

/**
 * What may follow, as one word: `-` nothing, `=a,b` one of these, `servers`, `profiles`, `file`, or
 * `?` for what nobody can know.
 */
type Follows = string;

/** One line of the tree that a shell looks things up in. */
interface Entry {
  /** The words of the command that it belongs to, in one; empty at the root. */
  path: string;
  kind: "command" | "option" | "argument";
  /** What is typed; empty for an argument. */
  word: string;
  follows: Follows;
  about: string;
}

/** Commands that make what they name: there is nothing to choose from. */
const MAKERS: readonly string[] = ["add", "create"];

const choicesOf = (reader: unknown): readonly string[] | null =>
  typeof reader === "function" && "choices" in reader && Array.isArray(reader.choices)
    ? reader.choices
    : null;

/** What a value is, by the name that the help has for it. */
const valueOf = (name: string, owner: string, isNew: boolean): Follows => {
  if (/file$|^dir$/.test(name)) return "file";
  if (isNew) return "?";
  if (name === "slug" || name === "profile") return "profiles";
  const isServer = name === "server" || (/^names?$/.test(name) && owner === "servers");
  return isServer ? "servers" : "?";
};

const followsOption = (option: Option): Follows => {
  if (!option.required && !option.optional) return "-";
  const choices = choicesOf(option.parseArg);
  if (choices !== null) return `=${choices.join(",")}`;
  const name = option.flags.replace(/^.*[<[](.*?)(\.\.\.)?[\]>]$/, "$1");
  if (/^--servers?\b/.test(option.long ?? "")) return "servers";
  return valueOf(name, "", option.long === "--slug");
};

const followsArgument = (argument: Argument, path: readonly string[]): Follows => {
  const choices = choicesOf(argument.parseArg) ?? argument.argChoices;
  if (choices !== undefined) return `=${choices.join(",")}`;
  const verb = path.at(-1) ?? "";
  const owner = verb.endsWith("-server") ? "servers" : (path[0] ?? "");
  return valueOf(argument.name(), owner, MAKERS.includes(verb));
};

const optionsOf = (command: Command, path: string): Entry[] =>
  command.options
    .filter((option) => !option.hidden)
    .map((option) => ({
      path,
      kind: "option",
      word: option.long ?? option.flags,
      follows: followsOption(option),
      about: option.description,
    }));

/** Everything that can be typed, from the command tree itself, so that the two cannot differ. */
export const entriesOf = (command: Command, path: readonly string[] = []): Entry[] => {
  const here = path.join(" ");
  const visible = command.createHelp().visibleCommands(command);
  const shown = command.commands.filter((one) => visible.includes(one));
  return [
    ...optionsOf(command, here),
    ...command.registeredArguments.map((argument): Entry => {
      const follows = followsArgument(argument, path);
      const about = argument.variadic ? "..." : "";
      return { path: here, kind: "argument", word: "", follows, about };
    }),
    ...shown.flatMap((one) => {
      const below = [...path, one.name()];
      const word = (name: string): Entry => ({
        path: here,
        kind: "command",
        word: name,
        follows: below.join(" "),
        about: one.summary() || one.description(),
      });
      return [...[one.name(), ...one.aliases()].map(word), ...entriesOf(one, below)];
    }),
  ];
};

/** The tree as lines of fields between tabs. No quote or backslash is in it: each shell has its own. */
export const asLines = (entries: readonly Entry[]): string =>
  entries
    .map(({ path, kind, word, follows, about }) =>
      [path, kind, word, follows, about.replaceAll("'", "’").replaceAll("\\", "/")]
        .map((field) => field.replace(/\s+/g, " "))
        .join("\t"),
    )
    .join("\n");
