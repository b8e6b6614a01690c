import { refuseUnsealed } from "./migrate.ts";
import type { Rows } from "./rows.ts";

/**
 * Puts the living records of one store into another, as they are stored: what is sealed stays so,
 * and no key is needed. A record whose id is there already is left as it is there.
 *
 * @param now ms since 1970
 * @returns how many were put there
 * @throws GatewayError sessions_in_clear before anything is written; what the engines throw
 */
export async function copyRows(from: Rows, to: Rows, now: number): Promise<number> {
  let copied = 0;
  // Sign-ins first: only they may be refused.
  for (const kind of ["sign_in", "client"] as const) {
    const living = (await from.list(kind)).filter(({ expiresAt }) => expiresAt > now);
    refuseUnsealed(living);
    for (const row of living) if (await to.insert(row, now)) copied += 1;
  }
  return copied;
}
