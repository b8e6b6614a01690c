import { type AuditSubject, contract } from "@local-mcp/contract";
import { planOf, type Rule, rule } from "./plan.ts";

const LOGS: AuditSubject = { kind: "logs", id: null, name: null };

/** What is recorded of each procedure that changes or gives away debug logs. */
export const LOG_RULES: Record<string, Rule> = {
  "logs.clear": rule(contract.logs.clear, ({ filter }) =>
    planOf("logs.clear", LOGS, ({ rows }) => ({ rows, filter })),
  ),
  "logs.export": rule(contract.logs.export, (query, { exportParts }) => ({
    attempt: { action: "logs.export", subject: LOGS },
    // The parts after the first belong to it.
    done: ({ next }) =>
      exportParts.begins(query, next)
        ? [{ action: "logs.export", subject: LOGS, detail: query }]
        : [],
  })),
  "logs.setLevel": rule(contract.logs.setLevel, ({ profile, server, level }) =>
    planOf("logs.level", LOGS, () => ({
      level,
      profile: profile ?? null,
      server: server ?? null,
    })),
  ),
  "logs.uncap": rule(contract.logs.uncap, ({ minutes }) =>
    planOf("logs.uncap", LOGS, () => ({ minutes })),
  ),
};
