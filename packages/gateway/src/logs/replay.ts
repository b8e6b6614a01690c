import {
  formatLogTerm,
  GatewayError,
  type LogDetail,
  type LogNameKey,
  type LogRow,
  removedIn,
} from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { notWhole, profileOf, readRecorded } from "./recorded.ts";

/** A tool that is called once more. */
export interface Call {
  profile: string;
  name: string;
  args: JsonObject;
}

/**
 * The call that a row has, or the same with the arguments of a person.
 *
 * @throws GatewayError log_no_call; log_not_whole where something of it was not recorded
 */
export function callToRepeat(detail: LogDetail, given: JsonObject | undefined): Call {
  const { id, method, name } = detail;
  const profile = profileOf(detail);
  if (method !== "tools/call" || name === null) {
    throw new GatewayError("log_no_call", { id, what: "tool call" });
  }
  if (given !== undefined) return { profile, name, args: given };

  const { params } = readRecorded(detail).message;
  const args = isObject(params) ? (params["arguments"] ?? {}) : null;
  if (!isObject(args)) throw notWhole(id, "its arguments cannot be read.");
  const missing = removedIn({ name, arguments: args });
  if (missing.length > 0) {
    throw notWhole(id, `secrets were removed before it was recorded: ${missing.join(", ")}.`);
  }
  return { profile, name, args };
}

/**
 * Finds the rows of a call among those after `last`.
 *
 * @param client what the gateway itself is called that makes it
 */
export const filterOf = ({ profile, name }: Call, client: string): string => {
  const terms: [LogNameKey, string][] = [
    ["kind", "request"],
    ["method", "tools/call"],
    ["profile", profile],
    ["tool", name],
    ["client", client],
  ];
  return terms
    .map(([key, value]) => formatLogTerm({ not: false, type: "name", key, values: [value] }))
    .join(" ");
};

/** Of several rows it can be, the one that began when it did. */
export function nearest(rows: readonly LogRow[], at: number): number | null {
  const [first] = rows.toSorted((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at));
  return first?.id ?? null;
}
