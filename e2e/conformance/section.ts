import type { Row } from "./compare.ts";

/** What one run says: a table, a line of the summary, and what is wrong. */
export interface Section {
  title: string;
  rows: Row[];
  /** In the place of the table of its rows. */
  table?: string;
  summary: string;
  faults: string[];
}
