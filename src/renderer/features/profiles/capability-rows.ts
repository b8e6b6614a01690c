import {
  type CapabilityKind,
  type CapabilityView,
  type Customization,
  exposedName,
  LOCAL_SERVER,
  MAX_EXPOSED_NAME,
  needsAPerson,
  type ProfileView,
  type ServerView,
} from "@local-mcp/contract";
import { z } from "zod";
import { effectOf } from "../servers/annotations.ts";
import { isWell, wantsMore } from "../servers/trouble.ts";

const shown = z.enum(["all", "on", "off", "edited", "held"]).catch("all");
export type Shown = z.infer<typeof shown>;

/** From the route; what cannot be read there shows everything. */
export const shownOf = (param: string): Shown => shown.parse(param);

/** One server of a profile, or the gateway itself, with what it offers of one kind. */
export interface ServerGroup {
  /** As the profile names it; `(local)` for the gateway itself. */
  server: string;
  /** For people. */
  title: string;
  kind: CapabilityKind;
  /** Null for the gateway itself, and where the list of servers has not been read yet. */
  view: ServerView | null;
  /** Everything it offers, whatever the filter. */
  total: number;
  on: number;
  /** How many of those clients do not get. */
  held: number;
  /** What the filter leaves. */
  items: CapabilityView[];
}

export type CapabilityRow =
  | { type: "group"; key: string; group: ServerGroup }
  | { type: "item"; key: string; group: ServerGroup; item: CapabilityView };

export const isEdited = (item: CapabilityView): boolean =>
  item.renamed === "by_you" || item.describedByYou;

const SHOWN: Record<Shown, (item: CapabilityView) => boolean> = {
  all: () => true,
  on: (item) => item.enabled,
  off: (item) => !item.enabled,
  edited: isEdited,
  held: (item) => item.heldBack,
};

const matches = (item: CapabilityView, text: string): boolean =>
  [item.name, item.original, item.title, item.description].some((part) =>
    part?.toLowerCase().includes(text),
  );

/** What the group of the gateway's own is called. */
export const LOCAL_TITLE = "Local";

export const isLocal = ({ server }: Pick<CapabilityView, "server">): boolean =>
  server === LOCAL_SERVER;

/**
 * The servers of a profile in its order, each with what it offers, in its own; at the end the
 * gateway itself, where it has something to offer.
 */
export function groupsOf(
  profile: ProfileView,
  servers: readonly ServerView[],
  capabilities: readonly CapabilityView[],
  { kind, shown, text }: { kind: CapabilityKind; shown: Shown; text: string },
): ServerGroup[] {
  const wanted = text.trim().toLowerCase();
  const views = new Map(servers.map((view) => [view.id, view]));
  const byServer = new Map<string, CapabilityView[]>();
  for (const item of capabilities) {
    if (item.kind !== kind) continue;
    const items = byServer.get(item.server);
    if (items) items.push(item);
    else byServer.set(item.server, [item]);
  }
  const group = (server: string, title: string, view: ServerView | null): ServerGroup => {
    const all = byServer.get(server) ?? [];
    return {
      server,
      title,
      kind,
      view,
      total: all.length,
      on: all.filter((item) => item.enabled).length,
      held: all.filter((item) => item.enabled && item.heldBack).length,
      items: all.filter((item) => SHOWN[shown](item) && (wanted === "" || matches(item, wanted))),
    };
  };
  const ofServers = profile.servers.map(({ id, name }) => {
    const view = views.get(id) ?? null;
    return group(name, view?.title ?? name, view);
  });
  return byServer.has(LOCAL_SERVER)
    ? [...ofServers, group(LOCAL_SERVER, LOCAL_TITLE, null)]
    : ofServers;
}

/** Whether something keeps the server from answering, or from answering some calls. */
export const isInTrouble = ({ view }: ServerGroup): boolean =>
  view !== null && (!isWell(view) || wantsMore(view.status));

/** Whether what changed of its tools is to be read, where tools are listed. */
export const hasChanges = ({ view, kind }: ServerGroup): boolean =>
  kind === "tool" && view !== null && needsAPerson(view.status) && view.status.changedTools > 0;

/** As one list of rows. A server with nothing to show is in it only for what is to be done about it. */
export function rowsOf(groups: readonly ServerGroup[], isFiltered: boolean): CapabilityRow[] {
  return groups
    .filter(
      (group) =>
        group.items.length > 0 || (!isFiltered && (isInTrouble(group) || hasChanges(group))),
    )
    .flatMap((group): CapabilityRow[] => [
      { type: "group", key: group.server, group },
      ...group.items.map((item): CapabilityRow => ({
        type: "item",
        key: keyOf(item),
        group,
        item,
      })),
    ]);
}

/** Unlike its name, it stays when a person renames it. */
export const keyOf = ({ kind, server, original }: CapabilityView): string =>
  `${kind} ${server} ${original}`;

/** What turns these on or off. */
export const switched = (items: readonly CapabilityView[], enabled: boolean): Customization[] =>
  items
    .filter((item) => item.enabled !== enabled)
    .map(({ kind, server, original }) => ({ kind, server, original, enabled }));

/** A person's choices for one server, to be made once more when it comes back. */
export const choicesOf = (
  capabilities: readonly CapabilityView[],
  server: string,
): Customization[] =>
  capabilities
    .filter((item) => item.server === server && (!item.enabled || isEdited(item)))
    .map((item) => ({
      kind: item.kind,
      server,
      original: item.original,
      enabled: item.enabled,
      ...(item.renamed === "by_you" ? { name: item.name } : {}),
      ...(item.describedByYou ? { description: item.description } : {}),
    }));

const CHARACTERS_PER_TOKEN = 4;

/** What its definition costs a model's context, roughly; counted as the gateway counts a profile. */
export function estimatedTokens({ definition, name, description }: CapabilityView): number {
  const sent = { ...definition, name, ...(description === null ? {} : { description }) };
  return Math.round(JSON.stringify(sent).length / CHARACTERS_PER_TOKEN);
}

/** Whether the server itself says so. One that says nothing is not spoken for. */
export const changesData = ({ kind, definition }: CapabilityView): boolean =>
  kind === "tool" && effectOf(definition) === "changes";

/** Why clients see another name than its server gave it; null where they see that one. */
export function whyRenamed(
  item: CapabilityView,
  capabilities: readonly CapabilityView[],
  titleOf: (server: string) => string,
): string | null {
  switch (item.renamed) {
    case "by_you":
      return "renamed by you";
    case "too_long":
      return `renamed: longer than ${MAX_EXPOSED_NAME} characters`;
    case "policy":
      return "named with its server, as this profile says";
    case "collision": {
      const others = capabilities.filter(
        (other) =>
          other.kind === item.kind &&
          other.original === item.original &&
          other.server !== item.server,
      );
      const where = others.map(({ server }) => titleOf(server)).join(", ");
      return where === ""
        ? `renamed: “${item.original}” was taken when it was named`
        : `renamed: “${item.original}” is also in ${where}`;
    }
    default:
      return null;
  }
}

/** What is wrong with a name that a person wants clients to see; null where nothing is. */
export function nameProblem(
  name: string,
  item: CapabilityView,
  capabilities: readonly CapabilityView[],
  titleOf: (server: string) => string,
): string | null {
  if (name.length > MAX_EXPOSED_NAME) {
    const over = name.length - MAX_EXPOSED_NAME;
    return `${over} too many: clients break on names over ${MAX_EXPOSED_NAME} characters.`;
  }
  const form = exposedName.safeParse(name);
  if (!form.success) return form.error.issues[0]?.message ?? null;
  const holder = capabilities.find(
    (other) => other.kind === item.kind && other.name === name && keyOf(other) !== keyOf(item),
  );
  return holder
    ? `Clients already see a ${item.kind} “${name}” from ${titleOf(holder.server)}.`
    : null;
}

/** A name close to the one that is wanted which nobody else has and every client accepts. */
export function freeName(
  wanted: string,
  item: CapabilityView,
  capabilities: readonly CapabilityView[],
): string {
  const taken = new Set(
    capabilities
      .filter((other) => other.kind === item.kind && keyOf(other) !== keyOf(item))
      .map(({ name }) => name),
  );
  const clean = wanted.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^_+|_+$/g, "") || item.kind;
  const candidates = [clean, `${item.server}_${clean}`.replace(/[^A-Za-z0-9_-]+/g, "_")];
  for (const candidate of candidates) {
    const cut = candidate.slice(0, MAX_EXPOSED_NAME);
    if (!taken.has(cut)) return cut;
  }
  for (let n = 2; ; n += 1) {
    const end = `_${n}`;
    const candidate = clean.slice(0, MAX_EXPOSED_NAME - end.length) + end;
    if (!taken.has(candidate)) return candidate;
  }
}
