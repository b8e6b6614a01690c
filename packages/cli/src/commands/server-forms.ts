import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import {
  GatewayError,
  SECRET_MARK,
  type ServerConnections,
  type ServerLimits,
} from "@local-mcp/contract";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import {
  envFile,
  headerFile,
  integer,
  oneOf,
  pair,
  record,
  repeated,
  seconds,
  secondsOrNever,
  split,
  usage,
} from "../forms.ts";
import { isInteractive } from "../io.ts";
import { askSecret } from "../prompt.ts";
import { readText } from "../values.ts";
import { type SignInOptions, takesSignIn } from "./sign-in-options.ts";

/** The options by which `servers add` and `servers edit` describe a server. */
export interface ServerOptions extends SignInOptions {
  title?: string;
  env?: string[];
  envPlain?: string[];
  envFile?: string;
  header?: string[];
  headerFile?: string;
  secret?: string[];
  cwd?: string;
  url?: string;
  transport?: "http" | "sse";
  timeout?: number;
  startTimeout?: number;
  maxConcurrentCalls?: number;
  idleStop?: number;
  connections?: keyof typeof CONNECTIONS;
  holdChangedTools?: boolean;
}

/** As they are typed, and as the API calls them. */
const CONNECTIONS = { shared: "shared", "per-client": "per_client" } as const;
const LIMIT_WORDS = ["timeout", "start-timeout", "max-concurrent-calls", "idle-stop"] as const;
const LIMITS: Record<(typeof LIMIT_WORDS)[number], keyof ServerLimits> = {
  timeout: "callTimeoutMs",
  "start-timeout": "startTimeoutMs",
  "max-concurrent-calls": "maxConcurrentCalls",
  "idle-stop": "idleStopMs",
};

export const describeServer = (command: Command): Command => takesSignIn(takesReach(command));

const takesReach = (command: Command): Command =>
  command
    .option("--title <title>", "what people call it")
    .option("--env <K[=V]>", "secret variable; K alone takes its value from here", repeated)
    .option("--env-plain <K=V>", "variable that is stored, shown and exported in clear", repeated)
    .option("--env-file <file>", "secret variables, one K=V a line (- reads standard input)")
    .option(
      "--header <K[:V]>",
      "secret HTTP header, or one that is shown with ${secret:NAME} in it; K alone asks for its value",
      repeated,
    )
    .option("--header-file <file>", "secret HTTP headers, one K: V a line (- reads standard input)")
    .option(
      "--secret <NAME[=V]>",
      "value of ${secret:NAME} in arguments, headers and parameters; NAME alone takes it from the environment or asks",
      repeated,
    )
    .option("--cwd <dir>", "folder the command is started in")
    .option("--url <url>", "address of a server that is reached over HTTP")
    .option(
      "--transport <http|sse>",
      "how it is reached: Streamable HTTP (the default) or legacy SSE",
      oneOf("--transport", ["http", "sse"]),
    )
    .option("--timeout <seconds>", "how long a call may take", seconds("--timeout", 86_400))
    .option(
      "--start-timeout <seconds>",
      "how long a start may take",
      seconds("--start-timeout", 3600),
    )
    .option(
      "--max-concurrent-calls <number>",
      "how many calls it is given at the same time; further ones wait",
      integer("--max-concurrent-calls", 1, 10_000),
    )
    .option(
      "--idle-stop <seconds|never>",
      "end it when nobody has called it for so long; the next call starts it",
      secondsOrNever("--idle-stop", 10, 604_800),
    )
    .option(
      "--connections <shared|per-client>",
      "one connection for all clients (the default for a command), or one per client (the default for a --url)",
      oneOf("--connections", ["shared", "per-client"]),
    )
    .option(
      "--hold-changed-tools",
      "keep tools that have changed, or are new, from clients until you accept them",
    )
    .option("--no-hold-changed-tools", "offer them as they are (the default)");

/** A literal secret was typed: it works, and it is in the shell's history now. */
export const warnLiteral = (cli: Cli, names: string[], instead: string): void => {
  if (names.length === 0) return;
  const values = names.length === 1 ? "The value" : "The values";
  const stay = names.length === 1 ? "stays" : "stay";
  cli.warn(`${values} of ${names.join(", ")} ${stay} in the shell's history. Better: ${instead}.`);
};

/** An environment value as the API takes it. */
interface EnvValue {
  value: string;
  plain: boolean;
}

/** The variables that --env-file, --env and --env-plain give; later ones win. */
export const readEnv = async (
  cli: Cli,
  options: ServerOptions,
): Promise<Record<string, EnvValue>> => {
  const env: Record<string, EnvValue> = {};
  if (options.envFile !== undefined) {
    const file = envFile(await readText(cli.io, options.envFile));
    for (const [name, value] of Object.entries(file)) env[name] = { value, plain: false };
  }
  const literal: string[] = [];
  for (const given of options.env ?? []) {
    const [name, written] = split(given, "=");
    if (written !== undefined) literal.push(name);
    const value = written ?? cli.io.env[name];
    if (value === undefined) {
      throw usage(`--env ${name} takes the value from the environment, where ${name} is not set.`);
    }
    env[name] = { value, plain: false };
  }
  for (const given of options.envPlain ?? []) {
    const [name, value] = pair("--env-plain", given);
    env[name] = { value, plain: true };
  }
  warnLiteral(cli, literal, "--env NAME with the variable set, or --env-file FILE");
  return env;
};

/** The headers that --header-file and --header give; later ones win. */
export const readHeaders = async (
  cli: Cli,
  options: Pick<ServerOptions, "header" | "headerFile">,
): Promise<Record<string, string>> => {
  const headers =
    options.headerFile === undefined ? {} : headerFile(await readText(cli.io, options.headerFile));
  const literal: string[] = [];
  const given = record(
    "--header",
    (options.header ?? []).map((one) => split(one, ":")),
  );
  for (const [name, written] of Object.entries(given)) {
    // With a mark in it, it is what is shown and holds no secret.
    if (written !== undefined && written.search(SECRET_MARK) === -1) literal.push(name);
    if (written === undefined && !isInteractive(cli.io)) {
      throw usage(
        `--header ${name} asks for the value on a terminal; use --header-file FILE here.`,
      );
    }
    headers[name] = (written ?? (await askSecret(cli.io, `Value of ${name}: `))).trim();
  }
  warnLiteral(cli, literal, "--header NAME, which asks for it, or --header-file FILE");
  return headers;
};

/** The values of `${secret:…}` marks that --secret gives. */
export const readSecrets = async (
  cli: Cli,
  options: ServerOptions,
): Promise<Record<string, string>> => {
  const secrets: Record<string, string> = {};
  const literal: string[] = [];
  for (const given of options.secret ?? []) {
    const [name, written] = split(given, "=");
    if (written !== undefined) literal.push(name);
    const value = written ?? cli.io.env[name];
    if (value === undefined && !isInteractive(cli.io)) {
      throw usage(
        `--secret ${name} takes the value from the environment, where ${name} is not set.`,
      );
    }
    secrets[name] = value ?? (await askSecret(cli.io, `Value of ${name}: `));
  }
  warnLiteral(cli, literal, "--secret NAME, which asks for it or takes it from the environment");
  return secrets;
};

/** The limits that are given, and no others. */
export const readLimits = (options: ServerOptions): ServerLimits => {
  const { timeout, startTimeout, maxConcurrentCalls, idleStop } = options;
  const limits: ServerLimits = {
    callTimeoutMs: timeout,
    startTimeoutMs: startTimeout,
    maxConcurrentCalls,
    idleStopMs: idleStop,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
};

/** Collects limits by the names of their options. */
export const limitNames = (
  word: string,
  before: (keyof ServerLimits)[] = [],
): (keyof ServerLimits)[] => [...before, LIMITS[oneOf("--unset-limit", LIMIT_WORDS)(word)]];

export const readConnections = ({ connections }: ServerOptions): ServerConnections | undefined =>
  connections && CONNECTIONS[connections];

export const readCwd = (cli: Cli, options: ServerOptions): string | undefined =>
  options.cwd === undefined ? undefined : resolve(cli.io.cwd, options.cwd);

/**
 * The command as it will be run later, from another folder: a relative path to the program is made
 * whole, relative files among the arguments are pointed out.
 */
export const readCommand = (
  cli: Cli,
  [program, ...args]: readonly string[],
  cwd: string | undefined,
): { command: string; args: string[] } => {
  if (program === undefined || program === "")
    throw new GatewayError("usage", { detail: "The command is empty." });
  const isPath = /[/\\]/.test(program) && !isAbsolute(program);
  const relative = args.filter(
    (arg) => !arg.startsWith("-") && !isAbsolute(arg) && existsSync(resolve(cli.io.cwd, arg)),
  );
  if (cwd === undefined && relative.length > 0) {
    const first = relative.map((arg) => `“${arg}”`).join(", ");
    cli.warn(
      `${first} ${relative.length === 1 ? "is" : "are"} relative to this folder, and the server is ` +
        "started in another one. Better: full paths, or --cwd DIR.",
    );
  }
  return { command: isPath ? resolve(cwd ?? cli.io.cwd, program) : program, args };
};

/** A pasted address may carry a password or a key; a mark only stands for one that is stored. */
export const warnUrl = (cli: Cli, text: string): void => {
  const url = text.replace(SECRET_MARK, "");
  if (!URL.canParse(url)) return;
  const { username, password, searchParams } = new URL(url);
  const search = [...searchParams.values()].join("");
  if (username !== "" || password !== "" || search !== "") {
    cli.warn(
      "The user name, password and query of the address are kept as secrets, and they stay in the shell's history.",
    );
  }
};
