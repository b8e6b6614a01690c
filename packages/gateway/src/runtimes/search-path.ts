import { readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Folders where installers put programs and that a PATH may lack, for example because a shell could
 * not be asked. Those that exist, best first.
 */
export function wellKnownFolders(home: string, env: Readonly<Record<string, string>>): string[] {
  const folders =
    process.platform === "win32"
      ? [
          join(env.PROGRAMFILES ?? "C:\\Program Files", "nodejs"),
          join(env.APPDATA ?? join(home, "AppData", "Roaming"), "npm"),
          join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "Volta", "bin"),
          join(home, ".local", "bin"),
          join(home, ".cargo", "bin"),
          join(home, ".bun", "bin"),
        ]
      : [
          "/opt/homebrew/bin",
          "/usr/local/bin",
          join(home, ".local", "bin"),
          join(home, ".cargo", "bin"),
          join(home, ".bun", "bin"),
          join(home, ".volta", "bin"),
          join(home, ".asdf", "shims"),
          join(home, ".local", "share", "mise", "shims"),
          ...nvmFolder(home),
          join(home, ".docker", "bin"),
          "/home/linuxbrew/.linuxbrew/bin",
          "/snap/bin",
        ];
  return folders.filter(isFolder);
}

/** The folders of a PATH, each once, in order. */
export const foldersOf = (path: string | undefined): string[] => [
  ...new Set((path ?? "").split(delimiter).filter((folder) => folder !== "")),
];

/** The Node that nvm would choose: that of its alias “default”, or else the newest. */
function nvmFolder(home: string): string[] {
  const root = join(home, ".nvm");
  const versions = listed(join(root, "versions", "node"))
    .filter((name) => name.startsWith("v"))
    .toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
  const wanted = `v${read(join(root, "alias", "default"))
    .trim()
    .replace(/^v/, "")}`;
  const chosen =
    versions.find((name) => name === wanted || name.startsWith(`${wanted}.`)) ?? versions[0];
  return chosen === undefined ? [] : [join(root, "versions", "node", chosen, "bin")];
}

// What is not there or may not be read is as good as empty for all of these.

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
