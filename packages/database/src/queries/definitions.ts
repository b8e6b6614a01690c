import { and, asc, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Queryable } from "../db.ts";
import { profiles } from "../schema/profiles.ts";
import type { ProfileRow } from "./profiles.ts";

/** A table that says which profiles have which rows of another, in which order. */
interface Association extends SQLiteTable {
  profileId: SQLiteColumn;
  position: SQLiteColumn;
}

/** The table whose rows those are. */
interface Definitions extends SQLiteTable {
  id: SQLiteColumn;
  enabled: SQLiteColumn;
}

// Written as SQL: drizzle has no type for the values of a table that is any of several.

/** A column by its bare name, as INSERT and SET want it. */
const bare = ({ name }: SQLiteColumn): SQL => sql`${sql.identifier(name)}`;

/** By the id of the profile, in the order of the rows. */
export function byProfile(
  rows: readonly { profileId: unknown; label: unknown }[],
): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { profileId, label } of rows) {
    const group = grouped.get(String(profileId)) ?? [];
    group.push(String(label));
    grouped.set(String(profileId), group);
  }
  return grouped;
}

/** Which profiles have which of the gateway's own definitions of one kind. */
export const createMembershipQueries = (
  db: Queryable,
  association: Association,
  own: SQLiteColumn,
  definitions: Definitions,
  /** Name or URI. */
  label: SQLiteColumn,
) => {
  const { profileId: profile, position } = association;
  const columns = sql`${bare(profile)}, ${bare(own)}, ${bare(position)}`;
  const conflict = sql`ON CONFLICT (${bare(profile)}, ${bare(own)}) DO`;
  const inProfile = db
    .select({ id: own })
    .from(association)
    .where(eq(profile, sql.placeholder("profileId")))
    .orderBy(asc(position), asc(own))
    .prepare();
  const idsIn = (profileId: string): string[] =>
    inProfile.all({ profileId }).map(({ id }) => String(id));
  const labelled = db
    .select({ id: definitions.id, label })
    .from(definitions)
    .where(sql`${label} IN (SELECT value FROM json_each(${sql.placeholder("labels")}))`)
    .prepare();

  return {
    /** Ids of what a profile has, in its order. */
    idsIn,
    /** The same with what people call them; of a resource or root the URI. */
    labelledIn: (profileId: string): { id: string; label: string; enabled: boolean }[] =>
      db
        .select({ id: own, label, enabled: definitions.enabled })
        .from(association)
        .innerJoin(definitions, eq(definitions.id, own))
        .where(eq(profile, profileId))
        .orderBy(asc(position), asc(own))
        .all()
        .map((row) => ({
          id: String(row.id),
          label: String(row.label),
          enabled: row.enabled === true,
        })),
    /** The profiles that have it. */
    profilesWith: (id: string): ProfileRow[] =>
      db
        .select({ profile: profiles })
        .from(association)
        .innerJoin(profiles, eq(profiles.id, profile))
        .where(eq(own, id))
        .orderBy(asc(profiles.position), asc(profiles.slug))
        .all()
        .map((row) => row.profile),
    /** Names or URIs of what each profile has, in its order; read once for all. */
    labelsByProfile: (): Map<string, string[]> =>
      byProfile(
        db
          .select({ profileId: profile, label })
          .from(association)
          .innerJoin(definitions, eq(definitions.id, own))
          .orderBy(asc(profile), asc(position), asc(own))
          .all(),
      ),
    /** Ids by name or URI; of those that there are. */
    idsOf: (labels: readonly string[]): Map<string, string> =>
      new Map(
        labelled
          .all({ labels: JSON.stringify(labels) })
          .map((row) => [String(row.label), String(row.id)]),
      ),
    /** Makes these what a profile has, in this order. What stays keeps the name it was given. */
    replaceIn(profileId: string, ids: readonly string[]): void {
      const before = idsIn(profileId);
      if (before.length === ids.length && before.every((id, at) => id === ids[at])) return;
      db.transaction(() => {
        const listed = JSON.stringify(ids);
        db.run(
          sql`DELETE FROM ${association} WHERE ${eq(profile, profileId)}
              AND ${own} NOT IN (SELECT value FROM json_each(${listed}))`,
        );
        // “WHERE true” tells ON CONFLICT from the ON of a join: https://sqlite.org/lang_upsert.html
        db.run(
          sql`INSERT INTO ${association} (${columns})
              SELECT ${profileId}, value, key FROM json_each(${listed}) WHERE true
              ${conflict} UPDATE SET ${bare(position)} = excluded.${bare(position)}`,
        );
      });
    },
    /** Adds it at the end of what a profile has, where it is not there yet. */
    addTo(profileId: string, id: string): void {
      db.run(
        sql`INSERT INTO ${association} (${columns})
            VALUES (${profileId}, ${id}, ${idsIn(profileId).length}) ${conflict} NOTHING`,
      );
    },
  };
};

/** The same with the names under which clients see what a profile has. */
export const createNamedMembershipQueries = (
  db: Queryable,
  association: Association & { exposedName: SQLiteColumn },
  own: SQLiteColumn,
  definitions: Definitions,
  name: SQLiteColumn,
) => {
  const { profileId: profile, exposedName } = association;
  const set = sql`UPDATE ${association} SET ${bare(exposedName)} =`;
  const named = db
    .select({ name, exposed: exposedName })
    .from(association)
    .innerJoin(definitions, eq(definitions.id, own))
    .where(and(eq(profile, sql.placeholder("profileId")), isNotNull(exposedName)))
    .prepare();
  return {
    ...createMembershipQueries(db, association, own, definitions, name),
    /** The names that were given, by those of the definitions. */
    namesIn: (profileId: string): ReadonlyMap<string, string> =>
      new Map(named.all({ profileId }).map((row) => [String(row.name), String(row.exposed)])),
    /** The names of everything that a profile has; what is not among them has none any more. */
    nameIn(profileId: string, names: ReadonlyMap<string, string>): void {
      const given = JSON.stringify(Object.fromEntries(names));
      db.transaction(() => {
        db.run(sql`${set} NULL WHERE ${eq(profile, profileId)}`);
        db.run(
          sql`${set} given.value FROM json_each(${given}) AS given
              JOIN ${definitions} ON ${name} = given.key
              WHERE ${eq(profile, profileId)} AND ${eq(own, definitions.id)}`,
        );
      });
    },
    /** In every profile: it is called otherwise now, and clients are to see that. */
    forgetNames(id: string): void {
      db.run(sql`${set} NULL WHERE ${eq(own, id)}`);
    },
  };
};
