import type { CapabilityKind, CapabilityView, TagFilter } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { list, usage } from "../forms.ts";

// What commands of everything that has tags, and that profiles have, take alike.

/** Of a command that lists. */
export interface TagFilterOptions {
  tag?: string[];
  allTags?: boolean;
}

export const takesTagFilter = (command: Command): Command =>
  command
    .option("--tag <a,b>", "only those with one of these tags", list)
    .option("--all-tags", "only those with each --tag");

export const tagFilterOf = ({ tag, allTags }: TagFilterOptions): TagFilter => {
  if (allTags && tag === undefined) throw usage("--all-tags belongs to a --tag.");
  return { tags: tag, match: allTags ? "all" : "any" };
};

/** Answers with a list; one that the filter left empty is not taken for one that has nothing yet. */
export const answerTagged = <One>(
  cli: Cli,
  all: readonly One[],
  filter: TagFilter,
  tableOf: (cli: Cli, all: readonly One[]) => string,
): void => {
  const tags = [filter.tags ?? []].flat();
  const quoted = tags.map((tag) => `“${tag}”`).join(", ");
  const which =
    tags.length > 1 ? `${filter.match === "all" ? "all" : "one"} of the tags` : "the tag";
  const isFiltered = all.length === 0 && tags.length > 0;
  cli.answer(all, isFiltered ? `None has ${which} ${quoted}.` : tableOf(cli, all));
};

/**
 * Answers with the gateway's own, or with what clients of a profile see in the place of those.
 *
 * @throws GatewayError usage where both a profile and tags were given
 */
export const answerOwnOrSeen = <One>(
  cli: Cli,
  { profile, ...options }: TagFilterOptions & { profile?: string },
  of: {
    kind: CapabilityKind;
    own: (api: Api, filter: TagFilter) => Promise<One[]>;
    ownTable: (cli: Cli, all: readonly One[]) => string;
    seenTable: (cli: Cli, seen: readonly CapabilityView[]) => string;
  },
): Outcome => {
  const filter = tagFilterOf(options);
  if (profile !== undefined && filter.tags) throw usage("Give --tag or --profile, not both.");
  return cli.use(async (api) => {
    if (profile === undefined) {
      answerTagged(cli, await of.own(api, filter), filter, of.ownTable);
      return;
    }
    const all = await api.profiles.capabilities({ profile, kind: of.kind });
    const seen = all.filter(({ enabled }) => enabled);
    cli.answer(seen, of.seenTable(cli, seen));
  });
};

/** Of a command that makes something. */
export interface NewOptions {
  tag?: string[];
  profile?: string[];
}

export const takesNew = (command: Command): Command =>
  takesTags(command).option("--profile <slug>", "profile it joins", list);

export const takesTags = (command: Command): Command =>
  command.option("--tag <a,b>", "tags to find it by", list);

/** Of a command that changes something. */
export interface TagChangeOptions {
  tag?: string[];
  unsetTags?: boolean;
}

export const takesTagChanges = (command: Command): Command =>
  command
    .option("--tag <a,b>", "its tags, in place of those it has", list)
    .option("--unset-tags", "take all its tags away");

/** Undefined where they stay. */
export const tagChangeOf = ({ tag, unsetTags }: TagChangeOptions): string[] | undefined => {
  if (!unsetTags) return tag;
  if (tag === undefined) return [];
  throw usage("Give --tag or --unset-tags, not both.");
};

/** Of a command that changes something which can be turned off. */
export interface TurnOptions {
  enable?: boolean;
  disable?: boolean;
}

export const takesTurn = (command: Command): Command =>
  command.option("--enable", "turn it on").option("--disable", "turn it off");

/** Undefined where it stays as it is. */
export const enabledOf = ({ enable, disable }: TurnOptions): boolean | undefined => {
  if (enable && disable) throw usage("Give --enable or --disable, not both.");
  return enable ?? (disable ? false : undefined);
};
