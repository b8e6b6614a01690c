import { contract } from "@local-mcp/contract";
import { sessionName } from "../logs/exchange.ts";
import { planOf, type Rule, rule } from "./plan.ts";

/** What is recorded of each procedure that ends sessions. */
export const SESSION_RULES: Record<string, Rule> = {
  "sessions.remove": rule(contract.sessions.remove, ({ session }) => ({
    attempt: {
      action: "session.remove",
      subject: { kind: "session", id: sessionName(session), name: null },
    },
    done: ({ loggedAs: id, client, profile }) => [
      {
        action: "session.remove",
        subject: { kind: "session", id, name: client },
        detail: { profile },
      },
    ],
  })),
  "sessions.cleanup": rule(contract.sessions.cleanup, ({ messages: allMessages }) =>
    planOf(
      "session.cleanup",
      { kind: "sessions", id: null, name: null },
      ({ sessions, messages }) => ({ sessions, messages, allMessages }),
    ),
  ),
};
