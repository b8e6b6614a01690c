import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError, isErrorCode, problem } from "@local-mcp/contract";
import { createRouterClient, ORPCError } from "@orpc/server";
import type { ApiContext } from "../api/context.ts";
import type { Router } from "../api/router.ts";
import { parseJson } from "../json.ts";
import { sendJson } from "./answers.ts";
import type { Answer } from "./backup-routes.ts";
import { readBody } from "./body.ts";
import { checkMethod, decoded, READS } from "./guard.ts";
import { flag, queryOf, refuse } from "./query.ts";
import { createSeedKinds, type SeedKind, SEED_KINDS, type SeedKindName } from "./seed-kinds.ts";

const MIB = 1024 * 1024;
/** Of one request, bytes. Ten megabytes of content take more as base64. */
const MAX_BODY = 10 * MIB;
const MAX_RESOURCE_BODY = 16 * MIB;

/** In an envelope, as upstream; a plain list is whole. */
const PAGE = 50;
const MOST_OF_A_PAGE = 500;

interface SeedPath {
  kind: SeedKindName;
  /** Name, URI or id; null for all of the kind. */
  which: string | null;
  /** Turned on or off. */
  isState: boolean;
}

const COLLECTION = new RegExp(`^/(${SEED_KINDS.join("|")})(?:/(.*))?$`, "s");

/** Since URIs have slashes of their own, all that follows the kind is one name. */
function seedPath(path: string, method: string | undefined): SeedPath | null {
  const [, named, rest = ""] = COLLECTION.exec(path) ?? [];
  const kind = SEED_KINDS.find((one) => one === named);
  if (kind === undefined) return null;
  const state = method === "POST" ? /^(.+)\/(?:state|toggle)$/s.exec(rest)?.[1] : undefined;
  const which = state ?? rest;
  return { kind, which: which === "" ? null : decoded(which), isState: state !== undefined };
}

/**
 * The REST of the gateway that the seeds describe: its words, its shapes and its status codes over
 * the procedures of the contract, so that rights, records and errors are those of `/api`.
 *
 * @returns what answers at a path; null where it is none of these
 */
export function createSeedRoutes(router: Router, context: Omit<ApiContext, "principal">) {
  return (path: string): Answer | null => {
    if (!COLLECTION.test(path)) return null;
    return async (request, response, principal) => {
      const asked = seedPath(path, request.method);
      if (asked === null) throw new GatewayError("route_not_found", { path: path.slice(0, 200) });
      const api = createRouterClient(router, { context: { ...context, principal } });
      const kind = createSeedKinds(api)[asked.kind];
      try {
        await answer(request, response, asked, kind);
      } catch (thrown) {
        throw asRefusal(thrown);
      }
    };
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { kind: name, which, isState }: SeedPath,
  kind: SeedKind,
): Promise<void> {
  const { method } = request;
  const query = queryOf(request);
  const read = async (): Promise<unknown> => {
    const limit = name === "resources" ? MAX_RESOURCE_BODY : MAX_BODY;
    return parseJson(await readBody(request, limit), "body");
  };
  if (which === null) {
    checkMethod(request, [...READS, "POST"]);
    if (method === "POST") sendJson(response, 201, await kind.create(await read()));
    else sendJson(response, 200, await listed(name, kind, query));
    return;
  }
  if (isState) {
    const enabled = flag(query, "activate", true);
    const changed = await kind.enable(which, enabled);
    const message = `The ${kind.singular} is ${enabled ? "on" : "off"}.`;
    sendJson(response, 200, { status: "success", message, [kind.singular]: changed });
    return;
  }
  checkMethod(request, [...READS, "PUT", "PATCH", "DELETE"]);
  if (method === "DELETE") {
    await kind.remove(which);
    sendJson(response, 200, { status: "success", message: `The ${kind.singular} is gone.` });
  } else if (method === "PUT" || method === "PATCH") {
    sendJson(response, 200, await kind.change(which, await read(), method === "PUT"));
  } else sendJson(response, 200, await kind.get(which));
}

/** An array; in an envelope where the request turns pages. */
async function listed(
  name: SeedKindName,
  kind: SeedKind,
  query: URLSearchParams,
): Promise<unknown> {
  const isAll = flag(query, "include_inactive", false);
  const all = await kind.list(query.get("tags") || undefined);
  const shown = isAll ? all : all.filter(({ enabled }) => enabled);
  const limit = limitIn(query);
  const cursor = query.get("cursor");
  if (cursor === null && !flag(query, "include_pagination", false)) {
    return limit === null ? shown : shown.slice(0, limit);
  }
  const from = cursor === null || cursor === "" ? 0 : placeAfter(cursor, shown);
  const page = shown.slice(from, from + Math.min(limit ?? PAGE, MOST_OF_A_PAGE));
  const last = page.at(-1);
  const isMore = last !== undefined && last !== shown.at(-1);
  return { [name]: page, nextCursor: isMore ? last.id : null };
}

/** A cursor is the id of the last one that was shown. */
function placeAfter(cursor: string, shown: readonly { id: string }[]): number {
  const place = shown.findIndex(({ id }) => id === cursor);
  if (place === -1) refuse("cursor: What it stood at is gone. Begin again without one.");
  return place + 1;
}

/** Null: no limit, as 0 says too. */
function limitIn(query: URLSearchParams): number | null {
  const text = query.get("limit") ?? "0";
  if (!/^\d{1,6}$/.test(text)) refuse("limit: It is a number from 0 on.");
  return Number(text) || null;
}

/** What is well-formed and wrong has a code of its own here, as the seeds' table says. */
class Unprocessable extends GatewayError {
  override get http(): number {
    return 422;
  }
}

/** What a procedure refuses, as these routes say it. */
export function asRefusal(thrown: unknown): unknown {
  const error = meantBy(thrown);
  if (!(error instanceof GatewayError)) return error;
  if (error.http !== 400 || error.code === "malformed_json") return error;
  return new Unprocessable(error.code, error.params, { cause: error });
}

/** A procedure says what is wrong in the data of its error. */
export function meantBy(thrown: unknown): unknown {
  if (!(thrown instanceof ORPCError)) return thrown;
  const { data } = problem.safeParse(thrown.data);
  if (data === undefined || !isErrorCode(data.code)) return thrown;
  return new GatewayError(data.code, data.params, { cause: thrown });
}
