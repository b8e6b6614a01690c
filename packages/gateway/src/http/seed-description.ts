import { exportFormat, seedType } from "@local-mcp/contract";
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

/** The routes of http/seed-routes.ts and of export, for the description of the API. */
export const describeSeedRoutes = (): Record<string, object> =>
  Object.assign({}, ...SEED_KINDS.map(describeKind), EXPORT_PATHS);
