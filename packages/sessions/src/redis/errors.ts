import { GatewayError } from "@local-mcp/contract";
import { type Advice, codeOf, connectionAdvice } from "../connection-advice.ts";

const CHECK_URL = "Correct the URL of the store: redis://user:password@host:6379.";
const CHECK_SERVER =
  "See whether Redis runs there: “redis-cli -h HOST -p PORT ping” answers PONG then.";
const RIGHTS =
  "Let its administrator run: ACL SETUSER NAME ~{local-mcp}:* &{local-mcp}:* +@all -@admin -@dangerous +info.";

/** What an error of the server begins with. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const REPLIES: ReadonlyMap<string, Advice> = new Map(
  Object.entries<Advice>({
    NOAUTH: ["it asks for a password.", CHECK_URL],
    WRONGPASS: ["the password was refused.", CHECK_URL],
    NOPERM: ["this user may not do that there.", RIGHTS],
    MISCONF: [
      "it cannot write to its disk, and takes no changes until it can.",
      "Look into the log of Redis, and make room on its disk.",
    ],
    OOM: [
      "its memory is full, and it takes no changes.",
      "Raise its maxmemory, or remove what is not needed: “local-mcp-gateway sessions cleanup”.",
    ],
    READONLY: ["it is a replica, which is read only.", "Give the URL of the primary."],
    LOADING: ["it is reading its data after a start.", "Wait, and try again."],
    BUSY: [
      "it is busy with somebody's script.",
      "“redis-cli script kill” ends that script, if it has written nothing.",
    ],
    MASTERDOWN: ["it is a replica that has lost its primary.", "Give the URL of the primary."],
    NOREPLICAS: ["it has too few replicas to take changes.", "Look at its replicas."],
    CLUSTERDOWN: ["its cluster is down.", "“redis-cli cluster info” says why."],
    MOVED: ["it is one node of a cluster.", "Give the URL of a Redis that is no cluster."],
    WRONGTYPE: [
      "another program has stored something under our keys, which begin with {local-mcp}:.",
      "Use a database that no other program uses: redis://host:6379/1.",
    ],
  }),
);

/** What is said in words only. */
const WORDS: [RegExp, Advice][] = [
  [
    /max number of clients/i,
    [
      "it has too many connections.",
      "Raise its maxclients. A gateway takes 2 of them, and one more with CACHE_TYPE=redis.",
    ],
  ],
  [
    /DB index is out of range/i,
    ["there is no database of that number.", "Write a lower number at the end of the URL."],
  ],
  [/unknown command/i, ["it does not know a command that is needed.", "Use Redis 6.2 or newer."]],
  [/timeout|timed out/i, ["it does not answer within 5 seconds.", CHECK_SERVER]],
];

/** Of a connection that is gone; why that is may be known better. */
const LOST: Advice = ["the connection was lost.", CHECK_SERVER];

const ofConnection = (error: Error): Advice | undefined =>
  connectionAdvice(codeOf(error), {
    server: CHECK_SERVER,
    url: CHECK_URL,
    authority: "Give the certificate of that authority in the URL: rediss://host?cacert=FILE.",
  });

const knownOf = (error: Error): Advice | undefined =>
  REPLIES.get(error.message.split(" ", 1)[0] ?? "") ?? ofConnection(error);

const saidBy = (error: Error): Advice | undefined =>
  WORDS.find(([words]) => words.test(error.message))?.[1];

/**
 * What Redis or the connection says, as an error a person can act on. Nothing of a command is in it,
 * whose arguments are what was to be stored.
 *
 * @param place what people know the server by
 * @param last what the connection was lost by
 */
export const redisError = (place: string, error: unknown, last?: Error): unknown => {
  if (!(error instanceof Error) || error instanceof GatewayError) return error;
  const [reason, action] =
    knownOf(error) ??
    (last && (knownOf(last) ?? saidBy(last))) ??
    saidBy(error) ??
    (/closed|max retries/i.test(error.message) ? LOST : null) ??
    // What the server says of a command may quote it.
    (["it failed in a way that has no name.", "Look into the log of Redis."] satisfies Advice);
  return new GatewayError("session_store_unreachable", {
    store: `Redis at ${place}`,
    reason,
    action,
  });
};
