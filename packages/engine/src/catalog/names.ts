import { createHash } from "node:crypto";
import { MAX_EXPOSED_NAME, type NamePolicy } from "@local-mcp/contract";
import { capabilityKey, type NameAssignments } from "../definitions.ts";

export interface Nameable {
  serverId: string;
  serverName: string;
  original: string;
  /** The name a person chose; unique within the profile, which is checked when it is saved. */
  chosen: string | null;
}

export type RenameReason = "by_you" | "collision" | "too_long" | "policy";

export interface ExposedName {
  name: string;
  /** Why it is not the server's own name; null where it is. */
  renamed: RenameReason | null;
}

const HASH_DIGITS = 6;
const SEPARATOR = "_";

/**
 * Names that clients of a profile see, by {@link capabilityKey}. The server's own name wherever it
 * is usable and free; `<server>_<tool>` on a collision or where the profile asks for it.
 *
 * What was assigned before stays, so that neither the order in which servers start nor a server
 * added later changes a name that clients know. `nameables` come in profile order, which decides
 * who keeps a contested name the first time.
 */
export function assignNames(
  nameables: readonly Nameable[],
  policy: NamePolicy,
  assigned: NameAssignments,
): Map<string, ExposedName> {
  const names = new Map<string, ExposedName>();
  const keys = new Set(nameables.map((one) => capabilityKey(one.serverId, one.original)));
  // A tool that its server does not list just now keeps its name for when it comes back.
  const taken = new Set([...assigned].filter(([key]) => !keys.has(key)).map(([, name]) => name));
  const give = (key: string, name: string, renamed: RenameReason | null): void => {
    names.set(key, { name, renamed });
    taken.add(name);
  };

  const byChoice = nameables.filter((one) => one.chosen !== null);
  for (const { serverId, original, chosen } of byChoice) {
    give(
      capabilityKey(serverId, original),
      chosen ?? original,
      chosen === original ? null : "by_you",
    );
  }
  const others = nameables.filter((one) => one.chosen === null);
  for (const one of others) {
    const key = capabilityKey(one.serverId, one.original);
    const name = assigned.get(key);
    if (name !== undefined && !taken.has(name)) give(key, name, whyRenamed(one, name, policy));
  }
  for (const one of others) {
    const key = capabilityKey(one.serverId, one.original);
    if (names.has(key)) continue;
    const name = firstFree(one, policy, taken);
    give(key, name, whyRenamed(one, name, policy));
  }
  return names;
}

/** Only what clients of every kind accept: letters, digits, _ and -. */
const usable = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, "_") || "_";

function firstFree(one: Nameable, policy: NamePolicy, taken: ReadonlySet<string>): string {
  for (const name of candidates(one, policy)) {
    if (!taken.has(name)) return name;
  }
  throw new Error("candidates() never ends");
}

function* candidates({ serverName, original }: Nameable, policy: NamePolicy): Generator<string> {
  const plain = usable(original);
  if (policy === "on_collision") {
    yield plain.length <= MAX_EXPOSED_NAME ? plain : shortened("", plain, original);
  }
  const prefix = usable(serverName);
  const full = prefix + SEPARATOR + plain;
  if (full.length <= MAX_EXPOSED_NAME) yield full;
  for (let attempt = 0; ; attempt += 1) {
    yield shortened(prefix, plain, `${serverName} ${original} ${attempt}`);
  }
}

/** Cuts the server's part first, then the tool's, and ends with a hash that stays the same. */
function shortened(prefix: string, plain: string, identity: string): string {
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, HASH_DIGITS);
  const room = MAX_EXPOSED_NAME - HASH_DIGITS - SEPARATOR.length;
  const prefixRoom = Math.max(0, room - plain.length - SEPARATOR.length);
  const cutPrefix = prefix.slice(0, prefixRoom);
  const head = cutPrefix === "" ? plain : cutPrefix + SEPARATOR + plain;
  return head.slice(0, room) + SEPARATOR + hash;
}

function whyRenamed(nameable: Nameable, name: string, policy: NamePolicy): RenameReason | null {
  if (name === nameable.original) return null;
  if (policy === "always_prefix") return "policy";
  return usable(nameable.original).length > MAX_EXPOSED_NAME ? "too_long" : "collision";
}
