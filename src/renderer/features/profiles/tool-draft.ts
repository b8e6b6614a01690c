import type { CapabilityView, Customization } from "@local-mcp/contract";

/** A person's words for a tool; null leaves them to its server. */
export interface Draft {
  name: string | null;
  description: string | null;
}

export const draftOf = (item: CapabilityView): Draft => ({
  name: item.renamed === "by_you" ? item.name : null,
  description: item.describedByYou ? item.description : null,
});

export function originalDescription({ definition }: CapabilityView): string | null {
  return typeof definition.description === "string" ? definition.description : null;
}

/** The name that clients would see. What one gets by leaving a chosen name is not known before. */
export function shownName({ name }: Draft, item: CapabilityView): string {
  if (name !== null) return name;
  return item.renamed === "by_you" ? item.original : item.name;
}

/** What has to be stored; null where nothing is different. */
export function changeOf(draft: Draft, item: CapabilityView): Customization | null {
  const before = draftOf(item);
  // Typing the name that clients see anyway is no choice of another.
  const name = draft.name === item.name && before.name === null ? null : draft.name;
  const change: Customization = {
    kind: item.kind,
    server: item.server,
    original: item.original,
    ...(name === before.name ? {} : { name }),
    ...(draft.description === before.description ? {} : { description: draft.description }),
  };
  return "name" in change || "description" in change ? change : null;
}
