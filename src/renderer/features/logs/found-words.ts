import type { SearchState } from "./log-rows.ts";

/** What was found so far of a filter, and whether that is all. */
export interface Found {
  count: number;
  search: SearchState | null;
}

/**
 * How many rows match, no surer than it is: “1,204”, “at least 12”, “10,000+” where there were too
 * many to look for more. Empty while nothing was found of what is looked for.
 */
function foundText({ count, search }: Found): string {
  if (search === null) return count.toLocaleString();
  if (count === 0) return "";
  return search === "cut" ? `${count.toLocaleString()}+` : `at least ${count.toLocaleString()}`;
}

/** “1,204 match”. */
export function matchesText(found: Found): string {
  const text = foundText(found);
  return text && `${text} ${found.count === 1 ? "matches" : "match"}`;
}

/** As it is spoken once the search is over: “At least 12 rows found.” */
export function spokenFound(found: Found): string {
  const text = foundText(found) || "so far no";
  const rows = found.count === 1 ? "row" : "rows";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${rows} found.`;
}
