import type { IncomingMessage, ServerResponse } from "node:http";
import { contract } from "@local-mcp/contract";
import { OpenAPIGenerator } from "@orpc/openapi";
import { OpenAPIHandler } from "@orpc/openapi/node";
import { BodyLimitPlugin } from "@orpc/server/node";
import { ZodToJsonSchemaConverter } from "@orpc/zod/zod4";
import type { Principal } from "../tokens/principal.ts";
import type { ApiContext } from "./context.ts";
import type { Router } from "./router.ts";

const PREFIX = "/api";
/** Of one request to the API, bytes. */
const MAX_BODY = 10 * 1024 * 1024;

/** The contract as REST. */
export function createRest(router: Router, context: Omit<ApiContext, "principal">) {
  const handler = new OpenAPIHandler(router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY })],
  });
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
  ): Promise<boolean> => {
    const { matched } = await handler.handle(request, response, {
      prefix: PREFIX,
      context: { principal, ...context },
    });
    return matched;
  };
}

/** The description of the API, written from the contract. */
export function describeApi(version: string): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  return generator.generate(contract, {
    info: { title: "Local MCP Gateway", version },
    servers: [{ url: PREFIX }],
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  });
}
