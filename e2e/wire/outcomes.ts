import { isRecord } from "../fixtures/json-rpc.ts";
import type { Recorded } from "./record.ts";

/**
 * How each request of a client ended, by what was asked: the HTTP status and the error code or the
 * kind of result. Suites accept several codes where the specification names one; this does not.
 */
export const outcomes = (messages: Recorded[]): Map<string, string[]> => {
  const asked = new Map<number, string>();
  const found = new Map<string, string[]>();
  for (const { link, from, exchange, carrier, message } of messages) {
    if (link !== "client" || !isRecord(message)) continue;
    if (from === "client" && typeof message.method === "string" && message.id !== undefined) {
      asked.set(exchange, request(message.method, message.params));
    } else if (from === "server" && message.method === undefined) {
      const key = asked.get(exchange);
      if (key === undefined) continue;
      const outcome = outcomeOf(carrier.replace("POST ", ""), message);
      found.set(key, [...(found.get(key) ?? []), outcome]);
    }
  }
  return found;
};

const request = (method: string, params: unknown): string => {
  const subject = isRecord(params) ? (params.name ?? params.uri) : undefined;
  return typeof subject === "string" ? `${method} ${subject}` : method;
};

const outcomeOf = (status: string, { error, result }: Record<string, unknown>): string => {
  // No specification names a code for a Host or Origin that is refused.
  if (status === "403") return status;
  if (isRecord(error)) return `${status} error ${String(error.code)}`;
  const type = isRecord(result) ? result.resultType : undefined;
  return `${status} ${typeof type === "string" ? type : "result"}`;
};

/**
 * Requests that ended otherwise through the gateway than directly, a sentence each.
 *
 * @param without subjects that are left out
 */
export const compareOutcomes = (
  direct: Recorded[],
  through: Recorded[],
  without: string[] = [],
): string[] => {
  const [beside, found] = [outcomes(direct), outcomes(through)];
  const keys = new Set([...beside.keys(), ...found.keys()].filter((key) => !without.includes(key)));
  return [...keys].flatMap((key) => {
    const [one, other] = [beside.get(key) ?? [], found.get(key) ?? []];
    if (one.join() === other.join()) return [];
    return [`${key} ended with ${short(one)} directly, ${short(other)} through`];
  });
};

const short = (list: string[]): string => [...new Set(list)].join(" and ") || "nothing";
