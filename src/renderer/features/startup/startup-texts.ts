import type { Problem } from "@local-mcp/contract";

/** What a start that failed says, and the way out that fits it. */
export interface StartupFailure {
  title: string;
  /** Each a paragraph. */
  why: string[];
  /** A file or folder it is about. */
  path: string | null;
  /** Beside “Copy details”, “Try again” and “Quit”, which are always there. */
  action: "show_holder" | "choose_folder" | "open_folder" | null;
  /** How near at hand a backup is: it is what helps, or another way than those above. */
  restore: "first" | "other" | null;
}

const text = (value: string | number | undefined): string | null =>
  value === undefined ? null : String(value);

/** @param version of this app, where it is known already. */
export function startupFailure(problem: Problem, version: string | null): StartupFailure {
  const { code, message, wayOut, params } = problem;
  switch (code) {
    case "data_dir_held": {
      const holder = text(params.holder);
      return {
        title: `Another Local MCP Gateway${holder ? ` (${holder})` : ""} is using this data folder.`,
        why: ["Only one can write to it at a time. Nothing was changed."],
        path: text(params.dataDir),
        // A gateway without a window cannot be shown; it is named, and can be ended where it runs.
        action: holder?.endsWith(", app") ? "show_holder" : null,
        restore: null,
      };
    }
    case "database_newer":
      return {
        title: "This data was written by a newer version.",
        why: [
          `${version ? `This is version ${version}. ` : ""}Nothing was changed.`,
          "Install the newer version, or open another folder.",
        ],
        path: text(params.path),
        action: "choose_folder",
        restore: "other",
      };
    case "database_damaged":
      return {
        title: "The configuration database is damaged.",
        why: [message],
        path: text(params.path),
        action: "open_folder",
        restore: "first",
      };
    case "data_dir_unusable":
      return {
        title: "The data folder cannot be used.",
        why: [message, "Make it readable and writable, or open another folder."],
        path: text(params.dataDir),
        action: "choose_folder",
        restore: null,
      };
    default:
      return {
        title: "Local MCP Gateway could not start.",
        why: [message, wayOut],
        path: null,
        action: null,
        restore: null,
      };
  }
}
