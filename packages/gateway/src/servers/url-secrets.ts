import { SECRET_MARK } from "@local-mcp/contract";

export interface SplitUrl {
  /** The URL with `${secret:name}` in the place of each secret. */
  template: string;
  /** What was taken out of it, by the name of its mark. */
  secrets: Record<string, string>;
}

const WHOLE_MARK = /^\$\{secret:[A-Za-z0-9_.-]{1,100}\}$/;
const USER_INFO = "url.user";

/**
 * Takes user info and query values out of a URL: both are where people paste keys. Text is cut,
 * not parsed and rebuilt, so that what is put back is what was given, byte for byte. A value that
 * is a mark already stays one. The fragment goes: it is never sent.
 */
export function splitUrl(url: string): SplitUrl {
  const secrets: Record<string, string> = {};
  const [withoutFragment = ""] = url.trim().split("#", 1);
  const queryAt = withoutFragment.indexOf("?");
  const address = queryAt === -1 ? withoutFragment : withoutFragment.slice(0, queryAt);
  const query = queryAt === -1 ? null : withoutFragment.slice(queryAt + 1);
  const template = takeUserInfo(address, secrets);
  return {
    template: query === null ? template : `${template}?${takeQueryValues(query, secrets)}`,
    secrets,
  };
}

/** Names of the marks in a text. */
export const marksIn = (text: string): string[] =>
  [...text.matchAll(SECRET_MARK)].map((match) => match[1] ?? "");

function takeUserInfo(address: string, secrets: Record<string, string>): string {
  const start = address.indexOf("://") + 3;
  const slash = address.indexOf("/", start);
  const end = slash === -1 ? address.length : slash;
  const at = address.lastIndexOf("@", end);
  if (at < start) return address;
  const userInfo = address.slice(start, at);
  if (WHOLE_MARK.test(userInfo)) return address;
  secrets[USER_INFO] = userInfo;
  return `${address.slice(0, start)}\${secret:${USER_INFO}}${address.slice(at)}`;
}

function takeQueryValues(query: string, secrets: Record<string, string>): string {
  const names = new FreeNames(marksIn(query));
  return query
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const value = equals === -1 ? "" : pair.slice(equals + 1);
      if (value === "" || WHOLE_MARK.test(value)) return pair;
      const name = names.of(pair.slice(0, equals));
      secrets[name] = value;
      return `${pair.slice(0, equals)}=\${secret:${name}}`;
    })
    .join("&");
}

/** A key may come twice, and may hold what a mark may not. */
class FreeNames {
  readonly #taken: Set<string>;
  /** The number that the next one of a key ends with. */
  readonly #next = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  of(key: string): string {
    const base = `query.${key.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80)}`;
    let name = base;
    let count = this.#next.get(base) ?? 2;
    for (; this.#taken.has(name); count += 1) name = `${base}.${count}`;
    this.#next.set(base, count);
    this.#taken.add(name);
    return name;
  }
}
