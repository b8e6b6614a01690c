import { GatewayError } from "@local-mcp/contract";

/** The URL of a tool, taken apart as a person gave it. */
export interface ReadUrl {
  /** Scheme, host, port and path, with `{argument}` in the path; as the URL standard writes it. */
  url: string;
  /** Decoded; null where there is no user info. */
  user: { name: string; password: string } | null;
  /** Decoded, in order. */
  query: [name: string, value: string][];
}

/** `{name}` in a path; the name is anything that stays within its segment. */
const PLACEHOLDER = /\{([^{}/?#\\]+)\}/g;

/** Names of the arguments that a stored URL has a place for, each once. */
export const placeholdersIn = (url: string): string[] => [
  ...new Set([...url.matchAll(PLACEHOLDER)].map(([, name = ""]) => name)),
];

/** The URL with something in the place of each argument. */
export const filledIn = (url: string, value: (name: string) => string): string =>
  url.replace(PLACEHOLDER, (_, name: string) => value(name));

/** A URL of the same origin that can be judged without arguments. */
export const exampleOf = (url: string): URL => new URL(filledIn(url, () => "x"));

/**
 * Reads the URL of a tool. Arguments stand in the path only, so that none of them decides which host
 * is asked. The fragment goes: it is never sent.
 *
 * @throws GatewayError validation_failed
 */
export function readToolUrl(text: string): ReadUrl {
  const names: string[] = [];
  const mark = unusedIn(text);
  // What the URL standard makes of the rest is asked of its own parser, with words in the places.
  const marked = filledIn(text.trim(), (name) => `${mark}${names.push(name) - 1}z`);
  if (!URL.canParse(marked)) refuse("Write the whole URL, beginning with https:// or http://.");
  const url = new URL(marked);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    refuse("Only URLs that begin with https:// or http:// can be used.");
  }
  const outside = [url.protocol, url.username, url.password, url.host, url.search, url.hash];
  if (outside.some((part) => part.includes(mark))) {
    refuse("An {argument} stands in the path only. Others are sent where “arguments” says.");
  }
  if (/[{}]/.test(marked)) {
    refuse("A brace begins or ends the name of an argument: {name}. Write others as %7B and %7D.");
  }
  const back = new RegExp(`${mark}(\\d+)z`, "g");
  const path = url.pathname.replace(back, (_, nth: string) => `{${names[Number(nth)] ?? ""}}`);
  const hasUser = url.username !== "" || url.password !== "";
  return {
    url: `${url.origin}${path}`,
    user: hasUser ? { name: decoded(url.username), password: decoded(url.password) } : null,
    query: [...url.searchParams],
  };
}

/** Letters that no part of the URL has, and of which no part of an address can consist. */
function unusedIn(text: string): string {
  let mark = "zargz";
  while (text.toLowerCase().includes(mark)) mark += "q";
  return mark;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign means itself.
    return text;
  }
}

function refuse(detail: string): never {
  throw new GatewayError("validation_failed", { detail: `url: ${detail}` });
}
