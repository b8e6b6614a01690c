import { GatewayError } from "@local-mcp/contract";
import { Database } from "./database.ts";
import { Line } from "./line.ts";
import { runProgram } from "./programs.ts";
import { prepare } from "./schema.ts";
import { JOIN_LOCK, livingOn } from "./shared.ts";
import { readPostgresUrl } from "./url.ts";

/** An entry of `pg_restore --list` that is about our schema: type, schema, name. */
const OURS = /^\d+; \d+ \d+ (?:[A-Z ]+ local_mcp |[A-Z]+ - (?:SCHEMA )?local_mcp )/;

const SESSIONS = /^\d+; \d+ \d+ TABLE DATA local_mcp mcp_sessions /m;

/**
 * Writes all sessions of a PostgreSQL store, as `pg_dump -F c` does, which can be done while
 * gateways use it. What is secret in them stays sealed. Who is on the store, and what they tell
 * each other, is left out.
 *
 * @param file open for writing
 * @returns what people know the store by
 * @throws GatewayError validation_failed, session_store_unreachable; as runProgram
 */
export const dumpSessions = async (
  url: string,
  file: number,
  signal?: AbortSignal,
): Promise<string> => {
  const { place, environment } = await ready(url);
  await runProgram(
    "pg_dump",
    [
      "--format=custom",
      "--no-password",
      "--schema=local_mcp",
      "--exclude-table-data=local_mcp.gateways",
      "--exclude-table-data=local_mcp.messages",
    ],
    { environment, output: file, signal },
  );
  return place;
};

/**
 * Replaces all sessions of a PostgreSQL store by those of a file; either all of it is done or
 * nothing. No gateway may use the store, and none can join meanwhile.
 *
 * @param path of a file that {@link dumpSessions} made; it is not safe to restore one of a stranger
 * @returns what people know the store by
 * @throws GatewayError session_backup_foreign, session_store_in_use, validation_failed,
 * session_store_unreachable; as runProgram
 */
export const restoreSessions = async (
  url: string,
  path: string,
  signal?: AbortSignal,
): Promise<string> => {
  await refuseForeign(path, signal);
  const { place, environment, where } = await ready(url);
  const line = new Line(where);
  try {
    await line.query("SELECT pg_advisory_lock($1)", [JOIN_LOCK]);
    const members = await livingOn(line);
    if (members.length > 0) {
      throw new GatewayError("session_store_in_use", {
        store: `PostgreSQL at ${place}`,
        members: members.map(({ name }) => name).join(", "),
      });
    }
    await runProgram(
      "pg_restore",
      [
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        "--single-transaction",
        "--exit-on-error",
        // The name of the database is in the environment too.
        "--dbname=",
        path,
      ],
      { environment: { ...environment, PGOPTIONS: "-c lock_timeout=5s" }, signal },
    );
  } finally {
    await line.close();
  }
  return place;
};

/** What is wrong with a connection is said better by ours than by a program. */
const ready = async (url: string) => {
  const where = readPostgresUrl(url);
  const database = Database.at(where);
  try {
    await prepare(database);
  } finally {
    await database.close();
  }
  return { where, place: where.place, environment: where.environment };
};

/** @throws GatewayError session_backup_foreign */
const refuseForeign = async (path: string, signal: AbortSignal | undefined): Promise<void> => {
  const foreign = (reason: string): GatewayError =>
    new GatewayError("session_backup_foreign", { path, reason });
  const list = await runProgram("pg_restore", ["--list", path], { environment: {}, signal }).catch(
    (error: unknown) => {
      const isUnread = error instanceof GatewayError && error.code === "postgres_program_failed";
      throw isUnread ? foreign(String(error.params["reason"])) : error;
    },
  );
  if (!SESSIONS.test(list)) throw foreign("there are none in it.");
  const other = list.split("\n").find((entry) => /^\d/.test(entry) && !OURS.test(entry));
  if (other !== undefined) throw foreign("it holds more than the schema local_mcp.");
};
