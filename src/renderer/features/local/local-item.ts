import type { LocalProblem } from "@local-mcp/contract";

/** What the gateway's own tools, prompts and resources have in common. */
export interface LocalItem {
  id: string;
  name: string;
  title: string | null;
  tags: string[];
  enabled: boolean;
  /** Slugs. */
  profiles: string[];
  problem: LocalProblem | null;
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What is not offered comes first; the others by name. */
export const sortLocal = <Item extends LocalItem>(items: readonly Item[]): Item[] =>
  [...items].sort(
    (a, b) =>
      Number(a.problem === null) - Number(b.problem === null) || byName.compare(a.name, b.name),
  );
