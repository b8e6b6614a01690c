import { parseLenientJson } from "./lenient-json.ts";
import { nameIn, readEntry } from "./client-entries.ts";
import { readSignIn } from "./client-sign-in.ts";
import { type Draft, headerOf, transportOf } from "./draft.ts";

const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/;
const OTHER_VERBS =
  /^(?:list|get|remove|login|logout|reset-project-choices|add-from-claude-desktop)$/;
const HEADER_LIKE = /^[\w-]+:\s/;
const URL_LIKE = /^https?:\/\//i;
/** Options whose value only concerns the client. */
const IGNORED = /^(?:-s|--scope|--timeout|--description)$/;

/**
 * A command that adds a server to a client: `claude mcp add`, `claude mcp add-json`,
 * `code --add-mcp`, `codex mcp add` and those of other clients, which take the same words. Null where
 * the words are another command.
 *
 * @throws GatewayError malformed_json where JSON in it is none
 */
export function readClientCommand(words: readonly string[]): Draft | null {
  const flag = words.indexOf("--add-mcp");
  if (flag !== -1) {
    const value = parseLenientJson(words[flag + 1] ?? "");
    return readEntry(nameIn(value), value);
  }
  const [, mcp, verb, ...rest] = words;
  if (mcp !== "mcp") return null;
  if (verb === "add") return readAdd(rest);
  if (OTHER_VERBS.test(verb ?? "")) {
    return { original: "", problem: "This command of a client adds no server." };
  }
  if (verb !== "add-json") return null;
  const [name = "", json = ""] = positionals(rest);
  return readEntry(name, parseLenientJson(json));
}

/** What is no option and no value of one. */
function positionals(words: readonly string[]): string[] {
  return words.filter(
    (word, at) =>
      !word.startsWith("-") && !/^(?:-s|--scope|-t|--transport)$/.test(words[at - 1] ?? ""),
  );
}

function readAdd(words: readonly string[]): Draft {
  const env: Record<string, string> = {};
  const headers: Record<string, string> = {};
  const named: string[] = [];
  let transport: string | undefined;
  let url: string | undefined;
  let command: string[] = [];
  const oauth: { clientId?: string; clientSecret?: string; callbackPort?: number } = {};

  const addHeader = (text: string): void => {
    const header = headerOf(text);
    if (header) headers[header[0]] = header[1];
  };
  const addVariable = (text: string): void => {
    const variable = VARIABLE.exec(text);
    if (variable) env[variable[1] ?? ""] = variable[2] ?? "";
  };

  for (let at = 0; at < words.length; at += 1) {
    const [word = "", ...glued] = (words[at] ?? "").startsWith("--")
      ? (words[at] ?? "").split("=")
      : [words[at]];
    const value = (): string => (glued.length > 0 ? glued.join("=") : (words[(at += 1)] ?? ""));
    if (word === "--") {
      command = words.slice(at + 1);
      break;
    }
    if (/^(?:-t|--transport)$/.test(word)) transport = value();
    else if (word === "--url") url = value();
    else if (word === "--client-id") oauth.clientId = value();
    else if (word === "--callback-port") oauth.callbackPort = Number(value());
    else if (word === "--client-secret") {
      // Claude Code asks for it; others take it here.
      if (glued.length > 0 || !(words[at + 1] ?? "-").startsWith("-")) oauth.clientSecret = value();
    } else if (word === "--bearer-token-env-var")
      headers.Authorization = `Bearer \${env:${value()}}`;
    else if (/^(?:-e|--env)$/.test(word)) {
      addVariable(value());
      // Both options take several values.
      while (VARIABLE.test(words[at + 1] ?? "")) addVariable(words[(at += 1)] ?? "");
    } else if (/^(?:-H|--header)$/.test(word)) {
      addHeader(value());
      while (HEADER_LIKE.test(words[at + 1] ?? "")) addHeader(words[(at += 1)] ?? "");
    } else if (IGNORED.test(word)) value();
    else if (!word.startsWith("-")) {
      named.push(word);
      // From the command on, everything belongs to it; after a URL options may follow.
      if (named.length === 2 && !URL_LIKE.test(word)) {
        command = words.slice(at);
        break;
      }
    }
  }

  const [original = "", second] = named;
  const address = url ?? (second !== undefined && URL_LIKE.test(second) ? second : undefined);
  if (address !== undefined) {
    const signIn = readSignIn(oauth);
    const reach = { transport: transportOf(address, transport), url: address, headers, signIn };
    return { original, enabled: true, reach };
  }
  const [program, ...args] = command;
  if (program === undefined) return { original, problem: "It has neither a command nor a URL." };
  return {
    original,
    enabled: true,
    reach: { transport: "stdio", command: program, args, cwd: null, env },
  };
}
