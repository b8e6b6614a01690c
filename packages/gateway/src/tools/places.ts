import type { ArgumentPlace } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import { placeholdersIn } from "./tool-url.ts";

/** What of a tool says where its arguments go. */
export type Placing = Pick<ToolRow, "method" | "url" | "request">;

/** Where an argument goes, and what it is called there. */
export interface Place {
  in: ArgumentPlace["in"];
  name: string;
}

/** Arguments of these go into the query where nothing else is said. */
const WITHOUT_BODY: readonly string[] = ["GET", "DELETE"];

export function placeOf({ method, url, request }: Placing, argument: string): Place {
  const given = Object.hasOwn(request.arguments, argument) && request.arguments[argument];
  if (given) return { in: given.in, name: given.name ?? argument };
  if (request.body.whole === argument) return { in: "body", name: argument };
  if (placeholdersIn(url).includes(argument)) return { in: "path", name: argument };
  return { in: WITHOUT_BODY.includes(method) ? "query" : "body", name: argument };
}

/** What two places that are one have in common. */
export const keyOf = ({ in: where, name }: Place): string =>
  `${where} ${where === "header" ? name.toLowerCase() : name}`;

/** The arguments that a tool names. */
export const declaredIn = ({ inputSchema }: Pick<ToolRow, "inputSchema">): string[] =>
  Object.keys(recordOf(inputSchema.properties));

const recordOf = (value: unknown): object =>
  typeof value === "object" && value !== null ? value : {};
