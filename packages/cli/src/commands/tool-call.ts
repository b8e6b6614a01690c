import { type ExitCode, GatewayError } from "@local-mcp/contract";
import type { Command } from "commander";
import { z } from "zod";
import type { Act, Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { toGatewayError } from "../errors.ts";
import { pair, record, repeated, usage } from "../forms.ts";
import { bytes, visible } from "../output.ts";
import { readText } from "../values.ts";
import { findTool } from "./profile-tools.ts";
import { trouble } from "./server-views.ts";

interface CallOptions extends ArgumentOptions {
  profile?: string;
}

/** Of a command that calls a tool. */
export interface ArgumentOptions {
  args?: string;
  argsFile?: string;
  arg?: string[];
}

/** The profile that was named, or the active one. */
const profileOf = async (api: Api, named: string | undefined): Promise<string> => {
  if (named !== undefined) return named;
  const active = (await api.profiles.list()).find((profile) => profile.active);
  if (active === undefined) throw new GatewayError("no_active_profile");
  return active.slug;
};

/** A server that is down costs its own tools; a person should know why they are not there. */
export const sayWhoIsMissing = async (cli: Cli, api: Api, profile: string): Promise<void> => {
  for (const { name, status } of (await api.status.get()).servers) {
    const why = status.affects.profiles.includes(profile) ? trouble(status) : null;
    if (why !== null) cli.hint(`“${name}”: ${why}`);
  }
};

/** A tool of the gateway's own that was forgotten to be given to the profile. */
const sayWhoLacksIt = async (
  cli: Cli,
  api: Api,
  { profile, name }: { profile: string; name: string },
): Promise<void> => {
  const own = (await api.tools.list({})).find((tool) => tool.name === name);
  if (own === undefined || own.profiles.includes(profile)) return;
  const command = cli.command(`profiles edit ${profile} --tool ${name}`);
  cli.hint(`“${profile}” does not have the gateway's own tool “${name}”: ${command}`);
};

const jsonObject = z.record(z.string(), z.unknown());

export const parseObject = (what: string, text: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Where it broke, and not the words of the parser, which quote the text.
    const at = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const detail = at === undefined ? "it ends too early" : `it breaks at character ${at}`;
    throw new GatewayError("malformed_json", { what, detail }, { cause: error });
  }
  const object = jsonObject.safeParse(value);
  if (object.success) return object.data;
  throw new GatewayError("validation_failed", { detail: `The ${what} is not a JSON object.` });
};

const inputSchema = z.object({
  inputSchema: z.object({
    properties: z.record(z.string(), z.unknown()).default({}),
  }),
});
const typed = z.object({ type: z.unknown() });

/**
 * The value of `--arg k=v`: text where the tool's schema asks for a string, JSON where it asks for
 * anything else, and where it does not say, JSON if it can be read as such.
 */
const argumentValue = (
  definition: Record<string, unknown>,
  name: string,
  text: string,
): unknown => {
  const schema = inputSchema.safeParse(definition);
  const property = typed.safeParse(schema.data?.inputSchema.properties[name]);
  const type = property.data?.type;
  if (type === "string") return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (typeof type !== "string") return text;
    const detail = `“${name}” takes JSON of the type ${type}, not “${text}”.`;
    throw new GatewayError("validation_failed", { detail }, { cause: error });
  }
};

/** @param definition of the tool, as clients see it; asked for where an `--arg` is read by it */
export const readArguments = async (
  cli: Cli,
  options: ArgumentOptions,
  definition: () => Promise<Record<string, unknown>>,
): Promise<Record<string, unknown>> => {
  const whole =
    options.argsFile === undefined
      ? parseObject("value of --args", options.args ?? "{}")
      : parseObject("file of --args-file", await readText(cli.io, options.argsFile));
  if (options.arg === undefined) return whole;
  const tool = await definition();
  const one = record(
    "--arg",
    options.arg.map((given) => pair("--arg", given)),
  );
  for (const [key, text] of Object.entries(one)) {
    whole[key] = argumentValue(tool, key, text);
  }
  return whole;
};

const contentBlock = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.enum(["image", "audio"]), mimeType: z.string(), data: z.string() }),
  z.object({ type: z.literal("resource_link"), uri: z.string() }),
  z.object({
    type: z.literal("resource"),
    resource: z.union([
      z.object({ text: z.string() }),
      z.object({ uri: z.string(), blob: z.string() }),
    ]),
  }),
]);
const toolResult = z.object({
  content: z.array(z.unknown()).default([]),
  structuredContent: z.unknown().optional(),
});

const blockText = (given: unknown): string => {
  const parsed = contentBlock.safeParse(given);
  if (!parsed.success) return JSON.stringify(given);
  const block = parsed.data;
  const size = (base64: string): string => bytes(Buffer.byteLength(base64, "base64"));
  switch (block.type) {
    case "text":
      return block.text;
    case "resource_link":
      return block.uri;
    case "resource":
      return "text" in block.resource
        ? block.resource.text
        : `[${block.resource.uri}, ${size(block.resource.blob)}]`;
    default:
      return `[${block.mimeType}, ${size(block.data)}]`;
  }
};

/** A tool's answer as text: its content, or its structured content where that is all there is. */
const resultText = (result: Record<string, unknown>): string => {
  const parsed = toolResult.safeParse(result);
  if (!parsed.success) return JSON.stringify(result, null, 2);
  const { content, structuredContent } = parsed.data;
  return content.length === 0 && structuredContent !== undefined
    ? JSON.stringify(structuredContent, null, 2)
    : content.map(blockText).join("\n");
};

/** Refuses arguments that are given twice. @throws GatewayError usage */
export const checkArguments = ({ args, argsFile }: ArgumentOptions): void => {
  if (args === undefined || argsFile === undefined) return;
  throw usage("Give --args or --args-file, not both.");
};

/** Prints what a tool answered. @returns the exit code */
export const answerResult = (
  cli: Cli,
  document: unknown,
  result: Record<string, unknown>,
): ExitCode => {
  const text = resultText(result);
  // A terminal is protected from what a server sends; a pipe gets it as it is.
  const shown = cli.io.stdout.isTTY === true ? visible(text) : text;
  const failed = result["isError"] === true;
  if (failed && !cli.json) cli.note(text);
  else cli.answer(document, shown);
  return failed ? 1 : 0;
};

const callTool = async (cli: Cli, name: string, options: CallOptions): Outcome => {
  checkArguments(options);
  return cli.use(async (api) => {
    const profile = await profileOf(api, options.profile);
    const given = await readArguments(cli, options, async () => {
      const tools = await api.profiles.capabilities({ profile, kind: "tool" });
      return findTool(tools, name).definition;
    });
    const call = api.profiles.callTool({ profile, name, arguments: given });
    const { result } = await call.catch(async (error: unknown) => {
      // A tool nobody knows may be one of a server that is not there just now.
      await sayWhoIsMissing(cli, api, profile);
      if (toGatewayError(error).code === "tool_not_found") {
        await sayWhoLacksIt(cli, api, { profile, name });
      }
      throw error;
    });
    return answerResult(cli, result, result);
  });
};

export const takesArguments = (command: Command): Command =>
  command
    .option("--args <json>", "arguments as a JSON object")
    .option("--args-file <file>", "arguments from a file (- reads standard input)")
    .option("--arg <K=V>", "one argument, read by the tool's schema", repeated);

export const addCallCommand = (tools: Command, act: Act): void => {
  takesArguments(
    tools
      .command("call <name>")
      .description("call a tool of a profile and print what it answers")
      .option("--profile <slug>", "profile (the active one)"),
  ).action(act(callTool));
};
