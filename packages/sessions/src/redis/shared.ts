import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import type { Redis } from "ioredis";
import { z } from "zod";
import { refuseUnlike } from "../members.ts";
import { Presence } from "../presence.ts";
import type { JoinedMember, Member, MemberWatch, SharedStore } from "../shared-store.ts";
import { LOCK_LIFETIME_MS, LOCK_PATIENCE_MS, MEMBER_LIFETIME_MS } from "../shared-store.ts";
import { parse } from "../text.ts";
import { Connection, scriptOf } from "./connection.ts";
import { PREFIX } from "./rows.ts";

/** How often the connection that listens is tried, ms. */
const TEND_MS = 2000;

/** How often a lock that another gateway has is tried again, ms. */
const LOCK_STEP_MS = 50;

const MEMBERS = [`${PREFIX}gateways`, `${PREFIX}gateways:joined`, `${PREFIX}gateways:seen`];

/**
 * Forgets members that were not seen for ARGV[1] ms, and lets ARGV[2], a member as JSON, in among
 * those that have its key and configuration; without one it only looks. Returns who is there then or
 * was in its way: of each its JSON, when it joined and when it was seen, by the clock of Redis.
 */
const ENTER = scriptOf(`
local members, joined, seen = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, id in ipairs(redis.call("ZRANGEBYSCORE", seen, "-inf", "(" .. (now - ARGV[1]))) do
  redis.call("HDEL", members, id)
  redis.call("ZREM", joined, id)
  redis.call("ZREM", seen, id)
end
local enters = ARGV[2] ~= ""
if enters then
  local own = cjson.decode(ARGV[2])
  local all = redis.call("HGETALL", members)
  for at = 1, #all, 2 do
    local other = cjson.decode(all[at + 1])
    if all[at] ~= own.id and
      (other.keyId ~= own.keyId or other.configurationHash ~= own.configurationHash) then
      enters = false
    end
  end
  if enters then
    redis.call("HSET", members, own.id, ARGV[2])
    redis.call("ZADD", joined, "NX", now, own.id)
    redis.call("ZADD", seen, now, own.id)
  end
end
local result = {}
for _, id in ipairs(redis.call("ZRANGE", joined, 0, -1)) do
  result[#result + 1] = redis.call("HGET", members, id)
  result[#result + 1] = redis.call("ZSCORE", joined, id)
  result[#result + 1] = redis.call("ZSCORE", seen, id)
end
return result
`);

/** Keeps or gives back a lock that is one's own: ARGV is its token and how long it is kept, ms. */
const KEEP = scriptOf(`
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("PEXPIRE", KEYS[1], ARGV[2])
`);
const GIVE_BACK = scriptOf(`
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("DEL", KEYS[1])
`);

const memberSchema = z.object({
  id: z.string(),
  name: z.string(),
  keyId: z.string().nullable(),
  configurationHash: z.string(),
});
const entered = z.array(z.string());

/** What gateways on one database of Redis offer each other. */
export class RedisSharedStore implements SharedStore {
  readonly #connection: Connection;
  readonly #connect: () => Redis;
  readonly #store: string;
  readonly #channel: string;
  /** Tells what it said itself from what others said. */
  readonly #self = randomUUID();
  readonly #presence: Presence;
  #line: Line | null = null;

  /** @param connect makes a connection of its own, which can only listen then */
  constructor(connection: Connection, connect: () => Redis) {
    this.#connection = connection;
    this.#connect = connect;
    this.#store = `Redis at ${connection.place}`;
    this.#presence = new Presence(this.#store);
    // What is published is heard in all databases of a server.
    this.#channel = `${PREFIX}messages:${connection.database}`;
  }

  async join(member: Member, watch: MemberWatch = {}): Promise<void> {
    const there = await this.#enter(member);
    refuseUnlike(
      member,
      there.filter(({ id }) => id !== member.id),
      this.#store,
    );
    this.#presence.begin(member, () => this.#enter(member), watch);
  }

  async leave(): Promise<void> {
    const left = await this.#presence.end();
    if (left === null) return;
    const [members = "", joined = "", seen = ""] = MEMBERS;
    await this.#connection.run((redis) =>
      redis.multi().hdel(members, left).zrem(joined, left).zrem(seen, left).exec(),
    );
  }

  members(): Promise<JoinedMember[]> {
    return this.#enter(null);
  }

  async publish(text: string): Promise<void> {
    await this.#connection.run((redis) => redis.publish(this.#channel, `${this.#self} ${text}`));
  }

  async listen(hear: (text: string) => void, onGap: () => void): Promise<void> {
    this.#line = new Line(this.#connect(), this.#channel, {
      hear: (message) => {
        const end = message.indexOf(" ");
        if (message.slice(0, end) !== this.#self) hear(message.slice(end + 1));
      },
      onGap,
    });
    try {
      await this.#line.opened;
    } catch (error) {
      this.#line.close();
      throw error;
    }
  }

  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    const key = `${PREFIX}lock:${name}`;
    const token = randomUUID();
    await this.#lock(key, token, name);
    const keep = setInterval(() => {
      // Tried again in a moment. Without Redis nobody else gets it either.
      this.#connection.script(KEEP, [key], [token, String(LOCK_LIFETIME_MS)]).catch(() => {});
    }, LOCK_LIFETIME_MS / 5);
    keep.unref();
    try {
      return await work();
    } finally {
      clearInterval(keep);
      // Where that fails it ends by itself.
      await this.#connection.script(GIVE_BACK, [key], [token]).catch(() => {});
    }
  }

  /** Hears nothing any more. */
  close(): void {
    this.#line?.close();
    this.#connection.release();
  }

  async #lock(key: string, token: string, name: string): Promise<void> {
    const until = performance.now() + LOCK_PATIENCE_MS;
    for (;;) {
      const taken = await this.#connection.run((redis) =>
        redis.set(key, token, "PX", LOCK_LIFETIME_MS, "NX"),
      );
      if (taken === "OK") return;
      if (performance.now() > until) {
        throw new GatewayError("session_store_busy", { store: this.#store, name });
      }
      await sleep(LOCK_STEP_MS);
    }
  }

  async #enter(member: Member | null): Promise<JoinedMember[]> {
    const given = member === null ? "" : JSON.stringify(memberSchema.parse(member));
    const result = await this.#connection.script(ENTER, MEMBERS, [
      String(MEMBER_LIFETIME_MS),
      given,
    ]);
    const texts = entered.parse(result);
    const there: JoinedMember[] = [];
    for (let at = 0; at < texts.length; at += 3) {
      const known = memberSchema.parse(parse(texts[at] ?? ""));
      there.push({ ...known, joinedAt: Number(texts[at + 1]), seenAt: Number(texts[at + 2]) });
    }
    return there;
  }
}

interface Listener {
  /** Called with each message. */
  hear(message: string): void;
  /** Called when some may have been missed. */
  onGap(): void;
}

/** A connection that listens to a channel, also after it broke and was made again. */
class Line {
  readonly opened: Promise<void>;
  readonly #redis: Redis;
  readonly #connection: Connection;
  readonly #channel: string;
  readonly #listener: Listener;
  readonly #tender: NodeJS.Timeout;
  #isListening = false;
  #hasListened = false;

  constructor(redis: Redis, channel: string, listener: Listener) {
    this.#redis = redis;
    this.#connection = new Connection(redis);
    this.#channel = channel;
    this.#listener = listener;
    this.opened = this.#subscribe();
    redis.on("message", (_, message) => listener.hear(message));
    redis.on("close", () => {
      this.#isListening = false;
    });
    redis.on("ready", () => {
      if (this.#hasListened) void this.#tend();
    });
    this.#tender = setInterval(() => void this.#tend(), TEND_MS);
    this.#tender.unref();
  }

  close(): void {
    clearInterval(this.#tender);
    this.#redis.disconnect();
  }

  async #subscribe(): Promise<void> {
    await this.#connection.run((redis) => redis.subscribe(this.#channel));
    this.#isListening = true;
    if (this.#hasListened) this.#listener.onGap();
    this.#hasListened = true;
  }

  /** Only an answer shows that a silent connection still stands; without one it is made again. */
  async #tend(): Promise<void> {
    const asked = this.#isListening
      ? this.#connection.run((redis) => redis.ping())
      : this.#subscribe();
    // Tried again in a moment.
    await asked.catch(() => {});
  }
}
