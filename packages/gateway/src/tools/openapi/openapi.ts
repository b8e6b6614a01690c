import {
  GatewayError,
  type OpenApiImport,
  type OpenApiView,
  type ToolCreate,
  toolCreate,
} from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { z } from "zod";
import type { Argument } from "./arguments.ts";
import { readDocument } from "./document.ts";
import { type Operation, operationsIn, readOperation, type ToolDraft } from "./operations.ts";
import { References } from "./references.ts";
import { readSecurity } from "./security.ts";
import { isAbsolute, joined, readServers } from "./servers.ts";
import { textOf, writtenOf } from "./texts.ts";
import { Unfit } from "./unfit.ts";

/** More than this nobody chooses from. */
const MOST_OPERATIONS = 3000;

export interface OpenApi {
  view: OpenApiView;
  operations: Operation[];
}

/**
 * What tools a document would give. Fetches nothing.
 *
 * @param taken names of tools that there are
 * @throws GatewayError malformed_json, openapi_unreadable, openapi_too_old
 */
export function readOpenApi(text: string, taken: Iterable<string>): OpenApi {
  const document = readDocument(text);
  const { root } = document;
  const references = new References(root);
  const security = readSecurity(root, references);
  const around = { document, security, taken: new Set(taken) };
  const operations = placesIn(root, references).map((place) => readOperation(place, around));
  const info = isObject(root.info) ? root.info : {};
  return {
    view: {
      title: textOf(info.title)?.slice(0, 200) ?? "Without a title",
      version: writtenOf(info.version)?.slice(0, 100) ?? "",
      servers: readServers(root),
      auth: security,
      operations: operations.map(({ view }) => view),
    },
    operations,
  };
}

function placesIn(root: JsonObject, references: References): Parameters<typeof readOperation>[0][] {
  if (!isObject(root.paths)) return [];
  const all = Object.entries(root.paths).flatMap(([path, given]) => {
    if (!path.startsWith("/")) return [];
    const item = itemOf(given, references);
    return operationsIn(item).map(([method, operation]) => ({ path, method, item, operation }));
  });
  if (all.length <= MOST_OPERATIONS) return all;
  const detail = `it has ${all.length} operations, and ${MOST_OPERATIONS} are read at most`;
  throw new GatewayError("openapi_unreadable", { detail });
}

/** A path that is described elsewhere; what cannot be found has no operations. */
function itemOf(given: unknown, references: References): JsonObject {
  try {
    const item = references.resolve(given);
    return isObject(item) ? item : {};
  } catch (error) {
    if (error instanceof Unfit) return {};
    throw error;
  }
}

export interface Planned {
  tools: { key: string; tool: ToolCreate }[];
  skipped: { key: string; problem: string }[];
}

/**
 * The tools that are asked for. What was chosen has to be possible; where nothing was, what is not is
 * left out.
 *
 * @throws GatewayError openapi_no_operation, validation_failed
 */
export function planImport({ view, operations }: OpenApi, wanted: OpenApiImport): Planned {
  const planned: Planned = { tools: [], skipped: [] };
  for (const { operation, name } of chosen(operations, wanted)) {
    const { key, problem } = operation.view;
    if (operation.draft === null) {
      planned.skipped.push({ key, problem: problem ?? "" });
      continue;
    }
    const base = wanted.baseUrl ?? [...operation.draft.servers, ...view.servers][0] ?? "";
    if (!isAbsolute(base)) throw withoutBase(wanted.baseUrl);
    if (isLedAway(base, view, wanted)) {
      if (wanted.operations !== undefined) throw noOperation(key, LED_AWAY);
      planned.skipped.push({ key, problem: LED_AWAY });
      continue;
    }
    const made = toolOf(operation.draft, { name, tags: operation.view.tags, base, wanted });
    if (made.success) planned.tools.push({ key, tool: made.data });
    else planned.skipped.push({ key, problem: firstIssue(made.error) });
  }
  return planned;
}

function* chosen(
  operations: readonly Operation[],
  wanted: OpenApiImport,
): Generator<{ operation: Operation; name: string }> {
  if (wanted.operations === undefined) {
    for (const operation of operations) yield { operation, name: operation.view.name };
    return;
  }
  const byKey = new Map(operations.map((operation) => [operation.view.key, operation]));
  for (const { key, name } of wanted.operations) {
    const operation = byKey.get(key);
    const problem = operation ? operation.view.problem : notThere(operations, key);
    if (operation === undefined || problem !== null) {
      throw noOperation(key, problem ?? "");
    }
    yield { operation, name: name ?? operation.view.name };
  }
}

const noOperation = (key: string, problem: string): GatewayError =>
  new GatewayError("openapi_no_operation", { operation: key.slice(0, 200), problem });

const LED_AWAY =
  "It is at an address of its own, to which what you gave would be sent: import it by itself, with that as its base URL.";

/** Whether the document alone decides that secrets go elsewhere than to the address it is known by. */
function isLedAway(base: string, { servers }: OpenApiView, wanted: OpenApiImport): boolean {
  if (wanted.baseUrl !== undefined) return false;
  const { auth = { type: "none" }, headers, query } = wanted;
  const fixed = [...Object.values(headers), ...Object.values(query)];
  if (auth.type === "none" && fixed.every((write) => write?.plain !== false)) return false;
  return originOf(base) !== originOf(servers[0] ?? "");
}

const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/** With the operation that its id, or the case of its method, may have meant. */
function notThere(operations: readonly Operation[], key: string): string {
  const said = key.toLowerCase();
  const meant = operations.find(({ view }) =>
    [view.key, view.name].some((name) => name.toLowerCase() === said),
  );
  const more = meant ? ` “${meant.view.key}” is one.` : "";
  return `The document has no such operation.${more}`;
}

function toolOf(
  draft: ToolDraft,
  given: { name: string; tags: string[]; base: string; wanted: OpenApiImport },
): z.ZodSafeParseResult<ToolCreate> {
  const { wanted, base } = given;
  const ofPath = draft.query.map(([name, value]) => [name, { value, plain: true }]);
  const query = { ...Object.fromEntries(ofPath), ...wanted.query };
  const all = draft.arguments.without((argument) => isSent(argument, wanted.headers, query));
  return toolCreate.safeParse({
    name: given.name,
    title: draft.title,
    description: draft.description,
    method: draft.method,
    url: joined(base, draft.path),
    query,
    headers: wanted.headers,
    arguments: all.places(),
    ...(draft.body === null ? {} : { body: draft.body }),
    auth: wanted.auth,
    inputSchema: all.schema(draft.writer),
    outputSchema: draft.outputSchema,
    allowPrivateNetwork: wanted.allowPrivateNetwork,
    tags: [...new Set([...wanted.tags, ...given.tags])].slice(0, 50),
    profiles: wanted.profiles,
  });
}

/** As `url: Too big`; it quotes no value. */
function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join("/") ?? ""}: ${issue?.message ?? ""}`;
}

/** What is sent with every call is not asked for. */
function isSent({ in: place, name }: Argument, headers: object, query: object): boolean {
  if (place === "query") return Object.hasOwn(query, name);
  const isOf = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
  return place === "header" && Object.keys(headers).some(isOf);
}

function withoutBase(given: string | undefined): GatewayError {
  const detail =
    given === undefined
      ? "“baseUrl”: the document does not say where its API is; give its URL, with http:// or https://."
      : "“baseUrl” is not a URL that starts with http:// or https://.";
  return new GatewayError("validation_failed", { detail });
}
