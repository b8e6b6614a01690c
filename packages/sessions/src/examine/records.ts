import { namesOf } from "../migrate.ts";
import type { RecordStorage } from "../record-storage.ts";
import { problem, type StoreFinding } from "./finding.ts";

/** Looks for records that cannot be read, which the lists of a store leave out. */
export async function examineRecords(backend: RecordStorage): Promise<StoreFinding[]> {
  const ids = await backend.damagedIds();
  if (ids.length === 0) return [];
  return [
    problem(
      `Sessions that are damaged, and left out: ${ids.length} (${namesOf(ids)}).`,
      "Put back a good copy of the store if they are needed, or leave them: no other session is harmed.",
    ),
  ];
}
