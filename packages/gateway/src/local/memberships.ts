import { GatewayError, type LocalProblem } from "@local-mcp/contract";
import type { ProfileRow } from "@local-mcp/database";
import type { Stores } from "../stores.ts";

/** One kind of what the gateway itself defines, as profiles have it. */
interface Memberships {
  addTo(profileId: string, id: string): void;
  profilesWith(id: string): ProfileRow[];
}

/**
 * Gives something new to the profiles it was made for.
 *
 * @throws GatewayError profile_not_found
 */
export function join(
  stores: Pick<Stores, "profiles">,
  memberships: Memberships,
  id: string,
  slugs: readonly string[],
): void {
  for (const slug of slugs) {
    const profile = stores.profiles.getBySlug(slug) ?? stores.profiles.get(slug);
    if (!profile) throw new GatewayError("profile_not_found", { profile: slug.slice(0, 200) });
    memberships.addTo(profile.id, id);
  }
}

export const slugsWith = (memberships: Memberships, id: string): string[] =>
  memberships.profilesWith(id).map(({ slug }) => slug);

/** Those with these ids, in their order. */
export const inOrder = <Item extends object>(
  ids: readonly string[],
  byId: ReadonlyMap<string, Item>,
): Item[] => ids.map((id) => byId.get(id)).filter((item) => item !== undefined);

/** As it is shown beside what is not offered because of it. */
export const problemOf = ({ code, message, wayOut }: GatewayError): LocalProblem => ({
  code,
  message,
  wayOut,
});
