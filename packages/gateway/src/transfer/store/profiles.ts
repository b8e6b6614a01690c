import type { ProfileRow, StoredCustomization } from "@local-mcp/database";
import type { Choice, ProfileFields } from "@local-mcp/transfer";

/** What of a profile is not in its row. */
type Links = Pick<
  ProfileFields,
  "servers" | "tools" | "prompts" | "resources" | "roots" | "active" | "choices"
>;

export const profileFields = (
  row: Pick<ProfileRow, Exclude<keyof ProfileFields, keyof Links>>,
  links: Links,
): ProfileFields => ({
  slug: row.slug,
  name: row.name,
  description: row.description,
  ...links,
  tags: row.tags,
  healthUrl: row.healthUrl,
  enabled: row.enabled,
  namePolicy: row.namePolicy,
  allowWithoutToken: row.allowWithoutToken,
});

/** @param server its name */
export const choiceOf = (
  { kind, original, isEnabled, customName, customDescription }: StoredCustomization,
  server: string,
): Choice => ({
  kind,
  server,
  original,
  enabled: isEnabled,
  name: customName,
  description: customDescription,
});

const KINDS: readonly Choice["kind"][] = ["tool", "prompt", "resource"];

/** In the order that {@link ProfileFields} has them. */
export const inOrder = (choices: readonly Choice[]): Choice[] =>
  choices.toSorted(
    (a, b) =>
      compare(a.server, b.server) ||
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      compare(a.original, b.original),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
