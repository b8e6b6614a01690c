/** A process as the system shows it at one moment. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  /** Its process group; null where the system has none. */
  group: number | null;
  /** Grows with time and, with the pid, names one process for ever. The unit is the system's. */
  startedAt: number;
  cpuMs: number;
  /** Resident. */
  memoryBytes: number;
  /** Null where it has none, or is not ours to look into. */
  marker: string | null;
}

/** A process that was seen. */
export interface KnownProcess {
  pid: number;
  startedAt: number;
}

/** One that has ended, on a system that leaves its number as the parent of what it started. */
export interface FormerParent extends KnownProcess {
  /** When it was last there, in the unit of `startedAt`. */
  seenAt: number;
}

/** By what the processes of one server are known. */
export interface FamilyTraits {
  isMarked: (marker: string) => boolean;
  /** Of the process that was started, for as long as it runs. */
  leader: number | null;
  /** Null once no member of it is left, since its number may then be another's. */
  group: number | null;
  known: readonly KnownProcess[];
  formerParents: readonly FormerParent[];
}

/**
 * All processes of a server: those that carry its marker, are in its process group or were seen as
 * its own before, and what any of these has started. A pid alone never makes one a member, since pids
 * are given out anew; and neither we ourselves are one nor what started us, whatever it carries.
 */
export function familyOf(entries: readonly ProcessEntry[], traits: FamilyTraits): ProcessEntry[] {
  const { isMarked, leader, group, known, formerParents } = traits;
  const knownStarts = new Map(known.map(({ pid, startedAt }) => [pid, startedAt]));
  const { children, lineage } = relationsOf(entries);
  const isMember = (entry: ProcessEntry): boolean =>
    entry.pid === leader ||
    (entry.marker !== null && isMarked(entry.marker)) ||
    (group !== null && entry.group === group) ||
    knownStarts.get(entry.pid) === entry.startedAt ||
    formerParents.some((parent) => isChildOf(entry, parent, parent.seenAt));
  const members = new Map<number, ProcessEntry>();
  for (const entry of entries) {
    if (isMember(entry) && !lineage.has(entry.pid)) members.set(entry.pid, entry);
  }
  // A map grows while it is gone through, so that children of children are found as well.
  for (const parent of members.values()) {
    for (const child of children.get(parent.pid) ?? []) {
      if (isChildOf(child, parent)) members.set(child.pid, child);
    }
  }
  return [...members.values()];
}

interface Relations {
  /** By the number of their parent. */
  children: Map<number, ProcessEntry[]>;
  /** We ourselves, what started us, what started that, and so on. */
  lineage: Set<number>;
}

/** Many servers are looked for among the same entries. */
const relations = new WeakMap<readonly ProcessEntry[], Relations>();

function relationsOf(entries: readonly ProcessEntry[]): Relations {
  const known = relations.get(entries);
  if (known) return known;
  const byPid = new Map<number, ProcessEntry>();
  const children: Relations["children"] = new Map();
  for (const entry of entries) {
    byPid.set(entry.pid, entry);
    const siblings = children.get(entry.parent);
    if (siblings) siblings.push(entry);
    else children.set(entry.parent, [entry]);
  }
  const lineage = new Set([process.pid]);
  let below = byPid.get(process.pid);
  while (below) {
    const above = byPid.get(below.parent);
    if (!above || lineage.has(above.pid) || !isChildOf(below, above)) break;
    lineage.add(above.pid);
    below = above;
  }
  const found = { children, lineage };
  relations.set(entries, found);
  return found;
}

/** Whether the number of its parent means this one, and not an earlier or later one of the same. */
const isChildOf = (child: ProcessEntry, parent: KnownProcess, until = Infinity): boolean =>
  child.parent === parent.pid && child.startedAt >= parent.startedAt && child.startedAt <= until;

/** Names a process for ever. */
export const identityOf = ({ pid, startedAt }: KnownProcess): string => `${pid} ${startedAt}`;
