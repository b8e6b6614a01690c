import { randomUUID } from "node:crypto";
import { Connection, scriptOf } from "../redis/connection.ts";
import { openRedis } from "../redis/open.ts";
import { PREFIX } from "../redis/rows.ts";
import type { AnswerRows, AnswerRowsOptions } from "./answer-rows.ts";

/** A hash: answers by their keys, the generation of each server, and what all answers take. */
const ANSWERS = `${PREFIX}answers`;
/** A sorted set: keys of answers by when they expire. */
const ENDS = `${PREFIX}answers:ends`;
/** How long Redis keeps both after an answer was kept last, ms. None lives longer. */
const LIFETIME_MS = 25 * 3_600_000;
/** Of those that expired, at most so many are removed at once. */
const PAGE = 100;

/**
 * KEYS: ANSWERS, ENDS. ARGV: field of the generation, generation, key, text, when it expires, now,
 * what all may take, how long both are kept, how many are removed at once.
 */
const KEEP = scriptOf(`
local answers, ends = KEYS[1], KEYS[2]
if redis.call("HGET", answers, ARGV[1]) ~= ARGV[2] then return 0 end
local size = tonumber(redis.call("HGET", answers, "size") or "0")
if size > 0 and redis.call("ZCARD", ends) == 0 then
  redis.call("DEL", answers)
  return 0
end
local function drop(key)
  size = size - redis.call("HSTRLEN", answers, key)
  redis.call("HDEL", answers, key)
  redis.call("ZREM", ends, key)
end
for _, key in ipairs(redis.call("ZRANGEBYSCORE", ends, "-inf", ARGV[6], "LIMIT", 0, ARGV[9])) do
  drop(key)
end
drop(ARGV[3])
redis.call("HSET", answers, ARGV[3], ARGV[4])
redis.call("ZADD", ends, ARGV[5], ARGV[3])
size = size + #ARGV[4]
while size > tonumber(ARGV[7]) do
  local first = redis.call("ZRANGE", ends, 0, 0)[1]
  if not first then break end
  drop(first)
end
redis.call("HSET", answers, "size", size)
redis.call("PEXPIRE", answers, ARGV[8])
redis.call("PEXPIRE", ends, ARGV[8])
return 1
`);

const fieldOf = (serverId: string): string => `generation:${serverId}`;

/**
 * Answers in Redis, which several gateways may use at once. Where Redis removed one of the two keys
 * to make room, nothing is found in what is left, and it goes.
 *
 * @throws GatewayError as openRedis
 */
export const redisAnswers = async (
  url: string,
  { maxSize, now }: AnswerRowsOptions,
): Promise<AnswerRows> => {
  const opened = await openRedis(url);
  const connection = new Connection(opened.redis);
  const look = (field: string, key: string): Promise<(string | null)[]> =>
    connection.run((redis) => redis.hmget(ANSWERS, field, key));

  return {
    read: async (serverId, key) => {
      const field = fieldOf(serverId);
      let [generation, text] = await look(field, key);
      if (!generation) {
        await connection.run((redis) => redis.hsetnx(ANSWERS, field, randomUUID()));
        [generation, text] = await look(field, key);
      }
      return { generation: generation ?? "", text: text ?? null };
    },
    keep: async ({ serverId, key, text, generation, expiresAt }) => {
      await connection.script(
        KEEP,
        [ANSWERS, ENDS],
        [
          fieldOf(serverId),
          generation,
          key,
          text,
          ...[expiresAt, now(), maxSize, LIFETIME_MS, PAGE].map(String),
        ],
      );
    },
    renew: async (serverId, generation) => {
      await connection.run((redis) => redis.hset(ANSWERS, fieldOf(serverId), generation));
    },
    close: async () => {
      connection.release();
      await opened.close();
    },
  };
};
