import {
  GatewayError,
  type OpenApiImport,
  openApiImport,
  type ToolCreate,
} from "@local-mcp/contract";
import { planImport, readOpenApi } from "./openapi.ts";

/** A document as text. */
export const document = (parts: object): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "https://api.example/v1/" }],
    ...parts,
  });

/** A document of one operation. */
export const operation = (
  given: object,
  parts: object = {},
  method = "get",
  path = "/pets/{id}",
): string =>
  document({ paths: { [path]: { [method]: { operationId: "one", ...given } } }, ...parts });

export const plan = (text: string, wanted: Partial<OpenApiImport> = {}, taken: string[] = []) =>
  planImport(readOpenApi(text, taken), openApiImport.parse({ text, ...wanted }));

export const toolOf = (text: string, wanted: Partial<OpenApiImport> = {}): ToolCreate => {
  const [only] = plan(text, wanted).tools;
  if (only === undefined) throw new Error(JSON.stringify(plan(text, wanted).skipped));
  return only.tool;
};

export const viewOf = (text: string) => {
  const [only] = readOpenApi(text, []).view.operations;
  if (only === undefined) throw new Error("no operation");
  return only;
};

export const inPath = { name: "id", in: "path", required: true, schema: { type: "integer" } };

export const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
};

export const body = (schema: object, more: object = {}) => ({
  requestBody: { required: true, content: { "application/json": { schema } }, ...more },
});
