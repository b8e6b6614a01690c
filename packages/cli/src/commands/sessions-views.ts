import type {
  SessionMessage,
  SessionsCleaned,
  SessionStoreType,
  SessionStoreView,
  SessionsView,
  SessionView,
} from "@local-mcp/contract";
import { dateTime, facts, oneLine, plural, table, visible } from "../output.ts";

/** As many characters of an id as tell sessions apart. */
const SHORT_ID = 8;

/** Engines as people call them. */
const STORE_WORDS: Record<SessionStoreType, string> = {
  memory: "memory",
  file: "a file",
  sqlite: "SQLite",
  redis: "Redis",
  postgres: "PostgreSQL",
};

const clientText = ({ client, version }: SessionView): string =>
  [client, version].filter((part) => part !== null).join(" ");

const tokenText = ({ token, state }: SessionView): string =>
  token ?? (state === "gone" ? "–" : "none");

const timeOf = (at: number | null): string => (at === null ? "–" : dateTime(at));

/** “Sessions are in Redis at localhost:6379.” and what is wrong with that. */
export function storeText({ type, place, problem, members }: SessionStoreView): string {
  const where = type === "memory" ? "memory and end with the gateway" : STORE_WORDS[type];
  const at =
    type === "memory" ? "" : type === "file" || type === "sqlite" ? `: ${place}` : ` at ${place}`;
  const others = members.filter(({ isSelf }) => !isSelf).map(({ name }) => name);
  return [
    `Sessions are in ${where}${at}`,
    ...(others.length > 0 ? [`Shared with ${others.join(", ")}`] : []),
    ...(problem === null ? [] : [problem.message, problem.wayOut]),
    ...(problem?.usesMemory === true ? ["Using memory until then."] : []),
  ]
    .map(oneLine)
    .join("\n");
}

export function sessionTable({ sessions, total }: SessionsView, width: number | undefined): string {
  if (sessions.length === 0) return "No client has a session.";
  const rows = sessions.map((session) => [
    session.id.slice(0, SHORT_ID),
    clientText(session),
    session.profile ?? "(removed)",
    tokenText(session),
    session.state,
    dateTime(session.createdAt),
    timeOf(session.lastCallAt),
    dateTime(session.lastSeenAt),
  ]);
  const shown = table(
    ["ID", "CLIENT", "PROFILE", "TOKEN", "STATE", "SINCE", "LAST CALL", "LAST SEEN"],
    rows,
    width,
  );
  const left = total - sessions.length;
  return left === 0 ? shown : `${shown}\n${plural(left, "older one")} are not shown.`;
}

export const sessionText = (session: SessionView): string =>
  facts([
    ["Session", session.id],
    ["In debug logs", `session:${session.loggedAs}`],
    ["Client", clientText(session)],
    ["Profile", session.profile ?? "(removed)"],
    ["Token", session.token],
    ["Protocol", session.protocolVersion],
    ["State", session.state],
    ["Running", session.running === 0 ? null : plural(session.running, "request")],
    ["Log level", session.logLevel],
    ["Subscribed to", session.subscriptions.join("\n") || null],
    ["Since", dateTime(session.createdAt)],
    ["Last call", timeOf(session.lastCallAt)],
    ["Last seen", dateTime(session.lastSeenAt)],
    ["Ends", dateTime(session.expiresAt)],
  ]);

/** What it was sent, one message a paragraph. */
export const messageTexts = (messages: readonly SessionMessage[]): string =>
  messages
    .map(
      ({ id, createdAt, content }) =>
        `${id}  ${dateTime(createdAt)}\n${visible(JSON.stringify(content, null, 2))}`,
    )
    .join("\n\n");

export const cleanedText = ({ sessions, messages }: SessionsCleaned): string =>
  `${plural(sessions, "expired session")} and ${plural(messages, "message")} removed.`;
