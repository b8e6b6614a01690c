import type { Redis } from "ioredis";
import { isLoopback, note, ok, problem, type StoreFinding, timed } from "./finding.ts";

/**
 * The one policy that removes nothing before its time: the volatile ones remove what expires, as
 * sessions do. https://redis.io/docs/latest/develop/reference/eviction/
 */
const KEEPING = "noeviction";

/** Looks at a Redis that is connected: how fast it is, and whether it keeps what it is given. */
export async function examineRedis(redis: Redis): Promise<StoreFinding[]> {
  const { took } = await timed(() => redis.ping());
  const info = factsOf(await redis.info());
  const { host = "localhost", tls } = redis.options;
  return [
    ok(`Redis ${info.get("redis_version") ?? ""} answers PONG in ${took}.`),
    tls === undefined && !isLoopback(host)
      ? note(
          "What goes to Redis is not encrypted.",
          "Write “rediss://” in REDIS_URL, unless the network in between is yours alone.",
        )
      : ok(tls === undefined ? "Redis is on this computer." : "What goes to Redis is encrypted."),
    evictionOf(info),
    await persistenceOf(redis, info),
  ];
}

/** Lines of `NAME:VALUE`. https://redis.io/docs/latest/commands/info/ */
const factsOf = (info: string): Map<string, string> =>
  new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );

function evictionOf(info: Map<string, string>): StoreFinding {
  const policy = info.get("maxmemory_policy") ?? KEEPING;
  if (policy === KEEPING) return ok(`Redis removes no session early (${policy}).`);
  const isBounded = (info.get("maxmemory") ?? "0") !== "0";
  const wayOut = `Run “redis-cli config set maxmemory-policy ${KEEPING}”, and write it to redis.conf.`;
  const message = `Redis removes sessions when its memory is full (maxmemory-policy ${policy})`;
  return isBounded
    ? problem(`${message}.`, wayOut)
    : note(`${message}, and its memory has no limit now.`, wayOut);
}

async function persistenceOf(redis: Redis, info: Map<string, string>): Promise<StoreFinding> {
  if (info.get("aof_enabled") === "1") return ok("Redis writes each change to its disk.");
  const save = await saveOf(redis);
  if (save === "") {
    return problem(
      "Redis keeps nothing on its disk: all sessions are lost when it stops.",
      "Run “redis-cli config set appendonly yes”, and write it to redis.conf.",
    );
  }
  return note(
    "Redis writes to its disk from time to time: what is newest is lost when it crashes.",
    "Run “redis-cli config set appendonly yes” where that matters.",
  );
}

/** When snapshots are made; null where it may not be asked, as at many providers. */
async function saveOf(redis: Redis): Promise<string | null> {
  try {
    const answer: unknown = await redis.config("GET", "save");
    return Array.isArray(answer) && typeof answer[1] === "string" ? answer[1] : null;
  } catch {
    return null;
  }
}
