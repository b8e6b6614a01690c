import type { Rows } from "./rows.ts";

/**
 * Puts the living records of one store into another, as they are stored: what is sealed stays so,
 * and no key is needed. A record whose id is there already is left as it is there.
 *
 * @param now ms since 1970
 * @returns how many were put there
 */
export async function copyRows(from: Rows, to: Rows, now: number): Promise<number> {
  let copied = 0;
  for (const kind of ["sign_in", "client"] as const) {
    for (const row of await from.list(kind)) {
      if (row.expiresAt > now && (await to.insert(row, now))) copied += 1;
    }
  }
  return copied;
}
