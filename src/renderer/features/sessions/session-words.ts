import type { SessionStoreView, SessionView } from "@local-mcp/contract";
import { CircleDashed, CircleDot, type LucideIcon, Moon } from "lucide-react";
import { ago, count } from "../../components/time.ts";

/** Shape and word carry the state; colour comes third. */
export const SESSION_STATES: Record<
  SessionView["state"],
  { word: string; icon: LucideIcon; colour: string; about: string }
> = {
  active: {
    word: "Active",
    icon: CircleDot,
    colour: "text-ok",
    about: "A stream is open, or a request is being answered.",
  },
  idle: {
    word: "Idle",
    icon: Moon,
    colour: "text-text-2",
    about: "Nothing is open. It can come back to its session at any time.",
  },
  gone: {
    word: "Gone",
    icon: CircleDashed,
    colour: "text-text-3",
    about: "Nothing was heard of it for an hour, or its token or profile is gone.",
  },
};

/** “Cursor 3.1”. */
export const clientName = ({ client, version }: SessionView): string =>
  [client, version].filter((part) => part !== null).join(" ");

/** What it was let in with. Of a token that was revoked only its absence is known. */
export const tokenText = ({ token, state }: SessionView): string =>
  token ?? (state === "gone" ? "–" : "none");

/** Says only what this gateway saw since it started. */
export const lastCallText = ({ lastCallAt }: SessionView, now: number): string =>
  lastCallAt === null ? "none seen" : ago(lastCallAt, now);

/** Where sessions are, in one sentence. */
export function storeText({ type, place, chosenBy, members }: SessionStoreView): string {
  switch (type) {
    case "memory":
      return "Sessions are kept in memory, and end with the gateway.";
    case "file":
      return `Sessions are kept in the file ${place}.`;
    case "sqlite":
      return chosenBy === "default"
        ? "Sessions are kept in SQLite, in the database of this computer."
        : `Sessions are kept in SQLite, in ${place}.`;
    default: {
      const others = members.filter(({ isSelf }) => !isSelf).length;
      const engine = type === "redis" ? "Redis" : "PostgreSQL";
      const shared = others === 0 ? "" : `, shared with ${count(others, "other gateway")}`;
      return `Sessions are kept in ${engine} at ${place}${shared}.`;
    }
  }
}

/** What is lost with the connection of a client that is busy. */
export const disconnectText = ({ running }: SessionView): string =>
  `${count(running, "request")} of it ${running === 1 ? "is" : "are"} being answered and will be cancelled. It may open another session.`;

export const disconnectedText = (client: string): string =>
  `“${client}” was disconnected. It may open another session.`;
