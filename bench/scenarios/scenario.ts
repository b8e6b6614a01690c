import type { SettingView } from "@local-mcp/contract";
import type { Figure } from "../figures.ts";
import type { Surroundings } from "../targets.ts";

/** What a scenario is given. */
export interface Stage extends Surroundings {
  /** Says that it works, not how fast it is. */
  isQuick: boolean;
  /** What ours has to be set to. */
  fresh: readonly SettingView[];
  /** Tells who waits what is done now. */
  say: (line: string) => void;
  interrupted: AbortSignal;
  /** Which targets calls are measured with, by name; all where it is null. */
  targets: readonly string[] | null;
}

export interface Table {
  /** Head first. */
  rows: string[][];
}

/** What came of a scenario. */
export interface Section {
  title: string;
  tables: Table[];
  /** What has to be known to read them. */
  notes: string[];
  figures: Figure[];
  /** All of it, for a machine. */
  data: unknown;
  /** Whether something that belongs to it could not be measured. */
  isIncomplete?: boolean;
}

export type Scenario = (stage: Stage) => Promise<Section>;
