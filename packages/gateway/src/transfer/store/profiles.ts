import { customization, GatewayError, profileCreate, type TransferKind } from "@local-mcp/contract";
import type { ProfileRow, StoredCustomization } from "@local-mcp/database";
import type {
  AnyEntity,
  Choice,
  Draft,
  Entity,
  ProfileFields,
  Surroundings,
} from "@local-mcp/transfer";
import { z } from "zod";
import { refuseSameNames, refuseTexts } from "../../profiles/choices.ts";
import { LocalChoice } from "../../profiles/local-choices.ts";
import type { Stores } from "../../stores.ts";
import { checked, newId, rowOf, still, type Storing } from "./draft.ts";

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

/** @throws GatewayError as adding, changing and customizing a profile does */
export function buildProfile(
  { stores }: Storing,
  entity: Entity<"profile">,
  before: AnyEntity | null,
  surroundings: Surroundings,
): Draft {
  const row = rowOf(before, stores.profiles);
  const { name, ...wanted } = checked(profileCreate, entity.fields);
  const there = (kind: TransferKind, keys: readonly string[]): string[] => {
    const each = [...new Set(keys)];
    for (const key of each) refuseUnknown(kind, key, surroundings);
    return each;
  };
  const servers = there("server", wanted.servers);
  const columns = { ...wanted, name: name ?? wanted.slug };
  const fields = profileFields(columns, {
    servers,
    tools: there("tool", wanted.tools),
    prompts: there("prompt", wanted.prompts),
    resources: there("resource", wanted.resources),
    roots: there("root", wanted.roots),
    active: entity.fields.active,
    choices: checkedChoices(entity.fields.choices, wanted.slug, servers),
  });
  const id = row?.id ?? newId(entity, stores.profiles);
  return {
    entity: { kind: "profile", uid: id, fields, withheld: [] },
    warnings: [],
    write: () => writeProfile(stores, id, row, fields),
    link: () => linkProfile(stores, id, fields),
  };
}

/** @throws GatewayError server_not_found, local_not_found */
function refuseUnknown(kind: TransferKind, key: string, surroundings: Surroundings): void {
  if (surroundings.find(kind, key)) return;
  if (kind === "server") throw new GatewayError("server_not_found", { server: key.slice(0, 200) });
  throw new GatewayError("local_not_found", { kind, name: key.slice(0, 200) });
}

/**
 * What a server offers is not known before it has started, so what is chosen of it is stored as it is;
 * a choice that changes nothing is none.
 *
 * @throws GatewayError validation_failed, server_not_in_profile, exposed_name_taken
 */
function checkedChoices(
  given: readonly Choice[],
  profile: string,
  servers: readonly string[],
): Choice[] {
  const choices = new Map<string, Choice>();
  for (const choice of checked(CHOICES, [...given])) {
    const { server, kind, original } = choice;
    if (!servers.includes(server)) {
      throw new GatewayError("server_not_in_profile", { server: server.slice(0, 200), profile });
    }
    refuseTexts(kind, choice);
    choices.set(JSON.stringify([server, kind, original]), choice);
  }
  const changing = [...choices.values()].filter(
    ({ enabled, name, description }) => !enabled || name !== null || description !== null,
  );
  refuseSameNames(
    profile,
    changing.flatMap(({ name, server }) => (name === null ? [] : [{ name, server }])),
  );
  return inOrder(changing);
}

const CHOICES = z.array(customization.required());

function writeProfile(
  stores: Stores,
  id: string,
  before: ProfileRow | null,
  fields: ProfileFields,
): void {
  const { slug, name, description, tags, healthUrl, enabled, namePolicy, allowWithoutToken } =
    fields;
  const columns = {
    slug,
    name,
    description,
    tags,
    healthUrl,
    enabled,
    namePolicy,
    allowWithoutToken,
  };
  if (!before) {
    stores.profiles.insert({ id, ...columns, position: stores.profiles.count() });
    return;
  }
  still(stores.profiles.update(id, columns));
  // Another policy is a wish for other names, which those given before would withstand.
  if (namePolicy !== before.namePolicy) {
    stores.names.replace(id, []);
    new LocalChoice(stores).forgetNames(id);
  }
}

function linkProfile(stores: Stores, id: string, fields: ProfileFields): void {
  const { servers, active, choices } = fields;
  const serverIds = stores.servers.idsOf(servers);
  stores.profiles.replaceServers(id, idsFor(servers, serverIds));
  new LocalChoice(stores).replace(id, {
    tools: idsFor(fields.tools, stores.tools.idsOf(fields.tools)),
    prompts: idsFor(fields.prompts, stores.prompts.idsOf(fields.prompts)),
    resources: idsFor(fields.resources, stores.resources.idsOf(fields.resources)),
    roots: idsFor(fields.roots, stores.roots.idsOf(fields.roots)),
  });
  stores.customizations.replace(
    id,
    choices.map((choice) => storedChoice(choice, still(serverIds.get(choice.server)))),
  );
  const isActive = stores.profiles.active()?.id === id;
  if (isActive !== active) stores.profiles.setActive(active ? id : null);
}

/** @throws GatewayError import_changed where one of them is gone */
const idsFor = (keys: readonly string[], ids: ReadonlyMap<string, string>): string[] =>
  keys.map((key) => still(ids.get(key)));

const storedChoice = (
  { kind, original, enabled, name, description }: Choice,
  mcpServerId: string,
): StoredCustomization => ({
  kind,
  mcpServerId,
  original,
  isEnabled: enabled ?? true,
  customName: name ?? null,
  customDescription: description ?? null,
});
