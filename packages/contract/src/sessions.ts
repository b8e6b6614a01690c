import { z } from "zod";
import { noSecret } from "./secret-fields.ts";

/** The engines that sessions can be kept in. */
export const sessionStoreType = z.enum(["memory", "file", "sqlite", "redis", "postgres"]);
export type SessionStoreType = z.infer<typeof sessionStoreType>;

/**
 * A legacy client's session. `active`: a stream is open or a request runs; `idle`: neither, and it
 * may come back; `gone`: it has not been heard of for long, or its token is not valid any more.
 */
export const sessionView = z.object({
  /** The `Mcp-Session-Id`. */
  id: z.string(),
  /** What debug logs call it, which is nothing that a session can be opened with. */
  loggedAs: z.string(),
  /** As the client called itself; shown as text only. */
  client: z.string(),
  version: z.string().nullable(),
  /** Slug of the profile it uses; null where that was removed. */
  profile: z.string().nullable(),
  /** Name of the access token it was opened with; null where its profile needs none. */
  token: noSecret(z.string().nullable()),
  protocolVersion: z.string(),
  /** As set by `logging/setLevel`. */
  logLevel: z.string().nullable(),
  subscriptions: z.array(z.string()),
  state: z.enum(["active", "idle", "gone"]),
  /** ms since 1970. */
  createdAt: z.number().int(),
  lastSeenAt: z.number().int(),
  /** When it ends if nothing is heard of it, ms since 1970. */
  expiresAt: z.number().int(),
  /** Requests of it that this gateway is answering. */
  running: z.number().int(),
  /** Its last call of a tool, since this gateway started; null without one. */
  lastCallAt: z.number().int().nullable(),
});
export type SessionView = z.infer<typeof sessionView>;

/** A message that went to a client in a session; kept with the database backend only. */
export const sessionMessage = z.object({
  id: z.number().int(),
  /**
   * JSON-RPC, redacted. Of what is longer than `logBodyBytes` the beginning as text, and of what is no
   * JSON without its secrets all of it:
   * `{ "cut": true, "bytes": 123456, "text": "{\\"jsonrpc\\":…" }`.
   */
  content: z.json(),
  /** ms since 1970. */
  createdAt: z.number().int(),
  expiresAt: z.number().int().nullable(),
});
export type SessionMessage = z.infer<typeof sessionMessage>;

export const sessionMessagesQuery = z.object({
  session: z.string(),
  /** Ids above this one only, to go on from. */
  after: z.coerce.number<number>().int().min(0).default(0),
  limit: z.coerce.number<number>().int().min(1).max(1000).default(200),
});

/** Where sessions are kept, and how that is. */
export const sessionStoreView = z.object({
  type: sessionStoreType,
  /** For people: host and port, or the path of a file. Holds no password. */
  place: z.string(),
  /** What chose it: the name of a variable, or “default”. */
  chosenBy: z.string(),
  /** Whether several gateways can use it together. */
  isShared: z.boolean(),
  /** Whether messages to clients are kept, in mcp_messages. */
  keepsMessages: z.boolean(),
  /** What is wrong with it; null while it works. */
  problem: z
    .object({
      /** One sentence, as in “Redis at HOST cannot be reached since 14:02.” */
      message: z.string(),
      wayOut: z.string(),
      /** ms since 1970. */
      since: z.number().int(),
      /** Memory is used until it works again, since that was chosen. */
      usesMemory: z.boolean(),
    })
    .nullable(),
  /** The gateways that share it, this one too; empty where it is not shared. */
  members: z.array(
    z.object({
      name: z.string(),
      isSelf: z.boolean(),
      /** ms since 1970. */
      joinedAt: z.number().int(),
      seenAt: z.number().int(),
    }),
  ),
});
export type SessionStoreView = z.infer<typeof sessionStoreView>;

export const sessionsView = z.object({
  store: sessionStoreView,
  /** The most recently seen first; at most {@link MOST_SESSIONS_SHOWN}. */
  sessions: z.array(sessionView),
  /** How many there are in all. */
  total: z.number().int(),
  /** Messages that should have been kept since the start and could not be; calls never wait for it. */
  droppedMessages: z.number().int(),
});
export type SessionsView = z.infer<typeof sessionsView>;

export const MOST_SESSIONS_SHOWN = 1000;

export const sessionsCleanup = z.object({
  /** Also removes the messages of all sessions, whether or not their time is over. */
  messages: z.boolean().default(false),
});

export const sessionsCleaned = z.object({
  /** Records that had expired, of both kinds. */
  sessions: z.number().int(),
  messages: z.number().int(),
});
export type SessionsCleaned = z.infer<typeof sessionsCleaned>;
