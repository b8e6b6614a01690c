import { BlockList, isIP } from "node:net";

/**
 * Whom an address belongs to: `public` is anybody, `loopback` this computer, `private` the network
 * it is in. `forbidden` is never connected to.
 */
export type Reach = "public" | "loopback" | "private" | "forbidden";

/** What an address turned out to be, for the decision and for people. */
export interface Verdict {
  reach: Reach;
  /** What it is, as the end of a sentence: “a private address (10.0.0.0/8)”. */
  rule: string;
}

type Family = "ipv4" | "ipv6";

interface Range extends Verdict {
  list: BlockList;
}

/**
 * The special-purpose addresses of IPv4 and IPv6 (IANA registries; RFC 6890, RFC 8190) and those at
 * which clouds hand out credentials. The first that fits decides.
 */
const RANGES: readonly Range[] = [
  ...ranges("forbidden", "the address at which a cloud hands out credentials", [
    "169.254.169.254/32",
    "169.254.170.2/32",
    "169.254.170.23/32",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
  ]),
  ...ranges("forbidden", "no address of a host", ["0.0.0.0/8", "::/128"]),
  ...ranges("loopback", "this computer", ["127.0.0.0/8", "::1/128"]),
  ...ranges("private", "a private address", [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    // Shared by the customers of a provider, and by overlay networks (RFC 6598).
    "100.64.0.0/10",
    // For benchmarks (RFC 2544), and what resolvers of tunnels hand out for every name.
    "198.18.0.0/15",
    "fc00::/7",
  ]),
  ...ranges("forbidden", "a link-local address", ["169.254.0.0/16", "fe80::/10"]),
  ...ranges("forbidden", "a multicast address", ["224.0.0.0/4", "ff00::/8"]),
  ...ranges("forbidden", "a reserved address", [
    "192.0.0.0/24",
    "192.88.99.0/24",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "fec0::/10",
  ]),
  ...ranges("forbidden", "an address for examples", [
    "192.0.2.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "2001:db8::/32",
    "3fff::/20",
  ]),
];

/** All of IPv6 that is given to anybody (RFC 4291, 2.4); the rest is not in use. */
const GLOBAL_IPV6 = list("2000::/3");
const UNUSED_IPV6: Verdict = { reach: "forbidden", rule: "a reserved address" };
const PUBLIC: Verdict = { reach: "public", rule: "a public address" };

/** Where in an address of IPv6 one of IPv4 is hidden, to which what is sent goes; in 16-bit groups. */
const EMBEDDING: readonly { prefix: BlockList; at: number }[] = [
  // Mapped (RFC 4291, 2.5.5.2), NAT64 (RFC 6052) and 6to4 (RFC 3056).
  { prefix: list("::ffff:0:0/96"), at: 6 },
  { prefix: list("64:ff9b::/96"), at: 6 },
  { prefix: list("2002::/16"), at: 1 },
];

/** What an address is. Takes what `isIP` takes, with or without a zone. */
export function judgeAddress(address: string): Verdict {
  const [bare = ""] = address.split("%", 1);
  const family = isIP(bare) === 4 ? "ipv4" : "ipv6";
  if (family === "ipv6") {
    const embedding = EMBEDDING.find(({ prefix }) => prefix.check(bare, family));
    if (embedding) return judgeAddress(embeddedIpv4(bare, embedding.at));
  }
  const range = RANGES.find((one) => one.list.check(bare, family));
  if (range) return { reach: range.reach, rule: range.rule };
  return family === "ipv4" || GLOBAL_IPV6.check(bare, family) ? PUBLIC : UNUSED_IPV6;
}

function embeddedIpv4(address: string, at: number): string {
  const groups = groupsOf(address);
  const bytes = groups.slice(at, at + 2).flatMap((group) => [group >> 8, group & 0xff]);
  return bytes.join(".");
}

/** The eight groups of an address of IPv6. */
function groupsOf(address: string): number[] {
  // Written the one canonical way, without dots (WHATWG URL, IPv6 serializer).
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const read = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [read(head), read(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return tail === undefined ? before : [...before, ...zeros, ...after];
}

function ranges(reach: Reach, what: string, blocks: readonly string[]): Range[] {
  return blocks.map((block) => ({ reach, rule: `${what} (${nameOf(block)})`, list: list(block) }));
}

/** A block of one address is called by the address. */
function nameOf(block: string): string {
  return block.replace(/\/(32|128)$/, "");
}

function list(block: string): BlockList {
  const [address = "", bits] = block.split("/");
  const family: Family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const made = new BlockList();
  made.addSubnet(address, Number(bits), family);
  return made;
}
