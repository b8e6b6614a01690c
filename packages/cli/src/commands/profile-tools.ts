import { type CapabilityView, type Customization, GatewayError } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { pair, repeated, usage } from "../forms.ts";
import { table } from "../output.ts";

interface ToolsOptions {
  enable?: string[];
  disable?: string[];
  rename?: string[];
  describe?: string[];
  reset?: string[];
}

/** A tool by the name clients see, by its server's name for it, or as SERVER:NAME. */
export const findTool = (tools: readonly CapabilityView[], name: string): CapabilityView => {
  const seen = tools.find((tool) => tool.name === name);
  if (seen !== undefined) return seen;
  const own = tools.filter(
    (tool) => tool.original === name || `${tool.server}:${tool.original}` === name,
  );
  const [only] = own;
  if (only === undefined) throw new GatewayError("tool_not_found", { tool: name });
  if (own.length === 1) return only;
  const names = own.map((tool) => `${tool.server}:${tool.original}`).join(", ");
  throw usage(`“${name}” is the name of several tools: ${names}.`);
};

/** The changes that the options ask for, one for each tool. */
const customizations = (
  tools: readonly CapabilityView[],
  options: ToolsOptions,
): Customization[] => {
  const changes = new Map<CapabilityView, Customization>();
  const change = (name: string, what: Partial<Customization>): void => {
    const tool = findTool(tools, name);
    const { kind, server, original } = tool;
    changes.set(tool, { kind, server, original, ...changes.get(tool), ...what });
  };
  for (const name of options.reset ?? []) {
    change(name, { enabled: true, name: null, description: null });
  }
  for (const name of options.enable ?? []) change(name, { enabled: true });
  for (const name of options.disable ?? []) change(name, { enabled: false });
  for (const given of options.rename ?? []) {
    const [old, name] = pair("--rename", given);
    change(old, { name });
  }
  for (const given of options.describe ?? []) {
    const [name, description] = pair("--describe", given);
    change(name, { description });
  }
  return [...changes.values()];
};

const RENAMED = {
  by_you: "renamed by you",
  collision: "renamed, another server has the name too",
  too_long: "shortened",
  policy: "with its server's name",
} as const;

const noteOf = (tool: CapabilityView): string =>
  [
    ...(tool.renamed === null ? [] : [`${RENAMED[tool.renamed]} (“${tool.original}”)`]),
    ...(tool.describedByYou ? ["described by you"] : []),
  ].join(", ");

const toolTable = (cli: Cli, tools: readonly CapabilityView[]): string =>
  tools.length === 0
    ? "This profile has no tools."
    : table(
        ["NAME", "STATE", "SERVER", "NOTE"],
        tools.map((tool) => [tool.name, tool.enabled ? "on" : "off", tool.server, noteOf(tool)]),
        cli.width,
      );

const tools = (cli: Cli, slug: string, options: ToolsOptions): Outcome =>
  cli.use(async (api) => {
    const found = await api.profiles.capabilities({ profile: slug, kind: "tool" });
    const changes = customizations(found, options);
    const shown =
      changes.length === 0
        ? found
        : (await api.profiles.customize({ profile: slug, changes })).filter(
            (capability) => capability.kind === "tool",
          );
    cli.answer(shown, toolTable(cli, shown));
  });

export const addProfileToolsCommand = (profiles: Command, act: Act): void => {
  profiles
    .command("tools <slug>")
    .description("list the tools of a profile, or turn them on and off, rename and describe them")
    .option("--enable <tool>", "show a tool", repeated)
    .option("--disable <tool>", "hide a tool", repeated)
    .option("--rename <OLD=NEW>", "give a tool another name", repeated)
    .option("--describe <TOOL=TEXT>", "give a tool another description", repeated)
    .option("--reset <tool>", "show a tool as its server does", repeated)
    .action(act(tools));
};
