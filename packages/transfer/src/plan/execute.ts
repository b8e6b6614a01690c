import type { PreparedPlan } from "../types.ts";

/** Stores what a plan says, all of it. Synchronous: it runs inside one transaction. */
export function execute(steps: PreparedPlan["steps"]): void {
  for (const { draft } of steps) draft.write();
  for (const { draft } of steps) draft.link();
}
