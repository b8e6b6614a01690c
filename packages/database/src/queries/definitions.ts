import { asc, eq, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Queryable } from "../db.ts";
import { profiles } from "../schema/profiles.ts";
import type { ProfileRow } from "./profiles.ts";

/** A table that says which profiles have which rows of another, in which order. */
interface Association extends SQLiteTable {
  profileId: SQLiteColumn;
  position: SQLiteColumn;
}

// Written as SQL: drizzle has no type for the values of a table that is any of several.

/** A column by its bare name, as INSERT and SET want it. */
const bare = ({ name }: SQLiteColumn): SQL => sql`${sql.identifier(name)}`;

/** Which profiles have which of the gateway's own definitions of one kind. */
export const createMembershipQueries = (
  db: Queryable,
  association: Association,
  own: SQLiteColumn,
) => {
  const { profileId: profile, position } = association;
  const columns = sql`${bare(profile)}, ${bare(own)}, ${bare(position)}`;
  const conflict = sql`ON CONFLICT (${bare(profile)}, ${bare(own)}) DO`;
  const idsIn = (profileId: string): string[] =>
    db
      .select({ id: own })
      .from(association)
      .where(eq(profile, profileId))
      .orderBy(asc(position), asc(own))
      .all()
      .map(({ id }) => String(id));

  return {
    /** Ids of what a profile has, in its order. */
    idsIn,
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
    /** Makes these what a profile has, in this order. What stays keeps the name it was given. */
    replaceIn(profileId: string, ids: readonly string[]): void {
      db.transaction(() => {
        const kept = JSON.stringify(ids);
        db.run(
          sql`DELETE FROM ${association} WHERE ${eq(profile, profileId)}
              AND ${own} NOT IN (SELECT value FROM json_each(${kept}))`,
        );
        for (const [at, id] of ids.entries()) {
          db.run(
            sql`INSERT INTO ${association} (${columns}) VALUES (${profileId}, ${id}, ${at})
                ${conflict} UPDATE SET ${bare(position)} = ${at}`,
          );
        }
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
) => {
  const { profileId: profile, exposedName } = association;
  const set = sql`UPDATE ${association} SET ${bare(exposedName)} =`;
  const memberships = createMembershipQueries(db, association, own);
  return {
    ...memberships,
    /** The names that were given, by id. */
    namesIn: (profileId: string): ReadonlyMap<string, string> =>
      new Map(
        db
          .select({ id: own, name: exposedName })
          .from(association)
          .where(eq(profile, profileId))
          .all()
          .flatMap(({ id, name }) => (typeof name === "string" ? [[String(id), name]] : [])),
      ),
    /** The names of everything that a profile has; what is not among them has none any more. */
    nameIn(profileId: string, names: ReadonlyMap<string, string>): void {
      db.transaction(() => {
        for (const id of memberships.idsIn(profileId)) {
          const name = names.get(id) ?? null;
          db.run(sql`${set} ${name} WHERE ${eq(profile, profileId)} AND ${eq(own, id)}`);
        }
      });
    },
    /** In every profile: it is called otherwise now, and clients are to see that. */
    forgetNames(id: string): void {
      db.run(sql`${set} NULL WHERE ${eq(own, id)}`);
    },
  };
};
