import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the app is started with the session. */
export interface LoginCommand {
  program: string;
  args: readonly string[];
  /** `--data-dir`, where it was given: each has an entry of its own. */
  dataDir: string | undefined;
}

/** Writes or removes the entry of the XDG autostart specification; touches nothing that is right. */
export function setAutostart(configHome: string, on: boolean, command: LoginCommand): void {
  const directory = join(configHome, "autostart");
  const file = join(directory, `${entryName(command.dataDir)}.desktop`);
  if (!on) {
    rmSync(file, { force: true });
    return;
  }
  const entry = autostartEntry(command);
  if (readOrNull(file) === entry) return;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, entry, { mode: 0o600 });
}

const entryName = (dataDir: string | undefined): string => {
  if (dataDir === undefined) return "local-mcp-gateway";
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 8);
  return `local-mcp-gateway-${hash}`;
};

export const autostartEntry = ({ program, args }: LoginCommand): string =>
  [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Local MCP Gateway",
    `Exec=${[program, ...args].map(quote).join(" ")}`,
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    "",
  ].join("\n");

/**
 * One argument of an Exec line. Desktop Entry Specification, “The Exec key”: quoted, with a
 * backslash before what a shell would read; that backslash is doubled by the rule of string values,
 * and “%” would be a field code.
 */
const quote = (argument: string): string => {
  const escaped = argument
    .replaceAll(/["`$\\]/g, (character) => `\\${character}`)
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%");
  return `"${escaped}"`;
};

const readOrNull = (file: string): string | null => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
};
