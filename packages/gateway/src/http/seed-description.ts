import { exportFormat, importCounts, importJob, seedType } from "@local-mcp/contract";
import {
  seedGateway,
  seedGatewayWrite,
  seedPrompt,
  seedPromptWrite,
  seedResource,
  seedResourceWrite,
  seedRoot,
  seedRootWrite,
  seedServer,
  seedServerWrite,
  seedTool,
  seedToolWrite,
} from "@local-mcp/transfer";
import { z } from "zod";
import { seedSelective } from "./export-routes.ts";
import { seedImport } from "./import-routes.ts";
import { SEED_KINDS, type SeedKindName } from "./seed-kinds.ts";
import { seedSelection } from "./seed-selection.ts";

const SCHEMAS: Record<SeedKindName, { read: z.ZodType; write: z.ZodType }> = {
  tools: { read: seedTool, write: seedToolWrite },
  prompts: { read: seedPrompt, write: seedPromptWrite },
  resources: { read: seedResource, write: seedResourceWrite },
  servers: { read: seedServer, write: seedServerWrite },
  gateways: { read: seedGateway, write: seedGatewayWrite },
  roots: { read: seedRoot, write: seedRootWrite },
};

const schemaOf = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return described;
};

const json = (schema: object) => ({ "application/json": { schema } });

const query = (name: string, description: string) => ({
  name,
  in: "query",
  description,
  schema: { type: "string" },
});

const describeKind = (kind: SeedKindName) => {
  const one = schemaOf(SCHEMAS[kind].read, "output");
  const write = schemaOf(SCHEMAS[kind].write, "input");
  const { required: _, ...some } = write;
  const operation = (name: string, summary: string) => ({
    operationId: `seeds.${kind}.${name}`,
    tags: ["Seeds"],
    summary,
  });
  const answered = (status: string, schema: object) => ({
    responses: { [status]: { description: "Done", content: json(schema) } },
  });
  const body = (schema: object) => ({ requestBody: { required: true, content: json(schema) } });
  const which = {
    parameters: [
      {
        name: "which",
        in: "path",
        required: true,
        description: "Name or id; of resources and roots the URI or id.",
        schema: { type: "string" },
      },
    ],
  };
  const done = { type: "object", properties: { status: {}, message: {} } };
  return {
    [`/${kind}`]: {
      get: {
        ...operation("list", "Those that are on; an array, or with a cursor an envelope"),
        parameters: [
          query("include_inactive", "true: those that are off as well"),
          query("tags", "With commas between them; one of them is enough"),
          query("limit", "At most so many; 0 is no limit"),
          query("cursor", "nextCursor of the page before; empty for the first page"),
          query("include_pagination", "true: an envelope without a cursor too"),
        ],
        ...answered("200", { type: "array", items: one }),
      },
      post: { ...operation("create", "Makes one"), ...body(write), ...answered("201", one) },
    },
    [`/${kind}/{which}`]: {
      ...which,
      get: { ...operation("get", "One, with its content"), ...answered("200", one) },
      put: { ...operation("replace", "Replaces it"), ...body(write), ...answered("200", one) },
      patch: { ...operation("change", "Changes it"), ...body(some), ...answered("200", one) },
      delete: { ...operation("remove", "Removes it"), ...answered("200", done) },
    },
    [`/${kind}/{which}/state`]: {
      ...which,
      post: {
        ...operation("state", "Turns it on or off"),
        parameters: [query("activate", "true or false")],
        ...answered("200", done),
      },
    },
  };
};

const how = [
  query("include_dependencies", "false: not what the chosen servers need"),
  query("secrets", "none: every secret is left out; otherwise they are sealed"),
  query("format", exportFormat.options.join(", ")),
];

const exported = (name: string, summary: string) => ({
  operationId: `seeds.export.${name}`,
  tags: ["Seeds"],
  summary,
  responses: { "200": { description: "The file", content: json({ type: "object" }) } },
});

/** The routes of http/export-routes.ts. */
const EXPORT_PATHS = {
  "/export": {
    get: {
      ...exported("whole", "A file of what is configured, which import reads"),
      parameters: [
        query("types", `With commas between them: ${seedType.options.join(", ")}`),
        query("exclude_types", "All but these"),
        query("tags", "With commas between them; one of them is enough"),
        query("include_inactive", "true: what is off as well"),
        ...how,
      ],
    },
  },
  "/export/selective": {
    post: {
      ...exported("selective", "The same of what is named, by name, URI or id"),
      parameters: how,
      requestBody: {
        required: true,
        content: json({
          anyOf: [schemaOf(seedSelection, "input"), schemaOf(seedSelective, "input")],
        }),
      },
    },
  },
};

const IMPORTED = {
  type: "object",
  properties: {
    import_id: { type: ["string", "null"] },
    status: { enum: importJob.shape.state.options },
    progress: {
      ...schemaOf(importCounts.extend({ processed: z.number().int() }), "output"),
      description: "The last seven add up to total",
    },
    errors: { type: "array", items: { type: "string" } },
    warnings: { type: "array", items: { type: "string" } },
    started_at: { type: "string" },
    completed_at: { type: ["string", "null"] },
  },
};

const imports = (name: string, summary: string, answer: object) => ({
  operationId: `seeds.import.${name}`,
  tags: ["Seeds"],
  summary,
  responses: { "200": { description: "Done", content: json(answer) } },
});

/** The routes of http/import-routes.ts. */
const IMPORT_PATHS = {
  "/import": {
    post: {
      ...imports(
        "run",
        "Imports a file, all of it or nothing; answers when that is done",
        IMPORTED,
      ),
      parameters: [query("name", "What the file is called. It decides nothing.")],
      requestBody: {
        required: true,
        content: json({
          anyOf: [
            { type: "object", description: "The file itself" },
            schemaOf(seedImport, "input"),
          ],
        }),
      },
    },
  },
  "/import/status": {
    get: imports("list", "Imports, newest first", { type: "array", items: IMPORTED }),
  },
  "/import/status/{import}": {
    parameters: [{ name: "import", in: "path", required: true, schema: { type: "string" } }],
    get: imports("status", "How an import is, or went", IMPORTED),
  },
  "/import/cleanup": {
    post: {
      ...imports("cleanup", "Forgets imports that are over; what they imported stays", {
        type: "object",
        properties: { status: {}, message: {}, removed_count: { type: "integer" } },
      }),
      parameters: [query("max_age_hours", "Only those that ended before; 24 where it is not said")],
    },
  },
};

/** The routes of http/seed-routes.ts, of export and of import, for the description of the API. */
export const describeSeedRoutes = (): Record<string, object> =>
  Object.assign({}, ...SEED_KINDS.map(describeKind), EXPORT_PATHS, IMPORT_PATHS);
