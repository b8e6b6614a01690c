import { isDeepStrictEqual } from "node:util";
import { GatewayError, headerName } from "@local-mcp/contract";
import type { ToolRow } from "@local-mcp/database";
import { assertAllowed, REACHES, type UrlPolicy } from "@local-mcp/engine";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { isReservedHeader } from "./header-text.ts";
import { declaredIn, keyOf, type Place, placeOf } from "./places.ts";
import { exampleOf, placeholdersIn } from "./tool-url.ts";

/** What of a tool has to fit together. */
export type CheckedTool = Pick<
  ToolRow,
  | "name"
  | "method"
  | "url"
  | "request"
  | "inputSchema"
  | "outputSchema"
  | "responseFilter"
  | "allowPrivateNetwork"
>;

/**
 * Refuses a tool that could never be called as it is.
 *
 * @param known a tool whose schemas and filter need no second look
 * @throws GatewayError validation_failed, naming the field; tool_address_blocked
 */
export async function checkTool(
  tool: CheckedTool,
  sandbox: Sandbox,
  known?: CheckedTool,
): Promise<void> {
  checkAddress(tool);
  checkHeaders(tool);
  checkArguments(tool);
  const { inputSchema, outputSchema, responseFilter } = tool;
  if (!isDeepStrictEqual(inputSchema, known?.inputSchema)) {
    refuseProblem("inputSchema", await sandbox.checkSchema(inputSchema));
  }
  if (outputSchema && !isDeepStrictEqual(outputSchema, known?.outputSchema)) {
    refuseProblem("outputSchema", await sandbox.checkSchema(outputSchema));
  }
  if (responseFilter !== null && responseFilter !== known?.responseFilter) {
    refuseProblem("responseFilter", await sandbox.checkFilter(responseFilter));
  }
}

/** Where a tool may go: see {@link UrlPolicy}. */
export const policyOf = (tool: Pick<ToolRow, "url" | "allowPrivateNetwork">): UrlPolicy => ({
  apiOf: exampleOf(tool.url),
  reaches: tool.allowPrivateNetwork ? REACHES : ["public"],
});

/** @throws GatewayError tool_address_blocked */
export function checkAddress(tool: Pick<ToolRow, "name" | "url" | "allowPrivateNetwork">): void {
  try {
    assertAllowed(exampleOf(tool.url), policyOf(tool));
  } catch (error) {
    throw asToolError(tool.name, error);
  }
}

/** A refusal of an address, with what a tool's owner can do about it. */
export function asToolError(tool: string, error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== "address_blocked") return error;
  const { host = "", rule = "" } = error.params;
  return new GatewayError("tool_address_blocked", { tool, host, rule }, { cause: error });
}

function checkHeaders({ request: { headers, auth } }: CheckedTool): void {
  for (const name of Object.keys(headers)) {
    if (isReservedHeader(name)) refuse(`headers/${name}`, "HTTP writes this header itself.");
    if (auth.type !== "none" && name.toLowerCase() === "authorization") {
      refuse(`headers/${name}`, "“auth” sends this header already. Give one of them.");
    }
  }
}

function checkArguments(tool: CheckedTool): void {
  const declared = declaredIn(tool);
  const { request, inputSchema } = tool;
  for (const name of Object.keys(request.arguments)) {
    if (!declared.includes(name)) {
      refuse(`arguments/${name}`, "The input schema has no such argument.");
    }
  }
  const { whole } = request.body;
  if (whole !== null && !declared.includes(whole)) {
    refuse("body/whole", `The input schema has no argument “${whole}”.`);
  }
  const places = declared.map((name) => ({ argument: name, place: placeOf(tool, name) }));
  const required = Array.isArray(inputSchema.required) ? inputSchema.required : [];
  for (const name of placeholdersIn(tool.url)) {
    const filling = places.filter(({ place }) => place.in === "path" && place.name === name);
    const [first] = filling;
    if (!first) refuse("url", `{${name}} is no argument: the input schema does not have it.`);
    if (filling.length > 1) refuse("url", `More than one argument goes to {${name}}.`);
    if (!required.includes(first.argument)) {
      refuse("inputSchema/required", `“${first.argument}” is in the URL, so it has to be there.`);
    }
  }
  const taken = new Taken(tool);
  for (const { argument, place } of places) {
    checkPlace(tool, argument, place);
    taken.take(argument, place);
  }
}

function checkPlace({ method, url, request }: CheckedTool, argument: string, place: Place): void {
  const field = `arguments/${argument}`;
  if (place.in === "path" && !placeholdersIn(url).includes(place.name)) {
    refuse(field, `The path has no {${place.name}}.`);
  }
  if (place.in === "header") {
    if (!headerName.safeParse(place.name).success) refuse(field, "It is no name of a header.");
    if (isReservedHeader(place.name)) refuse(field, "HTTP writes this header itself.");
  }
  if (place.in !== "body") return;
  const { type, whole } = request.body;
  if (method === "GET") refuse(field, "A GET request has no body.");
  if (whole === null && type === "text") refuse("body/whole", "Say which argument the text is.");
  if (whole !== null && whole !== argument) {
    refuse(field, `The body is “${whole}” as a whole, so this one has to go elsewhere.`);
  }
}

/** No argument takes the place of what is always sent, or of another one. */
class Taken {
  readonly #taken: Set<string>;

  constructor({ request: { query, headers, auth } }: CheckedTool) {
    this.#taken = new Set([
      ...Object.keys(query).map((name) => keyOf({ in: "query", name })),
      ...Object.keys(headers).map((name) => keyOf({ in: "header", name })),
      ...(auth.type === "none" ? [] : [keyOf({ in: "header", name: "authorization" })]),
    ]);
  }

  take(argument: string, place: Place): void {
    const own = keyOf(place);
    if (this.#taken.has(own)) {
      refuse(`arguments/${argument}`, `“${place.name}” is there already (${place.in}).`);
    }
    this.#taken.add(own);
  }
}

function refuseProblem(field: string, problem: string | null): void {
  if (problem !== null) refuse(field, problem);
}

function refuse(field: string, detail: string): never {
  throw new GatewayError("validation_failed", { detail: `${field.slice(0, 200)}: ${detail}` });
}
