import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { refuseUnlike } from "../members.ts";
import { Presence } from "../presence.ts";
import type { JoinedMember, Member, MemberWatch, SharedStore } from "../shared-store.ts";
import { LOCK_PATIENCE_MS, MEMBER_LIFETIME_MS } from "../shared-store.ts";
import type { Database, Statements } from "./database.ts";
import { CHANNEL, type Line } from "./line.ts";

/** How long a message waits to be read, ms; who listens reads it at once. */
const MESSAGE_LIFETIME_MS = 60_000;

/** How often a lock that another gateway has is tried again, ms. */
const LOCK_STEP_MS = 50;

/** Any number; whoever joins does so alone, and nobody does while sessions are replaced. */
export const JOIN_LOCK = 7_305_424_912;

/** ms since 1970 by the clock of the server, also within a transaction. */
const CLOCK = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** Of a member, whether it counts. */
const IS_LIVING = `seen_at >= ${CLOCK} - ${MEMBER_LIFETIME_MS}`;

const COLUMNS = `id, name, key_id AS "keyId", configuration_hash AS "configurationHash",
  joined_at::float8 AS "joinedAt", seen_at::float8 AS "seenAt"`;

/** The number that a name is locked by, of the 64 bits that PostgreSQL has for it. */
const lockOf = (name: string): string =>
  createHash("sha256").update(`local_mcp ${name}`).digest().readBigInt64BE().toString();

/** What gateways on one PostgreSQL database offer each other. */
export class PostgresSharedStore implements SharedStore {
  readonly #database: Database;
  readonly #line: Line;
  readonly #store: string;
  /** Tells what it said itself from what others said. */
  readonly #self = randomUUID();
  readonly #held = new Set<string>();
  readonly #presence: Presence;
  #waiting: string[] = [];
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(database: Database, line: Line) {
    this.#database = database;
    this.#line = line;
    this.#store = `PostgreSQL at ${database.place}`;
    this.#presence = new Presence(this.#store);
  }

  async join(member: Member, watch: MemberWatch = {}): Promise<void> {
    await this.#enter(member);
    this.#presence.begin(member, () => this.#sayHere(member), watch);
  }

  async leave(): Promise<void> {
    const left = await this.#presence.end();
    if (left === null) return;
    await this.#database.query("DELETE FROM local_mcp.gateways WHERE id = $1", [left]);
  }

  async members(): Promise<JoinedMember[]> {
    return livingOn(this.#database);
  }

  publish(text: string): Promise<void> {
    this.#waiting.push(text);
    if (this.#next === null) {
      // One after the other, so that they are heard in this order; what comes meanwhile goes together.
      this.#next = this.#last.catch(() => {}).then(() => this.#send());
      this.#last = this.#next;
    }
    return this.#next;
  }

  async listen(hear: (text: string) => void, onGap: () => void): Promise<void> {
    let unread: string[] = [];
    let isReading = false;
    const read = async (ids: string[]): Promise<void> => {
      const { rows } = await this.#database.query<{ texts: string[] }>(
        "SELECT texts FROM local_mcp.messages WHERE id = ANY($1) ORDER BY id",
        [ids],
      );
      for (const { texts } of rows) texts.forEach(hear);
      // Those that were removed before this process came to reading them.
      if (rows.length < ids.length) onGap();
    };
    const readAll = async (): Promise<void> => {
      while (unread.length > 0) {
        const ids = unread;
        unread = [];
        await read(ids).catch(onGap);
      }
      // In the turn in which nothing was left, so that what comes after is read.
      isReading = false;
    };
    await this.#line.listen({
      hear: (payload) => {
        const [sender, id] = payload.split(" ");
        if (sender === this.#self || id === undefined) return;
        unread.push(id);
        if (isReading) return;
        isReading = true;
        void readAll();
      },
      onGap,
    });
  }

  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#lock(name);
    try {
      return await work();
    } finally {
      // A session that ended meanwhile has given it back.
      await this.#line.query("SELECT pg_advisory_unlock($1)", [lockOf(name)]).catch(() => {});
      this.#held.delete(name);
    }
  }

  async #lock(name: string): Promise<void> {
    const until = performance.now() + LOCK_PATIENCE_MS;
    while (!(await this.#tryLock(name))) {
      if (performance.now() > until) {
        throw new GatewayError("session_store_busy", { store: this.#store, name });
      }
      await sleep(LOCK_STEP_MS);
    }
  }

  /** The server lets one session take a lock twice, so within this process it is held by name. */
  async #tryLock(name: string): Promise<boolean> {
    if (this.#held.has(name)) return false;
    this.#held.add(name);
    let isLocked = false;
    try {
      const { rows } = await this.#line.query<{ isLocked: boolean }>(
        `SELECT pg_try_advisory_lock($1) AS "isLocked"`,
        [lockOf(name)],
      );
      isLocked = rows[0]?.isLocked === true;
      return isLocked;
    } finally {
      if (!isLocked) this.#held.delete(name);
    }
  }

  async #send(): Promise<void> {
    const texts = this.#waiting;
    this.#waiting = [];
    this.#next = null;
    // What is longer than the 8000 bytes of a NOTIFY is fetched by its id.
    await this.#database.query(
      `WITH sent AS (INSERT INTO local_mcp.messages (texts, sent_at) VALUES ($1, ${CLOCK}) RETURNING id)
        SELECT pg_notify('${CHANNEL}', $2 || ' ' || id) FROM sent`,
      [texts, this.#self],
    );
  }

  /** @throws GatewayError session_store_other_key, session_store_other_configuration */
  async #enter(member: Member): Promise<void> {
    await this.#database.transaction(async (statements) => {
      await statements.query("SELECT pg_advisory_xact_lock($1)", [JOIN_LOCK]);
      const others = (await livingOn(statements)).filter(({ id }) => id !== member.id);
      refuseUnlike(member, others, this.#store);
      await statements.query(
        `INSERT INTO local_mcp.gateways (id, name, key_id, configuration_hash, joined_at, seen_at)
          VALUES ($1, $2, $3, $4, ${CLOCK}, ${CLOCK})
          ON CONFLICT (id) DO UPDATE SET key_id = excluded.key_id,
            configuration_hash = excluded.configuration_hash, seen_at = excluded.seen_at`,
        [member.id, member.name, member.keyId, member.configurationHash],
      );
    });
  }

  async #sayHere(member: Member): Promise<JoinedMember[]> {
    const { rowCount } = await this.#database.query(
      `UPDATE local_mcp.gateways SET seen_at = ${CLOCK} WHERE id = $1 AND ${IS_LIVING}`,
      [member.id],
    );
    // Forgotten, after this process or the server stood still for long: others may have come.
    if (rowCount === 0) await this.#enter(member);
    await this.#database.query(`DELETE FROM local_mcp.gateways WHERE NOT (${IS_LIVING})`);
    await this.#database.query(
      `DELETE FROM local_mcp.messages WHERE sent_at < ${CLOCK} - ${MESSAGE_LIFETIME_MS}`,
    );
    return this.members();
  }
}

/** Members that count, oldest first. */
export const livingOn = async (statements: Statements): Promise<JoinedMember[]> => {
  const { rows } = await statements.query<JoinedMember & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM local_mcp.gateways WHERE ${IS_LIVING} ORDER BY joined_at, id`,
  );
  return rows;
};
