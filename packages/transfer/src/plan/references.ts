import type { TransferKind } from "@local-mcp/contract";
import type { AnyEntity, Entity } from "../entity.ts";

export interface Reference {
  kind: TransferKind;
  key: string;
}

/** What a reference of the file is called once the import is done; null where there is no such thing. */
export type Resolve = (kind: TransferKind, key: string) => string | null;

/** The same entity, referring to what will be there; what will not is left out and told. */
export function resolveReferences(
  entity: AnyEntity,
  resolve: Resolve,
): { entity: AnyEntity; missing: Reference[] } {
  const missing = new Map<string, Reference>();
  const find: Resolve = (kind, key) => {
    const found = resolve(kind, key);
    if (found === null) missing.set(`${kind} ${key}`, { kind, key });
    return found;
  };
  const resolved = resolvedOf(entity, find);
  return { entity: resolved, missing: [...missing.values()] };
}

function resolvedOf(entity: AnyEntity, find: Resolve): AnyEntity {
  if (entity.kind === "profile") return ofProfile(entity, find);
  if (entity.kind !== "resource") return entity;
  const { content } = entity.fields;
  // Without a root it is one whose root was gone where it comes from.
  if (content.kind !== "file" || content.root === "") return entity;
  const root = find("root", content.root) ?? "";
  return { ...entity, fields: { ...entity.fields, content: { ...content, root } } };
}

function ofProfile(entity: Entity<"profile">, find: Resolve): Entity<"profile"> {
  const { servers, tools, prompts, resources, roots, choices } = entity.fields;
  /** Two names of a file may come to one thing. */
  const all = (kind: TransferKind, keys: readonly string[]): string[] => [
    ...new Set(keys.flatMap((key) => find(kind, key) ?? [])),
  ];
  return {
    ...entity,
    fields: {
      ...entity.fields,
      servers: all("server", servers),
      tools: all("tool", tools),
      prompts: all("prompt", prompts),
      resources: all("resource", resources),
      roots: all("root", roots),
      choices: choices.flatMap((choice) => {
        const server = find("server", choice.server);
        return server === null ? [] : [{ ...choice, server }];
      }),
    },
  };
}
