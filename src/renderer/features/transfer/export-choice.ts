import type {
  ExportEstimate,
  ExportFormat,
  ExportOptions,
  TransferKind,
  TransferSelection,
} from "@local-mcp/contract";
import { filterByWords, tagTest } from "../../components/word-filter.ts";
import { KIND_WORDS, KINDS } from "./transfer-words.ts";

/** One thing that can be exported. */
export type Available = ExportEstimate["available"][number];

/** What is to be exported, as it stands in the fields; without the passphrase. */
export interface ExportChoice {
  /** Whether everything is ticked that is not in `turned`, or nothing. */
  all: boolean;
  /** Keys of {@link keyOf} that are ticked otherwise than `all` says. */
  turned: ReadonlySet<string>;
  /** Any of them. */
  tags: readonly string[];
  includeInactive: boolean;
  dependencies: boolean;
  secrets: "passphrase" | "key" | "none";
  format: ExportFormat;
}

type Named = Pick<Available, "kind" | "name">;

export const keyOf = ({ kind, name }: Named): string => `${kind}/${name}`;

/** Everything that is on, or only what was asked for where it stands. */
export const firstChoice = (only: Named | null): ExportChoice => ({
  all: only === null,
  turned: new Set(only === null ? [] : [keyOf(only)]),
  tags: [],
  includeInactive: only !== null,
  dependencies: true,
  secrets: "passphrase",
  format: "gateway",
});

export const isTicked = (item: Named, { all, turned }: ExportChoice): boolean =>
  turned.has(keyOf(item)) !== all;

/** Ticks all of them, or none. */
export function tick(choice: ExportChoice, items: readonly Named[], on: boolean): ExportChoice {
  const turned = new Set(choice.turned);
  for (const item of items) {
    if (on === choice.all) turned.delete(keyOf(item));
    else turned.add(keyOf(item));
  }
  return { ...choice, turned };
}

/** Those that can be ticked: without what is turned off, and with the tags that are asked for. */
export function candidates(available: readonly Available[], choice: ExportChoice): Available[] {
  const { tags, includeInactive } = choice;
  const order = (kind: TransferKind): number => KINDS.indexOf(kind);
  return available
    .filter(
      (item) =>
        (item.enabled || includeInactive) &&
        (tags.length === 0 || item.tags.some((tag) => tags.includes(tag))),
    )
    .toSorted((a, b) => order(a.kind) - order(b.kind) || a.name.localeCompare(b.name));
}

/** Rows that a filter leaves: words, `kind:server`, `tag:prod`. */
export const filterAvailable = (items: readonly Available[], filter: string): Available[] =>
  filterByWords(items, filter, ({ name, title }) => `${name}\n${title ?? ""}`, {
    tag: tagTest,
    kind: ({ kind }, value) => KIND_WORDS[kind].many.startsWith(value),
  });

/** Every tag that there is to choose from, sorted. */
export const tagsOf = (available: readonly Available[]): string[] =>
  [...new Set(available.flatMap(({ tags }) => tags))].toSorted();

/**
 * What the gateway is asked for; null where nothing is ticked.
 *
 * @param items those that can be ticked; null while they are not known
 */
export function optionsOf(
  choice: ExportChoice,
  items: readonly Available[] | null,
): Omit<ExportOptions, "passphrase"> | null {
  const { tags, includeInactive, dependencies, format, secrets } = choice;
  const selection = selectionOf(choice, items);
  if (selection && Object.keys(selection).length === 0) return null;
  return {
    ...(selection && { selection }),
    tags: [...tags],
    includeInactive,
    dependencies,
    format,
    // That program's key is unsalted: its secrets are for those who ask for them by name.
    secrets: secrets === "none" || format === "contextforge" ? "none" : "sealed",
  };
}

/** What is ticked, by kind; an empty list, which means all of a kind, where that is so. */
function selectionOf(
  choice: ExportChoice,
  items: readonly Available[] | null,
): TransferSelection | null {
  if (choice.all && choice.turned.size === 0) return null;
  const known: readonly Named[] = items ?? [...choice.turned].map(namedBy);
  const selection: TransferSelection = {};
  for (const kind of KINDS) {
    const ofKind = known.filter((item) => item.kind === kind);
    const ticked = ofKind.filter((item) => isTicked(item, choice)).map(({ name }) => name);
    if (ticked.length === 0) continue;
    selection[kind] = items !== null && ticked.length === ofKind.length ? [] : ticked;
  }
  return selection;
}

function namedBy(key: string): Named {
  const [kind = "", ...name] = key.split("/");
  return { kind: KINDS.find((one) => one === kind) ?? "server", name: name.join("/") };
}
