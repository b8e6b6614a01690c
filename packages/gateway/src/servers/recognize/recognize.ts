import { describeIssues, GatewayError, type Recognition, serverCreate } from "@local-mcp/contract";
import { parse as parseToml, TomlError } from "smol-toml";
import type { z } from "zod";
import { readEntries } from "./client-entries.ts";
import { withoutPlaceholders } from "./client-sign-in.ts";
import { looksLikeCommands, readCommands } from "./command-lines.ts";
import {
  checkCount,
  type Draft,
  type DraftAddress,
  type DraftCommand,
  transportOf,
} from "./draft.ts";
import { readInstallLink } from "./install-links.ts";
import { parseLenientJson } from "./lenient-json.ts";
import { freeName, nameOf } from "./names.ts";
import { fillPlaceholders } from "./placeholders.ts";
import { takeSecretArguments } from "./secret-arguments.ts";

export type ServerInput = z.input<typeof serverCreate>;

/** A server of a text, with its secrets, or why it cannot be added. */
export type ReadServer = { original: string; pointer: string } & (
  | {
      server: ServerInput;
      problem: null;
      /** What the text leaves without a value and is not added, in the middle of a sentence. */
      missing: string[];
    }
  | { server: null; problem: string; isOurselves: boolean }
);

export interface ReadOptions {
  /** Stands for `~` and `$HOME`. */
  home: string;
  /** Whether a server is this gateway, which would call itself. */
  isOurselves(reach: DraftCommand | DraftAddress): boolean;
}

type Form = NonNullable<Recognition["form"]>;

const JSON_START = /^(?:[{[]|\/\/|\/\*|"[^"\n]*"\s*:)/;
const TOML_LINE =
  /^[ \t]*(?:\[{1,2}[A-Za-z_"'][^\]\n]*\]{1,2}[ \t]*(?:#.*)?$|(?:command|url|args)[ \t]*=[ \t]*["'[]|mcp_servers\.)/m;
/** What is JSON though one of its lines could be TOML. */
const SURELY_JSON = /^(?:\{|"|\/|\[\s*\{)/;
const URL_START = /^<?https?:\/\//i;
/** Up to its closing line, or to the end of the text; `$` would be the end of its first line. */
const FENCED = /^[ \t]*```[^\n]*\n([^]*?)(?:\n[ \t]*```|(?![^]))/m;

/**
 * Reads the servers out of a text that somebody copied: commands, URLs, JSON or TOML of any client.
 *
 * @throws GatewayError malformed_json, validation_failed; neither quotes the text
 */
export function readServers(
  text: string,
  options: ReadOptions,
): { form: Form; servers: ReadServer[] } {
  const bare = text.replace(/^\uFEFF/, "");
  const { form, drafts } = readDrafts((FENCED.exec(bare)?.[1] ?? bare).trim(), options.home);
  return { form, servers: readAll(drafts, options) };
}

/**
 * Reads the servers out of a whole file of a client, JSON or TOML; null where the text is none.
 *
 * @throws GatewayError validation_failed where there are too many
 */
export function readClientServers(text: string, options: ReadOptions): ReadServer[] | null {
  const bare = text.replace(/^\uFEFF/, "").trim();
  let file: unknown;
  try {
    if (isToml(bare)) file = readToml(bare);
    else if (JSON_START.test(bare)) file = parseLenientJson(bare);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
  const drafts = readEntries(file);
  return drafts && readAll(drafts, options);
}

function readAll(drafts: readonly Draft[], options: ReadOptions): ReadServer[] {
  checkCount(drafts.length);
  const names = new Set<string>();
  return drafts.map((draft) => readServer(draft, names, options));
}

const isToml = (text: string): boolean => TOML_LINE.test(text) && !SURELY_JSON.test(text);

function readDrafts(text: string, home: string): { form: Form; drafts: Draft[] } {
  if (text === "") throw unreadable("There is nothing to read.");
  const words = text.split(/\s+/);
  const links = words.map(readInstallLink);
  if (links.every((link) => link !== null)) return { form: "client_json", drafts: links };
  if (words.every((word) => URL_START.test(word)))
    return { form: "url", drafts: words.map(readUrl) };
  if (isToml(text)) {
    return { form: "client_toml", drafts: entriesIn(readToml(text)) };
  }
  if (JSON_START.test(text)) {
    return { form: "client_json", drafts: entriesIn(parseLenientJson(text)) };
  }
  if (!looksLikeCommands(text)) {
    throw unreadable("This is neither a command nor a URL, nor JSON or TOML of a client.");
  }
  const { form, drafts, hasSetup } = readCommands(text, home);
  if (drafts.length > 0) return { form, drafts };
  throw unreadable(
    hasSetup
      ? "This only installs something. Paste the command that starts the server."
      : "There is no command in this that starts a server.",
  );
}

const unreadable = (detail: string): GatewayError =>
  new GatewayError("validation_failed", { detail });

function entriesIn(file: unknown): Draft[] {
  const drafts = readEntries(file);
  if (drafts !== null) return drafts;
  throw unreadable(
    typeof file === "object" && file !== null && "entities" in file
      ? "This is an export, which may hold more than servers. Bring it in with “local-mcp-gateway import FILE”, or with Import… in the app."
      : "There are no servers in this: no “mcpServers”, “servers” or a command or URL.",
  );
}

/** The parser's own message quotes the text, which may hold a secret. */
function readToml(text: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw unreadable(`The text is not TOML: line ${error.line}, column ${error.column}.`);
  }
}

function readUrl(text: string): Draft {
  const url = text.replace(/^<|>$/g, "");
  return {
    original: "",
    enabled: true,
    reach: { transport: transportOf(url, undefined), url, headers: {} },
  };
}

function readServer(draft: Draft, names: Set<string>, options: ReadOptions): ReadServer {
  const { original, pointer = "" } = draft;
  const failed = (problem: string, isOurselves = false): ReadServer => ({
    original,
    pointer,
    server: null,
    problem,
    isOurselves,
  });
  if ("problem" in draft) return failed(draft.problem);
  const wanted = nameOf(draft);
  if (wanted === "")
    return failed(
      "Its name has none of a to z and 0 to 9 to make a name of. Call it something else in the file.",
    );
  if (options.isOurselves(draft.reach)) return failed("This is the gateway itself.", true);
  const name = freeName(wanted, names);
  names.add(name);
  const { config, secrets, missing } =
    draft.reach.transport === "stdio"
      ? commandConfig(draft.reach, options.home)
      : addressConfig(draft.reach);
  const title = original.trim().slice(0, 200);
  const server: ServerInput = {
    name,
    ...(title === "" ? {} : { title }),
    config,
    secrets,
    enabled: draft.enabled,
  };
  const parsed = serverCreate.safeParse(server);
  if (!parsed.success) return failed(describeIssues(parsed.error.issues));
  return { original, pointer, server, problem: null, missing };
}

type Configured = Pick<ServerInput, "config" | "secrets"> & { missing: string[] };

function commandConfig({ command, args, cwd, env }: DraftCommand, home: string): Configured {
  // A variable of its own is what such a text in an argument means.
  const own = new Set(Object.keys(env));
  const taken = takeSecretArguments(
    command,
    args.map((arg) => fillPlaceholders(withHome(arg, home), own).text),
  );
  const variables = Object.entries(env).map(([name, written]) => {
    const value = withHome(written, home);
    const { text } = fillPlaceholders(value, NOTHING_KNOWN);
    // What stands beside a place to be filled in may be a secret, so it is kept as it is.
    if (ONE_MARK.test(text)) return [name, { value: text, plain: true }];
    // It decides which file runs, and whoever agrees to that is shown which.
    return [name, name.toUpperCase() === "PATH" ? { value, plain: true } : { value }];
  });
  return {
    config: {
      transport: "stdio",
      command,
      args: taken.args,
      cwd: cwd === null ? null : withHome(cwd, home),
      env: Object.fromEntries(variables),
    },
    secrets: taken.secrets,
    missing: [],
  };
}

const ONE_MARK = /^(?:(?:Bearer|Basic|Token) +)?\$\{secret:[\w.-]+\}$/;

const withHome = (text: string, home: string): string =>
  text.replace(/\$\{(?:(?:env:)?HOME|userHome)\}/g, () => home);

const NOTHING_KNOWN: ReadonlySet<string> = new Set();

function addressConfig({ transport, url, headers, signIn }: DraftAddress): Configured {
  const given: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const { text, isOpen } = fillPlaceholders(value, NOTHING_KNOWN);
    // As with variables: a mark alone is shown, and what stands beside one may be a secret.
    if (!isOpen || ONE_MARK.test(text)) given[name] = text;
    else missing.push(`header “${name}”`);
  }
  const known = signIn && withoutPlaceholders(signIn);
  return {
    config: {
      transport,
      url: fillPlaceholders(url, NOTHING_KNOWN).text,
      headers: given,
      ...(known?.signIn && { signIn: known.signIn }),
    },
    secrets: {},
    missing: [...missing, ...(known?.missing ?? [])],
  };
}
