import type { IncomingMessage, ServerResponse } from "node:http";
import { contract, MAX_IMPORT_BYTES } from "@local-mcp/contract";
import { OpenAPIGenerator } from "@orpc/openapi";
import { OpenAPIHandler } from "@orpc/openapi/node";
import { BodyLimitPlugin } from "@orpc/server/node";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";
import { describeSeedRoutes } from "../http/seed-description.ts";
import type { Principal } from "../tokens/principal.ts";
import type { ApiContext } from "./context.ts";
import type { Router } from "./router.ts";

const PREFIX = "/api";
const MIB = 1024 * 1024;
/** Of one request to the API, bytes. */
const MAX_BODY = 10 * MIB;
/** A whole file in a string of JSON: what is escaped takes two, bytes. */
const MAX_IMPORT_BODY = 2 * MAX_IMPORT_BYTES;
const BRINGS_CONFIGURATION = /^\/api\/transfer\/(plan|imports)(\?|$)/;
/** Where documents and contents are brought, which JSON makes a third longer, bytes. */
const MAX_LARGE_BODY = 48 * MIB;
const BRINGS_CONTENT = /^\/api\/(openapi|resources)(\/|$|\?)/;

/** The contract as REST. */
export function createRest(router: Router, context: Omit<ApiContext, "principal">) {
  const handlerUpTo = (maxBodySize: number) =>
    new OpenAPIHandler(router, { plugins: [new BodyLimitPlugin({ maxBodySize })] });
  const usual = handlerUpTo(MAX_BODY);
  const large = handlerUpTo(MAX_LARGE_BODY);
  const largest = handlerUpTo(MAX_IMPORT_BODY);
  const handlerFor = (url: string) => {
    if (BRINGS_CONFIGURATION.test(url)) return largest;
    return BRINGS_CONTENT.test(url) ? large : usual;
  };
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
  ): Promise<boolean> => {
    const { matched } = await handlerFor(request.url ?? "").handle(request, response, {
      prefix: PREFIX,
      context: { principal, ...context },
    });
    return matched;
  };
}

const BYTES = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

/** What is beside the contract because its bodies are files; see http/backup-routes.ts. */
const FILE_PATHS = {
  "/backups/{backup}/file": {
    get: {
      operationId: "backups.download",
      summary: "A backup as it is stored",
      parameters: [{ name: "backup", in: "path", required: true, schema: { type: "string" } }],
      responses: { "200": { description: "The file", content: BYTES } },
    },
  },
  "/backups/files": {
    post: {
      operationId: "backups.upload",
      summary: "Brings a file that is to be verified or restored, and is forgotten after an hour",
      parameters: [
        {
          name: "name",
          in: "query",
          description: "What people call it. It decides nothing.",
          schema: { type: "string" },
        },
      ],
      requestBody: { required: true, content: BYTES },
      responses: {
        "201": {
          description: "Its id, for verify, preview and restore",
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: { backup: { type: "string" } },
                required: ["backup"],
              },
            },
          },
        },
      },
    },
  },
} as const;

/** The description of the API, written from the contract, and of the seeds' routes beside it. */
export async function describeApi(version: string): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const described = await generator.generate(contract, {
    info: { title: "Local MCP Gateway", version },
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  });
  const paths = Object.entries({ ...described.paths, ...FILE_PATHS });
  return {
    ...described,
    paths: {
      ...Object.fromEntries(paths.map(([path, operations]) => [`${PREFIX}${path}`, operations])),
      ...describeSeedRoutes(),
    },
  };
}
