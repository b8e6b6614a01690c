import { GatewayError } from "@local-mcp/contract";
import { type Advice, codeOf, connectionAdvice } from "../connection-advice.ts";

const CHECK_URL = "Correct the URL of the store.";
const CHECK_SERVER = "See whether PostgreSQL runs there: “pg_isready -h HOST -p PORT” says so.";
const GRANT =
  "Let the owner of the database run: GRANT CREATE ON DATABASE … TO …; or let them start a gateway once, and grant the use of the schema local_mcp.";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SQLSTATES: Record<string, Advice> = {
  "28P01": ["the password was refused.", CHECK_URL],
  "28000": [
    "this user may not log in from here.",
    "Look into pg_hba.conf, or set sslmode if the server wants TLS.",
  ],
  "3D000": ["there is no such database.", "Create it with “createdb”, or correct the URL."],
  "42501": ["this user has no right to the schema local_mcp.", GRANT],
  "53300": [
    "the server has too many connections.",
    "Raise max_connections. A gateway takes up to 11 of them.",
  ],
  "53100": ["the disk of the server is full.", "Make room there."],
  "57P03": ["the server is starting up or shutting down.", "Wait, and start again."],
  "57P01": ["the server is shutting down.", "Wait, and start again."],
  "25006": ["it is read only, as a standby is.", "Give the URL of the primary."],
  "57014": [
    "a statement took longer than 5 seconds.",
    "See what the server is busy with: SELECT * FROM pg_stat_activity.",
  ],
  "42P01": [
    "the tables of the schema local_mcp are gone.",
    "Start the gateway again, which makes them, or restore them from a backup.",
  ],
};

const WORDS_OF_CONNECTION = {
  server: CHECK_SERVER,
  url: CHECK_URL,
  authority: "Give the certificate of the authority that signed the server's in sslrootcert.",
};

/** What `pg` says in words only. */
const WORDS: [RegExp, Advice][] = [
  [/timeout|timed out/i, ["it does not answer within 5 seconds.", CHECK_SERVER]],
  [/terminated|closed|not queryable/i, ["it ended the connection.", CHECK_SERVER]],
  [/does not support SSL/i, ["it does not offer TLS.", "Set sslmode=disable, or ssl=on there."]],
  [/password must be/i, ["it asks for a password.", CHECK_URL]],
];

/** Whether the server said so; anything else leaves the connection in an unknown state. */
export const isFromServer = (error: unknown): error is Error =>
  error instanceof Error && /^[0-9A-Z]{5}$/.test(codeOf(error)) && "severity" in error;

/** Two transactions were in each other's way; nothing of this one was kept. */
export const isWorthAnotherTry = (error: unknown): boolean =>
  isFromServer(error) && ["40001", "40P01"].includes(codeOf(error));

/**
 * What PostgreSQL or the connection says, as an error a person can act on. Neither the password nor
 * anything stored is in it: an SQLSTATE's `detail` may quote a key, and is left out.
 *
 * @param place what people know the database by
 */
export const postgresError = (place: string, error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof GatewayError) return error;
  const code = codeOf(error);
  if (["22021", "22P05", "54000"].includes(code)) {
    // NUL in a text, or an id that is too long to be indexed.
    return new GatewayError("validation_failed", {
      detail: "Session: PostgreSQL keeps no id or URI that holds a NUL character or is that long.",
    });
  }
  const advice =
    SQLSTATES[code] ??
    connectionAdvice(code, WORDS_OF_CONNECTION) ??
    WORDS.find(([words]) => words.test(error.message))?.[1] ??
    ([`${error.message}.`, CHECK_SERVER] satisfies Advice);
  const [reason, action] = advice;
  return new GatewayError("session_store_unreachable", {
    store: `PostgreSQL at ${place}`,
    reason,
    action,
  });
};
