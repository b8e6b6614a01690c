import { spawn } from "node:child_process";
import { join } from "node:path";
import { pageUrl } from "@local-mcp/gateway";
import { isInteractive, type Io } from "./io.ts";

/**
 * The system's own opener. It is started without a shell and gets the page as one argument, which is
 * all that packages for this do on these systems.
 */
const openerOf = (env: NodeJS.ProcessEnv): [command: string, ...words: string[]] => {
  switch (process.platform) {
    case "darwin":
      return ["/usr/bin/open"];
    case "win32": {
      // Named in full: Windows would look in the current folder first.
      const system = join(env["SystemRoot"] ?? "C:\\Windows", "System32");
      return [join(system, "rundll32.exe"), "url.dll,FileProtocolHandler"];
    }
    default:
      return ["xdg-open"];
  }
};

const isSet = (env: NodeJS.ProcessEnv, ...names: string[]): boolean =>
  names.some((name) => (env[name] ?? "") !== "");

/** Whether whoever runs the command sits before a screen on which a browser would show. */
export const hasBrowser = (io: Io): boolean => {
  const { env } = io;
  if (!isInteractive(io) || isSet(env, "SSH_CONNECTION", "SSH_TTY", "CI")) return false;
  const hasScreen = process.platform === "darwin" || process.platform === "win32";
  return hasScreen || isSet(env, "DISPLAY", "WAYLAND_DISPLAY");
};

/**
 * Opens a page in the browser, and resolves with whether something could be started that does so.
 * What is no {@link pageUrl} is not opened: it is a gateway that names it, maybe one elsewhere.
 */
export const openPage = async (io: Io, named: string): Promise<boolean> => {
  const page = pageUrl(named);
  return page !== null && start(io, page);
};

const start = (io: Io, page: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [command, ...words] = openerOf(io.env);
    const opener = spawn(command, [...words, page], {
      env: io.env,
      stdio: "ignore",
      // It may become the browser itself, which outlives this command.
      detached: true,
    });
    opener.once("spawn", () => resolve(true));
    opener.once("error", () => resolve(false));
    opener.unref();
  });
