import { slugify } from "@local-mcp/contract";
import type { DraftServer } from "./draft.ts";

/** What every second server is called, and therefore none can be told by. */
const COMMON =
  /^(?:mcp|server|servers|index|main|app|dist|build|src|lib|bin|start|run|cli|remote)$/;
/** Programs that run others, and by whose name a server cannot be told. */
export const RUNNERS =
  /^(?:npx|bunx|uvx|pipx|npm|pnpm|yarn|bun|deno|uv|node|nodejs|tsx|python[\d.]*|py|docker|podman|cmd|bash|sh|zsh|go|java|dotnet|ruby|php|env)$/;
/** Words of runners that come before what they run. */
const VERBS = /^(?:run|exec|dlx|x|tool|start|-m|-jar|\/c)$/i;
/** Options of runners that take a value. */
const WITH_VALUE =
  /^(?:-e|--env|-v|--volume|--mount|-p|--publish|--name|--network|--net|-w|--workdir|-u|--user|--entrypoint|--platform|--add-host|--env-file|--label|-l|-c|--with|--python|--directory|--project|--package|--from|--index-url)$/;
/** Options of runners that say where a program is. */
const FOLDER = /^(?:--directory|--project)$/;

/** What a server may be called: by the text, else by what it runs or where it is. May be empty. */
export function nameOf({ original, reach }: DraftServer): string {
  if (original !== "") return slugify(original);
  return reach.transport === "stdio"
    ? (ofCommand([reach.command, ...reach.args]) ?? "server")
    : (ofUrl(reach.url) ?? "server");
}

function ofUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { hostname } = new URL(text);
  if (hostname === "localhost" || /^[\d.]+$|^\[/.test(hostname)) return "localhost";
  const labels = hostname.split(".").slice(0, -1);
  const telling = labels.filter((label) => !/^(?:mcp|api|www|app|server|co|com)$/.test(label));
  return shortened(telling.at(-1) ?? labels.at(-1) ?? "");
}

function ofCommand(words: readonly string[]): string | null {
  const programs = words.filter(
    (word, at) =>
      !word.startsWith("-") && !WITH_VALUE.test(words[at - 1] ?? "") && !VERBS.test(word),
  );
  const program = programs.find((word) => !RUNNERS.test(baseOf(word)));
  if (program === undefined) return null;
  const url = words.find((word) => /^https?:\/\//.test(word));
  if (url !== undefined && /^(?:mcp-remote(?:@|$)|https?:)/.test(program)) return ofUrl(url);
  const folder = words.find((_, at) => FOLDER.test(words[at - 1] ?? ""));
  return ofPackage(program) ?? ofPackage(folder ?? "");
}

/** Programs beside {@link RUNNERS} that carry out what they are told. */
const INTERPRETERS =
  /^(?:dash|ash|ksh|fish|nu|csh|tcsh|pwsh|powershell|busybox|perl|lua|osascript|awk|xargs|sudo|nohup|ssh|wsl)$/;

/**
 * What each word of a command is: what a runner is told (`runner`), what it runs by that (`program`),
 * and what that program is told (`own`), which may be a runner in its turn.
 */
export function partsOf(words: readonly string[]): ("runner" | "program" | "own")[] {
  let isRunners = true;
  return words.map((word, at) => {
    if (RUNNERS.test(baseOf(word)) || INTERPRETERS.test(baseOf(word))) {
      isRunners = true;
      return "runner";
    }
    if (!isRunners) return "own";
    const isOption = word.startsWith("-") || VERBS.test(word);
    if (at > 0 && (isOption || WITH_VALUE.test(words[at - 1] ?? ""))) return "runner";
    isRunners = false;
    return "program";
  });
}

/** The name of a program in a path or with an ending. */
export const baseOf = (word: string): string =>
  (word.split(/[\\/]/).at(-1) ?? "").replace(/\.(?:exe|cmd|bat)$/i, "").toLowerCase();

/** `@scope/package@1.2`, `ghcr.io/owner/image:tag`, `/path/to/server.js`, `module_name`. */
function ofPackage(target: string): string | null {
  const parts = target
    .replace(/(?!^)@[^/\\]*$/, "")
    .split(/[\\/]/)
    .map((part) =>
      part.replace(/:[\w.-]+$/, "").replace(/\.(?:m?[jt]s|py|jar|exe|cmd|bat|sh)$/i, ""),
    )
    .filter((part) => part !== "" && part !== "." && part !== "..");
  for (const part of parts.toReversed()) {
    const name = shortened(part);
    if (name !== null) return name;
  }
  return null;
}

/** Without the words that say only that it is a server; null where nothing else is left. */
function shortened(text: string): string | null {
  const words = slugify(text)
    .split("-")
    .filter((word) => !/^(?:mcp|server)$/.test(word));
  const name = words.join("-");
  return name === "" || COMMON.test(name) ? null : name;
}

/** A name nobody has yet: the wanted one, or the next with a number. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) {
    const ending = `-${count}`;
    name = wanted.slice(0, 50 - ending.length) + ending;
  }
  return name;
}
