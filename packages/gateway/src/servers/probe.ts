import { accessSync, constants, statSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import type { Warning } from "@local-mcp/contract";

const CONNECT_MS = 2000;

/** The file that would run for a command, or null. Looks where spawn looks. */
export function findCommand(
  command: string,
  env: Record<string, string | undefined>,
  cwd: string | null,
): string | null {
  const windows = process.platform === "win32";
  const endings = windows ? (env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";") : [""];
  const hasFolder = command.includes("/") || (windows && command.includes("\\"));
  const folders =
    hasFolder || isAbsolute(command) ? [cwd ?? "."] : (env.PATH ?? "").split(delimiter);
  for (const folder of folders.filter((one) => one !== "")) {
    for (const ending of ["", ...endings.filter((one) => one !== "")]) {
      const candidate = hasFolder
        ? resolve(folder, command + ending)
        : join(folder, command + ending);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return null;
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
  command: string,
  env: Record<string, string | undefined>,
  cwd: string | null,
): Warning[] {
  if (findCommand(command, env, cwd) !== null) return [];
  const folders = (env.PATH ?? "").split(delimiter).length;
  const message = `“${command}” was not found. Looked in ${folders} folders of PATH.`;
  return [{ code: "command_not_found", message }];
}

export async function probeUrl(url: URL): Promise<Warning[]> {
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const problem = await new Promise<string | null>((done) => {
    const socket = connect({ host, port });
    const end = (result: string | null): void => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(CONNECT_MS, () => end("no answer"));
    socket.once("connect", () => end(null));
    socket.once("error", (error) => end("code" in error ? String(error.code) : error.message));
  });
  if (problem === null) return [];
  return [{ code: "unreachable", message: `${url.host} cannot be reached now (${problem}).` }];
}
