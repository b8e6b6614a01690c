/** What one part of the gate found out. */
export interface Section {
  name: string;
  /** What was measured, and what it came to. */
  figures: [what: string, value: string][];
  /** What is wrong, a sentence each; none where the part has passed. */
  faults: string[];
}

/** How much a run does: all of it, or what fits into a minute. */
export type Form = "full" | "short";

/** What a run was asked for. */
export interface Asked {
  form: Form;
  /** The kinds of servers that are started and stopped; all of them where absent. */
  kinds?: string[];
}

/** Milliseconds as people read them. */
export const ms = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
