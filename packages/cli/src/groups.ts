import type { Command } from "commander";
import type { Act } from "./cli.ts";

/** Adds commands to the tree. */
export type AddCommands = (program: Command, act: Act) => void;

interface Group {
  /** The words that lead to it, with those that stand for them. */
  words: readonly string[];
  load: () => Promise<AddCommands>;
}

/** All commands, in the order of the help. Each group is loaded when it is asked for. */
const GROUPS: readonly Group[] = [
  {
    words: ["serve"],
    load: async () => (await import("./commands/serve.ts")).addServeCommand,
  },
  {
    words: ["status", "doctor"],
    load: async () => (await import("./commands/status.ts")).addStatusCommands,
  },
  {
    words: ["servers", "gateways"],
    load: async () => (await import("./commands/servers.ts")).addServerCommands,
  },
  {
    words: ["profiles"],
    load: async () => (await import("./commands/profiles.ts")).addProfileCommands,
  },
  {
    words: ["tools"],
    load: async () => (await import("./commands/tools.ts")).addToolCommands,
  },
  {
    words: ["prompts"],
    load: async () => (await import("./commands/prompts.ts")).addPromptCommands,
  },
  {
    words: ["resources"],
    load: async () => (await import("./commands/resources.ts")).addResourceCommands,
  },
  {
    words: ["roots"],
    load: async () => (await import("./commands/roots.ts")).addRootCommands,
  },
  {
    words: ["sessions"],
    load: async () => (await import("./commands/sessions.ts")).addSessionCommands,
  },
  {
    words: ["tokens"],
    load: async () => (await import("./commands/tokens.ts")).addTokenCommands,
  },
  {
    words: ["vault"],
    load: async () => (await import("./commands/vault.ts")).addVaultCommands,
  },
  {
    words: ["backup"],
    load: async () => (await import("./commands/backup.ts")).addBackupCommands,
  },
  {
    words: ["export"],
    load: async () => (await import("./commands/export.ts")).addExportCommand,
  },
  {
    words: ["import"],
    load: async () => (await import("./commands/import.ts")).addImportCommand,
  },
  {
    words: ["logs", "debug-logs"],
    load: async () => (await import("./commands/logs.ts")).addLogCommands,
  },
  {
    words: ["metrics"],
    load: async () => (await import("./commands/metrics.ts")).addMetricsCommands,
  },
  {
    words: ["settings"],
    load: async () => (await import("./commands/settings.ts")).addSettingCommands,
  },
  {
    words: ["audit"],
    load: async () => (await import("./commands/audit.ts")).addAuditCommands,
  },
  {
    words: ["bridge"],
    load: async () => (await import("./commands/bridge.ts")).addBridgeCommand,
  },
  {
    words: ["completion"],
    load: async () => (await import("./commands/completion.ts")).addCompletionCommands,
  },
];

/** What adds the command that `word` names; all commands where it names none, for help and hints. */
export const loadCommands = (word: string | undefined): Promise<AddCommands[]> => {
  const named = GROUPS.filter(({ words }) => word !== undefined && words.includes(word));
  return Promise.all((named.length > 0 ? named : GROUPS).map(({ load }) => load()));
};
