import { serverState, type ServerState, type ServerView, STATE_WORDS } from "@local-mcp/contract";

/** Those that need a person come first; the others keep their place whatever they do. */
const NEED: Partial<Record<ServerState, number>> = {
  failed: 0,
  needs_sign_in: 1,
  locked: 2,
  unconfirmed: 3,
};
const NO_NEED = 4;

const byTitle = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Sorted by need, then by title. */
export const sortServers = (servers: readonly ServerView[]): ServerView[] =>
  [...servers].sort(
    (a, b) =>
      (NEED[a.status.state] ?? NO_NEED) - (NEED[b.status.state] ?? NO_NEED) ||
      byTitle.compare(a.title, b.title) ||
      byTitle.compare(a.name, b.name),
  );

type Test = (server: ServerView) => boolean;

/**
 * What is left by a filter: words that are found in a server's title, name, command, address or
 * profiles, and `state:failed`, `transport:http`, `profile:dev`; a `-` in front turns one around.
 */
export function filterServers(servers: readonly ServerView[], filter: string): ServerView[] {
  const tests = filter.trim().split(/\s+/).filter(Boolean).map(testOf);
  return servers.filter((server) => tests.every((test) => test(server)));
}

function testOf(word: string): Test {
  if (word.startsWith("-") && word.length > 1) {
    const test = testOf(word.slice(1));
    return (server) => !test(server);
  }
  const colon = word.indexOf(":");
  const value = word.slice(colon + 1).toLowerCase();
  switch (word.slice(0, Math.max(colon, 0)).toLowerCase()) {
    case "state":
      return ({ status }) => statesLike(value).includes(status.state);
    case "transport":
      return ({ config }) => config.transport.startsWith(value);
    case "profile":
      return ({ profiles }) => profiles.some((slug) => slug.startsWith(value));
    default:
      return (server) => searchable(server).includes(word.toLowerCase());
  }
}

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
  ]
    .join("\n")
    .toLowerCase();
