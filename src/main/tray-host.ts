import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** A session bus that does not answer within this time has no tray either, ms. */
const LIMIT_MS = 2000;
const WATCHER = "org.kde.StatusNotifierWatcher";

/** Programs that can ask the session bus for the owner of a name; the first that is installed. */
const PROBES: readonly { command: string; args: string[]; yes: RegExp }[] = [
  {
    command: "dbus-send",
    args: [
      "--session",
      "--print-reply",
      "--dest=org.freedesktop.DBus",
      "/org/freedesktop/DBus",
      "org.freedesktop.DBus.NameHasOwner",
      `string:${WATCHER}`,
    ],
    yes: /boolean true/,
  },
  {
    command: "gdbus",
    args: [
      "call",
      "--session",
      "--dest=org.freedesktop.DBus",
      "--object-path=/org/freedesktop/DBus",
      "--method=org.freedesktop.DBus.NameHasOwner",
      WATCHER,
    ],
    yes: /\(true,\)/,
  },
];

/**
 * Whether this desktop shows tray icons. Windows and macOS do; on Linux somebody has to own the
 * name that icons are announced to, which plain GNOME does not.
 */
export async function hasTrayHost(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  if (platform !== "linux") return true;
  const bus = env["XDG_RUNTIME_DIR"] ? join(env["XDG_RUNTIME_DIR"], "bus") : null;
  if (!env["DBUS_SESSION_BUS_ADDRESS"] && (bus === null || !existsSync(bus))) return false;
  for (const { command, args, yes } of PROBES) {
    const output = await run(command, args, env);
    if (output !== null) return yes.test(output);
  }
  return false;
}

/** What the program prints, "" where it fails, null where it is not installed. */
const run = (command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(command, args, { env, timeout: LIMIT_MS, killSignal: "SIGKILL" }, (error, stdout) => {
      if (error) resolve(error.code === "ENOENT" ? null : "");
      else resolve(stdout);
    });
  });
