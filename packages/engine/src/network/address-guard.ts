import { type LookupAddress, lookup, type LookupOptions } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { GatewayError } from "@local-mcp/contract";
import { judgeAddress, type Reach, type Verdict } from "./ranges.ts";

/**
 * Who named the URL. A `person` may name this computer and what is in its network. What a `server`
 * or a redirect names must be public and https, so that a server cannot have us ask what it cannot
 * reach itself (server-side request forgery).
 */
export type AddressPolicy = "person" | "server";

/**
 * The same, or `signInOf` the configured address of a server: what that says of its sign-in may be
 * public and https too, or as far inside as its own address is: a server of this computer names others of this computer, by http
 * too, and of its network. Of its own origin it names anything.
 *
 * Or `apiOf` the address that a person gave a REST tool: of its origin what `reaches` says, by http
 * too, and of others what a server may name.
 */
export type UrlPolicy =
  | AddressPolicy
  | { signInOf: URL }
  | { apiOf: URL; reaches: readonly Reach[] };

/** Each is further inside than the one before it. */
export const REACHES: readonly Reach[] = ["public", "private", "loopback"];

interface Allowed {
  secure: readonly Reach[];
  /** By http. */
  plain: readonly Reach[];
}
const OF_A_PERSON: Allowed = { secure: REACHES, plain: REACHES };
const OF_A_SERVER: Allowed = { secure: ["public"], plain: [] };

function allowedBy(policy: UrlPolicy, url: URL): Allowed {
  if (policy === "person") return OF_A_PERSON;
  if (policy === "server") return OF_A_SERVER;
  if ("apiOf" in policy) {
    const { apiOf, reaches } = policy;
    return url.origin === apiOf.origin ? { secure: reaches, plain: reaches } : OF_A_SERVER;
  }
  const { signInOf } = policy;
  if (url.origin === signInOf.origin) return OF_A_PERSON;
  const secure = REACHES.slice(0, REACHES.indexOf(judgeHost(signInOf).reach) + 1);
  return { secure, plain: secure.filter((reach) => reach === "loopback") };
}

/** Whom a URL may lead to, in the end. Nobody where its scheme is none that is spoken. */
export function allowedReaches(url: URL, policy: UrlPolicy): readonly Reach[] {
  const { secure, plain } = allowedBy(policy, url);
  if (url.protocol === "https:") return secure;
  return url.protocol === "http:" ? plain : [];
}

/** Names at which clouds hand out credentials. */
const METADATA_NAMES = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];
const LOOPBACK_NAMES = /^(.+\.)?(localhost|localhost\.localdomain)$/;
/** Names that only a network of its own knows (RFC 6762, RFC 8375), and those without a dot. */
const PRIVATE_NAMES = /^[^.]+$|\.(local|internal|home\.arpa|lan|intranet)$/;

/**
 * Refuses a URL by what it says: its scheme, and its host where that is an address or a name of
 * which we know. What a name stands for is judged by {@link guardedLookup} when it is connected to;
 * a proxy looks it up by itself, and then this is all there is.
 *
 * @param configured what the person configured, of whose origin a server may name any URL
 * @throws GatewayError address_blocked
 */
export function assertAllowed(url: URL, policy: UrlPolicy, configured?: URL): void {
  const isOwn = configured !== undefined && url.origin === configured.origin;
  const applied = isOwn ? "person" : policy;
  const reaches = allowedReaches(url, applied);
  const { reach, rule } = judgeHost(url);
  if (reaches.includes(reach)) return;
  if (reaches.length === 0 || allowedBy(applied, url).secure.includes(reach)) {
    const needed = applied === "person" ? "https:// or http://" : "https://";
    throw blocked(url.host || url.protocol, `not a URL that begins with ${needed}`);
  }
  throw blocked(url.host, rule);
}

/**
 * A `lookup` for sockets that hands on only the addresses of an answer which the policy allows, so
 * that what is connected to is what was judged. Fails with `address_blocked` where none is left.
 */
export function guardedLookup(
  policy: AddressPolicy | readonly Reach[],
  resolve = resolveAll,
): LookupFunction {
  const reaches = policy === "person" ? REACHES : policy === "server" ? OF_A_SERVER.secure : policy;
  return (hostname, options, callback) => {
    resolve(hostname, options, (error, found) => {
      if (error) return callback(error, []);
      const judged = found.map((one) => ({ ...one, verdict: judgeAddress(one.address) }));
      const allowed = judged
        .filter(({ verdict }) => reaches.includes(verdict.reach))
        .map(({ address, family }) => ({ address, family }));
      const [first] = allowed;
      if (!first) {
        const rule = judged[0]?.verdict.rule ?? "a name without an address";
        return callback(blocked(hostname, rule), []);
      }
      return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

/**
 * Where a server sends us, if that is of the origin that it was asked at; null otherwise. With the
 * user and password of the one who asked, and never with others.
 */
export function onSameOrigin(location: string, base: URL): URL | null {
  if (!URL.canParse(location, base)) return null;
  const target = new URL(location, base);
  if (target.origin !== base.origin) return null;
  target.username = base.username;
  target.password = base.password;
  return target;
}

type ResolveAll = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

const resolveAll: ResolveAll = (hostname, options, callback) =>
  lookup(hostname, { ...options, all: true }, callback);

/** What the host of a URL is, as far as the URL tells. */
export function judgeHost(url: URL): Verdict {
  const host = bareHost(url);
  return isIP(host) === 0 ? judgeName(host) : judgeAddress(host);
}

function judgeName(name: string): Verdict {
  if (METADATA_NAMES.includes(name)) {
    return { reach: "forbidden", rule: "the name at which a cloud hands out credentials" };
  }
  if (LOOPBACK_NAMES.test(name)) return { reach: "loopback", rule: "this computer" };
  if (PRIVATE_NAMES.test(name)) return { reach: "private", rule: "a name of a private network" };
  return { reach: "public", rule: "a public name" };
}

/** Without brackets, and without the dots at the end that change nothing. */
const bareHost = ({ hostname }: URL): string =>
  hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");

/** @returns the refusal of a text that is named as a URL and is none */
export const blockedText = (): GatewayError => blocked("…", "not a URL");

const blocked = (host: string, rule: string): GatewayError =>
  new GatewayError("address_blocked", { host, rule });
