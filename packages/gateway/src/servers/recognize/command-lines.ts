import { GatewayError } from "@local-mcp/contract";
import { readClientCommand } from "./client-commands.ts";
import { checkCount, type Draft } from "./draft.ts";
import { baseOf, RUNNERS } from "./names.ts";
import { type ShellCommand, splitCommands } from "./shell-words.ts";

const ASSIGNMENT = /^(?:\$env:)?([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/;
const KNOWN =
  /^(?:claude|codex|code|code-insiders|codium|cursor|windsurf|gemini|qwen|amp|droid|copilot|opencode|goose|export|set|cd)$/;
const PATH_LIKE = /^(?:[~.]{0,2}[\\/]|[A-Za-z]:\\|"[A-Za-z]:\\|\$env:)/;
const PROMPTED = /^[ \t]*(?:[$%❯]|PS [^>\n]*>)[ \t]+\S/;
/** What prepares a computer for a server, and is not one. */
const SETUP: ReadonlyMap<string, RegExp> = new Map([
  ["apt", /^(?:install|update)\b/],
  ["apt-get", /^(?:install|update)\b/],
  ["brew", /^(?:install|tap)\b/],
  ["cargo", /^(?:install|build)\b/],
  ["docker", /^(?:pull|build|login)\b/],
  ["git", /^(?:clone|pull|checkout)\b/],
  ["go", /^(?:install|build)\b/],
  ["mkdir", /./],
  ["npm", /^(?:i|install|ci|link|run build)\b/],
  ["pip", /^install\b/],
  ["pip3", /^install\b/],
  ["pipx", /^install\b/],
  ["pnpm", /^(?:i|install|add|build|run build)\b/],
  ["uv", /^(?:sync|venv|pip|add|tool install)\b/],
  ["winget", /^install\b/],
  ["yarn", /^(?:install|add|build|global add)\b/],
]);

/** More than any terminal is told; each command after them has them all. */
const MAX_VARIABLES = 200;

const NEEDS_SHELL =
  "It has something that only a shell can carry out, such as a pipe or $(…). Paste the command alone.";

/** Whether a text is one of commands, and not a sentence. */
export function looksLikeCommands(text: string): boolean {
  if (PROMPTED.test(text)) return true;
  const lines = text.split("\n").filter((line) => !/^\s*(?:#.*)?$/.test(line));
  const [first = "", ...more] = (lines[0] ?? "").trim().split(/\s+/);
  if (ASSIGNMENT.test(first) || PATH_LIKE.test(first)) return true;
  const base = baseOf(first);
  if (RUNNERS.test(first) || RUNNERS.test(base) || KNOWN.test(base) || SETUP.has(first))
    return true;
  if (!/^[a-z0-9][\w.-]*\w$/.test(first)) return false;
  return first.includes("mcp") || (lines.length === 1 && more.some((word) => word.startsWith("-")));
}

/**
 * The servers in commands, one after another as a terminal would take them: what is exported or
 * changed into holds for what follows, what only installs something is left out.
 *
 * @param home stands for `~` and `$HOME`
 * @throws GatewayError validation_failed, malformed_json
 */
export function readCommands(
  text: string,
  home: string,
): { form: "command" | "claude_command"; drafts: Draft[]; hasSetup: boolean } {
  const terminal = new Terminal(home);
  for (const command of splitCommands(text)) terminal.run(command);
  const { drafts, form, hasSetup } = terminal;
  return { drafts, form, hasSetup };
}

/** Takes commands in, and runs nothing. */
class Terminal {
  readonly drafts: Draft[] = [];
  form: "command" | "claude_command" = "command";
  hasSetup = false;
  readonly #home: string;
  readonly #env = new Map<string, string>();
  #cwd: string | null = null;

  constructor(home: string) {
    this.#home = home;
  }

  run({ words: written, needsShell }: ShellCommand): void {
    const words = joinAssignments(written).map((word) => this.#expanded(word));
    const { env, rest } = this.#assignments(words);
    const [command, ...args] = rest;
    if (command === undefined) {
      for (const [name, value] of Object.entries(env)) this.#env.set(name, value);
      if (this.#env.size > MAX_VARIABLES) {
        throw new GatewayError("validation_failed", {
          detail: `There are more than ${MAX_VARIABLES} variables in this.`,
        });
      }
      return;
    }
    if (command === "cd") {
      this.#cwd = args.at(-1) ?? null;
    } else if (SETUP.get(baseOf(command))?.test(args.join(" "))) {
      this.hasSetup = true;
    } else {
      const variables = { ...Object.fromEntries(this.#env), ...env };
      this.drafts.push(this.#server(command, args, variables, needsShell));
      checkCount(this.drafts.length);
    }
  }

  #server(
    command: string,
    args: string[],
    env: Record<string, string>,
    needsShell: boolean,
  ): Draft {
    const added = readClientCommand([command, ...args]);
    if (added !== null) this.form = "claude_command";
    // What a client is told is in quotes, where a pipe is a pipe.
    if (needsShell) return { original: added?.original ?? "", problem: NEEDS_SHELL };
    if (added !== null) return added;
    return {
      original: "",
      enabled: true,
      reach: { transport: "stdio", command, args, cwd: this.#cwd, env },
    };
  }

  /** Leading `K=V`, `export K=V`, `set K=V`, `$env:K=V` and `env K=V`. */
  #assignments(words: readonly string[]): { env: Record<string, string>; rest: string[] } {
    const env: Record<string, string> = {};
    const start = /^(?:export|set|env)$/.test(words[0] ?? "") ? 1 : 0;
    let at = start;
    for (; at < words.length; at += 1) {
      const assignment = ASSIGNMENT.exec(words[at] ?? "");
      if (!assignment) break;
      env[assignment[1] ?? ""] = assignment[2] ?? "";
    }
    return { env, rest: at === start ? [...words] : words.slice(at) };
  }

  #expanded(word: string): string {
    return word.replace(/^~(?=[\\/]|$)/, () => this.#home).replaceAll("${HOME}", this.#home);
  }
}

/** `$env:K = "V"` has spaces where other shells have none. */
function joinAssignments(words: readonly string[]): string[] {
  const [first = "", sign, ...rest] = words;
  return /^\$env:\w+$/.test(first) && sign === "=" ? [`${first}=${rest.join(" ")}`] : [...words];
}
