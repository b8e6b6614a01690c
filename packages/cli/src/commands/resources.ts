import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type CapabilityView,
  GatewayError,
  type ResourceContentWrite,
  type ResourceView,
} from "@local-mcp/contract";
import { reasonOf } from "@local-mcp/gateway";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { toGatewayError } from "../errors.ts";
import { pair, record, repeated, usage } from "../forms.ts";
import type { Io } from "../io.ts";
import { bytes, facts, table } from "../output.ts";
import {
  answerOwnOrSeen,
  enabledOf,
  type NewOptions,
  type TagChangeOptions,
  tagChangeOf,
  type TagFilterOptions,
  takesNew,
  takesTagChanges,
  takesTagFilter,
  takesTurn,
  type TurnOptions,
} from "./catalogue-options.ts";

interface ListOptions extends TagFilterOptions {
  profile?: string;
}

interface FieldOptions {
  text?: string;
  file?: string;
  root?: string;
  path?: string;
  mime?: string;
  name?: string;
  title?: string;
  description?: string;
}

interface AddOptions extends FieldOptions, NewOptions {
  disabled?: boolean;
}

interface EditOptions extends FieldOptions, TagChangeOptions, TurnOptions {
  uri?: string;
}

/** Where the content of a resource is, in a few words. */
function contentText({ content }: ResourceView): string {
  if (content.kind === "file") return `${content.path} in ${content.root?.uri ?? "no root"}`;
  return `${bytes(content.bytes)} of ${content.kind === "text" ? "text" : "bytes"}`;
}

const stateText = ({ enabled, problem }: ResourceView): string =>
  enabled ? (problem ? "problem" : "on") : "off";

const ownTable = (cli: Cli, resources: readonly ResourceView[]): string =>
  resources.length === 0
    ? `The gateway has no resources of its own. Make one: ${cli.command("resources add URI --text TEXT")}`
    : table(
        ["URI", "STATE", "CONTENT", "PROFILES", "TAGS"],
        resources.map((resource) => [
          resource.uri,
          stateText(resource),
          contentText(resource),
          resource.profiles.join(",") || "-",
          resource.tags.join(",") || "-",
        ]),
        cli.width,
      );

const seenTable = (cli: Cli, resources: readonly CapabilityView[]): string =>
  resources.length === 0
    ? "This profile has no resources."
    : table(
        ["URI", "SERVER", "DESCRIPTION"],
        resources.map(({ name, server, title, description }) => [
          name,
          server,
          (description ?? title)?.split("\n")[0] ?? "",
        ]),
        cli.width,
      );

const listResources = (cli: Cli, options: ListOptions): Outcome =>
  answerOwnOrSeen(cli, options, {
    kind: "resource",
    own: (api, filter) => api.resources.list(filter),
    ownTable,
    seenTable,
  });

const resourceFacts = (resource: ResourceView): string =>
  facts([
    ["URI", resource.isTemplate ? `${resource.uri} (a template)` : resource.uri],
    ["Name", resource.name],
    ["Title", resource.title],
    ["Description", resource.description || null],
    ["Enabled", resource.enabled ? "yes" : "no"],
    ["MIME type", resource.mimeType ?? "told from the content"],
    ["Content", contentText(resource)],
    ["SHA-256", resource.content.kind === "binary" ? resource.content.sha256 : null],
    ["Profiles", resource.profiles.join(", ") || "none"],
    ["Tags", resource.tags.join(", ") || null],
    ["Problem", resource.problem && `${resource.problem.message} ${resource.problem.wayOut}`],
  ]);

const show = (cli: Cli, uri: string): Outcome =>
  cli.use(async (api) => {
    const resource = await api.resources.get({ resource: uri });
    cli.answer(resource, resourceFacts(resource));
  });

/** What a file has now: text where it is UTF-8, otherwise bytes. @throws GatewayError file_unreadable */
function copyOf(io: Io, path: string): ResourceContentWrite {
  try {
    const content = readFileSync(resolve(io.cwd, path));
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(content);
      if (!text.includes("\0")) return { kind: "text", text };
    } catch {
      // Bytes, then.
    }
    return { kind: "binary", base64: content.toString("base64") };
  } catch (error) {
    throw new GatewayError("file_unreadable", { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** Undefined where nothing was said of it. */
function contentFrom(
  io: Io,
  { text, file, root, path }: FieldOptions,
): ResourceContentWrite | undefined {
  const given = [text, file, root].filter((one) => one !== undefined);
  if (given.length > 1) throw usage("Give one of --text, --file and --root.");
  if ((root === undefined) !== (path === undefined)) throw usage("--root and --path go together.");
  if (root !== undefined && path !== undefined) return { kind: "file", root, path };
  if (text !== undefined) return { kind: "text", text };
  return file === undefined ? undefined : copyOf(io, file);
}

const add = (cli: Cli, uri: string, options: AddOptions): Outcome => {
  const content = contentFrom(cli.io, options);
  if (!content) throw usage("Give --text, --file, or --root with --path.");
  return cli.use(async (api) => {
    const resource = await api.resources.create({
      uri,
      content,
      name: options.name,
      title: options.title,
      description: options.description,
      mimeType: options.mime,
      tags: options.tag,
      profiles: options.profile,
      enabled: options.disabled !== true,
    });
    cli.answer(resource, `Added “${resource.uri}”.`);
    if (resource.problem) cli.warn(`${resource.problem.message} ${resource.problem.wayOut}`);
    if (resource.profiles.length === 0) {
      const command = cli.command(`profiles edit SLUG --resource ${resource.uri}`);
      cli.hint(`No client sees it yet. Give it to a profile: ${command}`);
    }
  });
};

const edit = (cli: Cli, uri: string, options: EditOptions): Outcome => {
  const changes = {
    content: contentFrom(cli.io, options),
    uri: options.uri,
    name: options.name,
    title: options.title === "" ? null : options.title,
    description: options.description,
    mimeType: options.mime === "" ? null : options.mime,
    tags: tagChangeOf(options),
    enabled: enabledOf(options),
  };
  if (Object.values(changes).every((change) => change === undefined)) {
    throw usage("Nothing to change was given.");
  }
  return cli.use(async (api) => {
    const resource = await api.resources.update({ resource: uri, changes });
    cli.answer(resource, `Changed “${resource.uri}”.`);
  });
};

const remove = (cli: Cli, uri: string): Outcome =>
  cli.use(async (api) => {
    cli.answer(await api.resources.remove({ resource: uri }), `Removed “${uri}”.`);
  });

function writeOut(io: Io, path: string, content: Buffer): void {
  try {
    writeFileSync(resolve(io.cwd, path), content);
  } catch (error) {
    throw new GatewayError("file_unwritable", { path, reason: reasonOf(error) }, { cause: error });
  }
}

const read = (cli: Cli, uri: string, { var: given = [], out }: ReadOptions): Outcome =>
  cli.use(async (api) => {
    const variables = record(
      "--var",
      given.map((one) => pair("--var", one)),
    );
    const contents = await api.resources.read({ resource: uri, variables }).catch(async (error) => {
      if (toGatewayError(error).code !== "resource_not_found") throw error;
      // A client is not told what is missing where; who asks here knows.
      const path = contentText(await api.resources.get({ resource: uri }));
      const reason = "there is no such file now";
      throw new GatewayError("file_unreadable", { path, reason }, { cause: error });
    });
    const { text, base64, mimeType, sha256 } = contents;
    const said = `${bytes(contents.bytes)} of ${mimeType ?? "bytes"}, SHA-256 ${sha256}`;
    if (out !== undefined) {
      writeOut(
        cli.io,
        out,
        text === null ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text),
      );
      cli.answer({ ...contents, text: null, base64: null, path: out }, `Wrote ${said}.`);
      return;
    }
    cli.answer(contents, text === null ? `${said}. --out FILE writes it.` : cli.shown(text));
  });

interface ReadOptions {
  var?: string[];
  out?: string;
}

const takesFields = (command: Command): Command =>
  command
    .option("--text <text>", "its text; of a URI template, Jinja with the variables of that")
    .option("--file <file>", "what this file has now is stored")
    .option("--root <root>", "URI of the root whose file it is, read whenever it is asked for")
    .option("--path <path>", "the file from its root, {name} for a variable of a URI template")
    .option("--mime <type>", "its MIME type; told from the content where it is not given")
    .option("--name <name>", "its name; the end of its URI where it is not given")
    .option("--title <text>", "what people call it")
    .option("--description <text>", "what it is for, as clients are told");

export const addResourceCommands = (program: Command, act: Act): void => {
  const resources = program
    .command("resources")
    .description("texts, bytes and files that the gateway offers as its own");

  takesTagFilter(
    resources
      .command("list")
      .description("the gateway's own, or with --profile what clients of that see")
      .option("--profile <slug>", "what clients of this profile see, of servers too"),
  ).action(act(listResources));

  resources
    .command("show <uri>")
    .description("one resource, without its content")
    .action(act(show));

  takesNew(
    takesFields(
      resources
        .command("add <uri>")
        .description("add a resource at a URI, or at a URI template such as notes://{id}"),
    ),
  )
    .option("--disabled", "offer it to nobody yet")
    .action(act(add));

  takesTurn(
    takesTagChanges(
      takesFields(
        resources
          .command("edit <uri>")
          .description("change a resource; what is not given stays")
          .option("--uri <uri>", "new URI"),
      ),
    ),
  ).action(act(edit));

  resources
    .command("remove <uri>")
    .description("remove a resource, also from all profiles")
    .action(act(remove));

  resources
    .command("read <uri>")
    .description("read a resource as a client would")
    .option("--var <NAME=VALUE>", "the value of a variable of its URI template", repeated)
    .option("--out <file>", "write it to this file")
    .action(act(read));
};
