import { decidesWhatRuns, type ImportCommand } from "@local-mcp/contract";
import type { AnyEntity, Entity } from "@local-mcp/transfer";
import { isDeepStrictEqual } from "node:util";
import { DECIDES_REQUEST, isFolder, RUNS_SOMETHING } from "../../tokens/needs-processes.ts";

/**
 * Whether to store an entity takes the right to start processes, as it would over the API.
 *
 * @param entity as it will be stored
 */
export function needsProcesses(entity: AnyEntity, before: AnyEntity | null): boolean {
  switch (entity.kind) {
    case "server":
      return serverNeeds(entity, before?.kind === "server" ? before : null);
    case "tool":
      return toolNeeds(entity, before?.kind === "tool" ? before : null);
    case "root": {
      const was = before?.kind === "root" ? before.fields : null;
      const { uri, enabled } = entity.fields;
      return isFolder(uri) && (was?.uri !== uri || (enabled && !was.enabled));
    }
    case "resource": {
      const was = before?.kind === "resource" ? before.fields : null;
      const { uri, content, enabled } = entity.fields;
      if (content.kind !== "file") return false;
      const isSame = was?.uri === uri && isDeepStrictEqual(was.content, content);
      return !isSame || (enabled && !was.enabled);
    }
    case "profile": {
      const was = before?.kind === "profile" && before.fields.allowWithoutToken;
      return entity.fields.allowWithoutToken && !was;
    }
    default:
      return false;
  }
}

function serverNeeds(entity: Entity<"server">, before: Entity<"server"> | null): boolean {
  const runs = [entity, before].some((one) => one?.fields.config.transport === "stdio");
  return runs && (before === null || differs(RUNS_SOMETHING, flat(entity), flat(before)));
}

/** In the words of a change, where what is of a command is beside the rest. */
const flat = ({ fields: { config, ...rest } }: Entity<"server">): object => ({
  ...rest,
  ...config,
});

function toolNeeds({ fields }: Entity<"tool">, before: Entity<"tool"> | null): boolean {
  if (!fields.allowPrivateNetwork) return false;
  return !before?.fields.allowPrivateNetwork || differs(DECIDES_REQUEST, fields, before.fields);
}

function differs(names: readonly string[], one: object, other: object): boolean {
  const [a, b] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return names.some((name) => !isDeepStrictEqual(a.get(name), b.get(name)));
}

/** What would run of an entity; null where nothing does. Values are shown where they decide what runs. */
export function commandOf(entity: AnyEntity): ImportCommand | null {
  if (entity.kind !== "server" || entity.fields.config.transport !== "stdio") return null;
  const { command, args, cwd, env } = entity.fields.config;
  const shown = Object.entries(env).map(([name, write]) =>
    write?.plain && decidesWhatRuns(name) ? `${name}=${write.value}` : name,
  );
  return { server: entity.fields.name, command, args, cwd, env: shown, found: null, unset: [] };
}
