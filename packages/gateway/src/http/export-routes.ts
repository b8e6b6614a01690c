import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Contract,
  describeIssues,
  exportFormat,
  type ExportOptions,
  KIND_OF_SEED,
  seedType,
  type TransferKind,
} from "@local-mcp/contract";
import type { ContractRouterClient } from "@orpc/contract";
import { createRouterClient } from "@orpc/server";
import { z } from "zod";
import type { ApiContext } from "../api/context.ts";
import type { Router } from "../api/router.ts";
import { parseJson } from "../json.ts";
import { FOR_NO_PAGE } from "./answers.ts";
import type { Answer } from "./backup-routes.ts";
import { readBody } from "./body.ts";
import { checkMethod, READS } from "./guard.ts";
import { flag, listIn, option, queryOf, refuse } from "./query.ts";
import { asRefusal } from "./seed-routes.ts";
import { seedSelection, selectionOf } from "./seed-selection.ts";

/** Names of what is exported, bytes. */
const MAX_BODY = 4 * 1024 * 1024;

const HOW = ["include_dependencies", "secrets", "format"];
const WHOLE = ["types", "exclude_types", "tags", "include_inactive", ...HOW];

/** What is exported, by type; in an envelope as well, as upstream's own pages send it. */
export const seedSelective = z.strictObject({
  entity_selections: seedSelection,
  include_dependencies: z.boolean().optional(),
});

/**
 * Exports in the words of the seeds' gateway, over the procedures of the contract. The answer is the
 * file itself.
 *
 * @returns what answers at a path; null where it is none of these
 */
export function createExportRoutes(router: Router, context: Omit<ApiContext, "principal">) {
  const route =
    (
      methods: readonly string[],
      read: (request: IncomingMessage) => Promise<ExportOptions>,
    ): Answer =>
    async (request, response, principal) => {
      checkMethod(request, methods);
      const api = createRouterClient(router, { context: { ...context, principal } });
      try {
        await sendExport(request, response, api, await read(request));
      } catch (thrown) {
        throw asRefusal(thrown);
      }
    };
  const whole = route(READS, async (request) => wholeIn(queryOf(request, WHOLE)));
  const selective = route(["POST"], async (request) => {
    const how = howIn(queryOf(request, HOW));
    return { ...how, ...selectiveIn(await readBody(request, MAX_BODY)) };
  });
  return (path: string): Answer | null => {
    if (path === "/export" || path === "/export/") return whole;
    return path === "/export/selective" ? selective : null;
  };
}

async function sendExport(
  { method }: IncomingMessage,
  response: ServerResponse,
  api: ContractRouterClient<Contract>,
  wish: ExportOptions,
): Promise<void> {
  const head = { ...FOR_NO_PAGE, "content-type": "application/json" };
  if (method === "HEAD") {
    // Nothing leaves, so nothing is sealed and recorded.
    await api.transfer.estimate(wish);
    response.writeHead(200, head).end();
    return;
  }
  const { text, name } = await api.transfer.export(wish);
  response.writeHead(200, {
    ...head,
    "content-length": Buffer.byteLength(text),
    "content-disposition": `attachment; filename="${name}"`,
  });
  response.end(text);
}

function wholeIn(query: URLSearchParams): ExportOptions {
  const kinds = kindsIn(query, "types");
  return {
    ...howIn(query),
    ...(kinds.length > 0 && { kinds }),
    without: kindsIn(query, "exclude_types"),
    tags: listIn(query, "tags"),
    includeInactive: flag(query, "include_inactive", false),
  };
}

const howIn = (query: URLSearchParams): ExportOptions => ({
  dependencies: flag(query, "include_dependencies", true),
  secrets: option(query, "secrets", ["sealed", "none"], "sealed"),
  format: option(query, "format", exportFormat.options, "gateway"),
});

const kindsIn = (query: URLSearchParams, name: string): TransferKind[] =>
  listIn(query, name).map((text) => {
    const { data } = seedType.safeParse(text);
    return data === undefined
      ? refuse(
          `${name}: There is no “${text.slice(0, 50)}”; there are ${seedType.options.join(", ")}.`,
        )
      : KIND_OF_SEED[data];
  });

function selectiveIn(body: string): ExportOptions {
  const read = parseJson(body, "body");
  const isWrapped = typeof read === "object" && read !== null && "entity_selections" in read;
  if (!isWrapped) return { selection: selectionOf(parsed(seedSelection, read)) };
  const { entity_selections: selection, include_dependencies } = parsed(seedSelective, read);
  return {
    selection: selectionOf(selection),
    ...(include_dependencies !== undefined && { dependencies: include_dependencies }),
  };
}

function parsed<Value>(schema: z.ZodType<Value>, read: unknown): Value {
  const { data, error } = schema.safeParse(read);
  return data === undefined ? refuse(describeIssues(error?.issues ?? [])) : data;
}
