import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { z } from "zod";
import { NEVER, olderFirst, type Row, type Rows } from "../rows.ts";
import { parse, stored } from "../text.ts";
import { sortInTurns } from "../turns.ts";
import type { Connection } from "./connection.ts";
import { scriptOf } from "./connection.ts";

/**
 * All keys are in one hash slot, so that a script may touch several of them.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export const PREFIX = "{local-mcp}:";

const KINDS = ["sign_in", "client"] as const;

/** Records that are read or removed at once, so that nobody waits long. */
const PAGE = 1000;

/** How often a change is tried again that came between changes of others. */
const TRIES = 500;

/** How long Redis keeps what has expired, ms: its clock, and that of another gateway, may differ. */
const BACKSTOP_MS = 60_000;

/**
 * Changes records that are as they were read, and their indexes with them. KEYS: of each record its
 * own key, then those of its indexes. ARGV: first 1 where what is not as it was is passed over, else
 * nothing is changed then; of each record: how many indexes it has, its entry in them, what it was
 * (nothing: not there), what becomes of it (a text; “del”; “forget”: only its entries go), when it
 * expires (ms since 1970) and after how long Redis removes it by itself (ms; “keep”; “never”).
 * Returns the numbers of those that were not as they were, each with what it is.
 */
const CHANGE = scriptOf(`
local unlike, moved, key = {}, {}, 1
for at = 2, #ARGV, 6 do
  local current = redis.call("GET", KEYS[key])
  if (current or "") ~= ARGV[at + 2] then
    unlike[at] = true
    moved[#moved + 1] = (at - 2) / 6
    moved[#moved + 1] = current
  end
  key = key + 1 + ARGV[at]
end
if #moved > 0 and ARGV[1] ~= "1" then return moved end
key = 1
for at = 2, #ARGV, 6 do
  local entry, action, ttl = ARGV[at + 1], ARGV[at + 3], ARGV[at + 5]
  if not unlike[at] then
    local stays = action ~= "del" and action ~= "forget"
    if action == "del" then
      redis.call("DEL", KEYS[key])
    elseif stays and ttl == "keep" then
      redis.call("SET", KEYS[key], action, "KEEPTTL")
    elseif stays and ttl == "never" then
      redis.call("SET", KEYS[key], action)
    elseif stays then
      redis.call("SET", KEYS[key], action, "PX", ttl)
    end
    for index = key + 1, key + ARGV[at] do
      if stays then
        redis.call("ZADD", KEYS[index], ARGV[at + 4], entry)
      else
        redis.call("ZREM", KEYS[index], entry)
      end
    end
  end
  key = key + 1 + ARGV[at]
end
return moved
`);

const recordSchema = z.strictObject({
  kind: z.enum(KINDS),
  sessionId: z.string(),
  identity: z.string().nullable(),
  data: z.string(),
  subscriptions: z.array(z.string()),
  createdAt: z.number(),
  expiresAt: z.number(),
});
const entrySchema = z.tuple([z.string(), z.string().nullable()]);
const changeResult = z.array(z.union([z.number(), z.string(), z.null()]));

/** A record, by what an index says of it: also when Redis has removed it, its indexes are known. */
type Owner = Pick<Row, "kind" | "sessionId" | "identity">;

/** A record as it was read; the text is empty where there is none. */
interface Seen {
  text: string;
  row: Row | null;
}

interface Change {
  owner: Owner;
  /** As it has to be still. */
  was: string;
  /** “del” or “forget” in their place. */
  becomes: string;
  expiresAt: number;
  ttl: string;
}

const keyOf = (sessionId: string): string => `${PREFIX}session:${sessionId}`;
const kindIndex = (kind: Row["kind"]): string => `${PREFIX}sessions:${kind}`;
const identityIndex = (identity: string): string => `${PREFIX}identity:${identity}`;

const indexesOf = ({ kind, identity }: Owner): string[] => [
  kindIndex(kind),
  ...(identity === null ? [] : [identityIndex(identity)]),
];

const seen = (text: string | null | undefined): Seen =>
  text ? { text, row: stored(recordSchema, parse(text)) } : { text: "", row: null };

/** The same of one that may be damaged: it has a text then, and no row. */
const seenAnyway = (text: string | null): Seen => ({
  text: text ?? "",
  row: text ? (recordSchema.safeParse(parse(text)).data ?? null) : null,
});

const isOf = (row: Row | null, { kind, identity }: Owner): row is Row =>
  row?.kind === kind && row.identity === identity;

/**
 * Sessions in Redis: each a JSON text, in an index of its kind and one of its identity, sorted sets
 * by when they expire. Redis removes by itself what nobody has cleaned up a minute after it expired;
 * an entry of an index whose record is gone is taken out by whoever meets it. A damaged record is told
 * to who asks for it alone, and is passed over by who asks for many, until it expires.
 *
 * @param now ms since 1970, by the clock that `expiresAt` is of
 */
export const redisRows = (connection: Connection, now: () => number): Rows => {
  const store = `Redis at ${connection.place}`;

  const textsOf = async (ids: readonly string[]): Promise<(string | null)[]> =>
    ids.length === 0 ? [] : connection.run((redis) => redis.mget(ids.map(keyOf)));

  const readOne = async (id: string): Promise<Seen> => seen((await textsOf([id]))[0]);
  const readMany = async (ids: readonly string[]): Promise<Seen[]> =>
    (await textsOf(ids)).map(seenAnyway);

  /** However many they are. Where it is one alone, it is told of if it is damaged. */
  const readAll = async (ids: readonly string[]): Promise<Seen[]> => {
    const [first, ...others] = ids;
    if (first !== undefined && others.length === 0) return [await readOne(first)];
    const found: Seen[] = [];
    for (let at = 0; at < ids.length; at += PAGE) {
      found.push(...(await readMany(ids.slice(at, at + PAGE))));
    }
    return found;
  };

  /** Returns those that were not as they should have been, by their number, with what they are. */
  const change = async (
    changes: readonly Change[],
    how: "all or nothing" | "what is as it was",
  ): Promise<Map<number, Seen>> => {
    if (changes.length === 0) return new Map();
    const result = await connection.script(
      CHANGE,
      changes.flatMap(({ owner }) => [keyOf(owner.sessionId), ...indexesOf(owner)]),
      [
        how === "all or nothing" ? "0" : "1",
        ...changes.flatMap(({ owner, was, becomes, expiresAt, ttl }) => [
          String(indexesOf(owner).length),
          JSON.stringify([owner.sessionId, owner.identity]),
          was,
          becomes,
          String(expiresAt),
          ttl,
        ]),
      ],
    );
    const moved = changeResult.parse(result);
    const unlike = new Map<number, Seen>();
    for (let at = 0; at < moved.length; at += 2) {
      const text = moved[at + 1];
      unlike.set(Number(moved[at]), seen(typeof text === "string" ? text : null));
    }
    return unlike;
  };

  const ttlOf = (expiresAt: number): string =>
    expiresAt === NEVER ? "never" : String(Math.max(0, expiresAt - now()) + BACKSTOP_MS);

  const putting = (row: Row, before: Seen): Change => ({
    owner: row,
    was: before.text,
    becomes: JSON.stringify(row),
    expiresAt: row.expiresAt,
    // A clock that has jumped since does not change when Redis removes it.
    ttl: before.row?.expiresAt === row.expiresAt ? "keep" : ttlOf(row.expiresAt),
  });

  const removing = (owner: Owner, { text, row }: Seen): Change => ({
    owner,
    was: text,
    becomes: row === null || isOf(row, owner) ? "del" : "forget",
    expiresAt: 0,
    ttl: "keep",
  });

  const ownersOf = (kind: Row["kind"], entries: readonly string[]): Owner[] =>
    entries.map((entry) => {
      const [sessionId, identity] = stored(entrySchema, parse(entry));
      return { kind, sessionId, identity };
    });

  /** The owners in an index, page by page; one that stays is met at least once. */
  const pagesOf = async function* (kind: Row["kind"], index: string): AsyncGenerator<Owner[]> {
    let cursor = "0";
    do {
      const [next, found] = await connection.run((redis) =>
        redis.zscan(index, cursor, "COUNT", PAGE),
      );
      cursor = next;
      yield ownersOf(
        kind,
        found.filter((_, at) => at % 2 === 0),
      );
    } while (cursor !== "0");
  };

  const settled = async (attempt: () => Promise<boolean>): Promise<void> => {
    for (let tried = 1; !(await attempt()); tried += 1) {
      if (tried === TRIES)
        throw new GatewayError("session_store_busy", { store, name: "sessions" });
      // Else two that are always as fast would always meet.
      if (tried > 3) await sleep(Math.random() * 5);
    }
  };

  /** Removes what expires until then and what `isDoomed`, page by page, and says how many that were. */
  const removeUntil = async (
    kind: Row["kind"],
    until: string,
    isDoomed: (row: Row) => boolean,
  ): Promise<number> => {
    for (let removed = 0; ;) {
      const entries = await connection.run((redis) =>
        redis.zrangebyscore(kindIndex(kind), "-inf", until, "LIMIT", 0, PAGE),
      );
      const owners = ownersOf(kind, entries);
      const found = await readMany(owners.map(({ sessionId }) => sessionId));
      const changes = owners.flatMap((owner, at) => {
        const { text, row } = found[at] ?? seen(null);
        // It may have been renewed since its index was read.
        return isOf(row, owner) && !isDoomed(row) ? [] : [removing(owner, { text, row })];
      });
      const unlike = await change(changes, "what is as it was");
      removed += changes.filter(
        ({ was, becomes }, at) => was !== "" && becomes === "del" && !unlike.has(at),
      ).length;
      if (entries.length < PAGE) return removed;
    }
  };

  return {
    init: async () => {
      await connection.run((redis) => redis.ping());
    },
    insert: async (row, at) => {
      let taken = seen(null);
      let isInserted = false;
      await settled(async () => {
        if (taken.row !== null && taken.row.expiresAt > at) return true;
        const removal = taken.row === null ? [] : [removing(taken.row, taken)];
        const put = putting(row, taken);
        const unlike = await change(
          [...removal, { ...put, ttl: ttlOf(row.expiresAt) }],
          "all or nothing",
        );
        isInserted = unlike.size === 0;
        taken = unlike.get(removal.length) ?? taken;
        return isInserted;
      });
      return isInserted;
    },
    read: async (kind, sessionId) => {
      const { row } = await readOne(sessionId);
      return row?.kind === kind ? row : null;
    },
    list: async (kind, identity, onDamaged) => {
      const rows = new Map<string, Row>();
      const index = identity === undefined ? kindIndex(kind) : identityIndex(identity);
      for await (const owners of pagesOf(kind, index)) {
        const found = await readMany(owners.map(({ sessionId }) => sessionId));
        const gone: Change[] = [];
        owners.forEach((owner, at) => {
          const { text, row } = found[at] ?? seen(null);
          if (isOf(row, owner)) rows.set(row.sessionId, row);
          else if (row !== null || text === "") gone.push(removing(owner, { text, row }));
          else onDamaged?.(owner.sessionId);
        });
        await change(gone, "what is as it was");
      }
      return sortInTurns([...rows.values()], olderFirst);
    },
    modify: async (kind, sessionIds, changeOf) => {
      const ids = [...new Set(sessionIds)];
      const found = await readAll(ids);
      let changed = 0;
      await settled(async () => {
        const numbers: number[] = [];
        const changes = found.flatMap((before, at) => {
          if (before.row?.kind !== kind) return [];
          const next = changeOf(before.row);
          if (next === null) return [];
          const { data, subscriptions, expiresAt } = next;
          numbers.push(at);
          return [putting({ ...before.row, data, subscriptions, expiresAt }, before)];
        });
        const unlike = await change(changes, "all or nothing");
        for (const [number, current] of unlike) found[numbers[number] ?? -1] = current;
        changed = changes.length;
        return unlike.size === 0;
      });
      return changed;
    },
    remove: async (kind, sessionId, identity) => {
      let found = await readOne(sessionId);
      await settled(async () => {
        const { row } = found;
        if (row?.kind !== kind) return true;
        if (identity !== undefined && row.identity !== identity) return true;
        const unlike = await change([removing(row, found)], "all or nothing");
        found = unlike.get(0) ?? found;
        return unlike.size === 0;
      });
    },
    removeAll: async (kind) => {
      await removeUntil(kind, "+inf", () => true);
    },
    removeExpired: async (at) => {
      let removed = 0;
      for (const kind of KINDS) {
        removed += await removeUntil(kind, String(at), ({ expiresAt }) => expiresAt <= at);
      }
      return removed;
    },
  };
};
