import { accessSync, constants, statSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { GatewayError, type Warning } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { counted, guardedLookup } from "@local-mcp/engine";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import { foldersOf } from "../runtimes/search-path.ts";

const CONNECT_MS = 2000;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The file that would run for a server, or null where there is none. A server's own PATH goes before
 * ours; one that is a secret is told to nobody, and neither is what is in it.
 */
export function findProgram(
  { command, cwd, env }: Extract<StoredServerConfig, { transport: "stdio" }>,
  variables: Variables,
): string | null {
  const windows = process.platform === "win32";
  const own = Object.entries(env).find(
    ([name]) => name === "PATH" || (windows && name.toUpperCase() === "PATH"),
  )?.[1];
  if (own === undefined) return findCommand(command, variables, cwd);
  return findCommand(command, { ...variables, PATH: "plain" in own ? own.plain : "" }, cwd);
}

/** The file that would run for a command, or null. Looks where spawn looks. */
export const findCommand = (command: string, env: Variables, cwd: string | null): string | null =>
  findCommands(command, env, cwd)[0] ?? null;

/** All files of a command's name, in the order in which they are looked for. */
export function findCommands(command: string, env: Variables, cwd: string | null): string[] {
  const windows = process.platform === "win32";
  const endings = windows ? (env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";") : [];
  const hasFolder = command.includes("/") || (windows && command.includes("\\"));
  const folders =
    hasFolder || isAbsolute(command) ? [cwd ?? "."] : (env.PATH ?? "").split(delimiter);
  return folders
    .filter((folder) => folder !== "")
    .flatMap((folder) =>
      ["", ...endings.filter((one) => one !== "")].map((ending) =>
        hasFolder ? resolve(folder, command + ending) : join(folder, command + ending),
      ),
    )
    .filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether something will answer: said as a warning, since what is stored may be right tomorrow. */
export function probeCommand(
  config: Extract<StoredServerConfig, { transport: "stdio" }>,
  runtimes: RuntimesService,
): Warning[] {
  const { variables, pathName } = runtimes;
  const own = config.env.PATH;
  // Where it is looked for is a secret.
  if (own !== undefined && "secret" in own) return [];
  if (findProgram(config, variables) !== null) return [];
  const folders = counted(foldersOf(own?.plain ?? variables.PATH).length, "folder");
  const where = own === undefined ? pathName : "its own PATH";
  const message = `“${config.command}” was not found. Looked in ${folders} of ${where}.`;
  return [{ code: "command_not_found", message }];
}

/** The same for an address. What a proxy can reach, only the proxy knows. */
export async function probeUrl(url: URL, runtimes: RuntimesService): Promise<Warning[]> {
  if (runtimes.routeTo(url).proxy !== null) return [];
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const problem = await new Promise<Error | null>((done) => {
    const socket = connect({ host, port, lookup: guardedLookup("person") });
    const end = (result: Error | null): void => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(CONNECT_MS, () => end(new Error("no answer")));
    socket.once("connect", () => end(null));
    socket.once("error", end);
  });
  if (problem === null) return [];
  if (problem instanceof GatewayError) return [{ code: problem.code, message: problem.message }];
  const why = "code" in problem ? String(problem.code) : problem.message;
  return [{ code: "unreachable", message: `${url.host} cannot be reached now (${why}).` }];
}
