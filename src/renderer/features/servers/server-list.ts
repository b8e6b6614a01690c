import {
  needsAPerson,
  serverState,
  type ServerState,
  type ServerView,
  STATE_WORDS,
} from "@local-mcp/contract";
import { filterByWords, tagTest } from "../../components/word-filter.ts";

/** Those that need a person come first; the others keep their place whatever they do. */
const NEED: Partial<Record<ServerState, number>> = {
  failed: 0,
  needs_sign_in: 1,
  locked: 2,
  unconfirmed: 3,
};
/** They work, and what changed of their tools is to be read. */
const CHANGED = 4;
const NO_NEED = 5;

const byTitle = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Sorted by need, then by title. */
export const sortServers = (servers: readonly ServerView[]): ServerView[] =>
  [...servers].sort(
    (a, b) =>
      needOf(a) - needOf(b) || byTitle.compare(a.title, b.title) || byTitle.compare(a.name, b.name),
  );

const needOf = ({ status }: ServerView): number =>
  NEED[status.state] ?? (needsAPerson(status) ? CHANGED : NO_NEED);

/**
 * What is left by a filter: words that are found in a server's title, name, command, address or
 * profiles, and `state:failed`, `transport:http`, `profile:dev`, `tag:prod`.
 */
export const filterServers = (servers: readonly ServerView[], filter: string): ServerView[] =>
  filterByWords(servers, filter, searchable, {
    state: ({ status }, value) => statesLike(value).includes(status.state),
    transport: ({ config }, value) => config.transport.startsWith(value),
    profile: ({ profiles }, value) => profiles.some((slug) => slug.startsWith(value)),
    tag: tagTest,
  });

/** By code or by the word a person sees: `needs_sign_in`, `sign`. */
const statesLike = (value: string): ServerState[] =>
  serverState.options.filter(
    (state) => state.startsWith(value) || STATE_WORDS[state].toLowerCase().startsWith(value),
  );

const searchable = ({ title, name, config, profiles }: ServerView): string =>
  [
    title,
    name,
    config.transport === "stdio" ? [config.command, ...config.args].join(" ") : config.url,
    ...profiles,
  ].join("\n");
