import { formatLogTerm, type LogNameKey, parseLogQuery, replaceLogTerm } from "@local-mcp/contract";
import { navigate, routeTo } from "../../app/router.ts";

/** The filter with this value for a key, in the place of what it asked of that key before. */
export function narrowed(filter: string, key: LogNameKey, value: string): string {
  const term = formatLogTerm({ type: "name", key, values: [value], not: false });
  const before = parseLogQuery(filter, Date.now()).terms.find(
    (one) => one.type === "name" && one.key === key && !one.not,
  );
  return before ? replaceLogTerm(filter, before, term) : [filter, term].filter(Boolean).join(" ");
}

/** Shows the rows that a filter leaves. */
export const showRows = (filter: string): void => navigate(routeTo("logs", [], { q: filter }));
