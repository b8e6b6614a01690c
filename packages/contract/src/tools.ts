import { z } from "zod";
import { title } from "./names.ts";
import { noSecret, secretIn } from "./secret-fields.ts";
import { secretInfo } from "./secrets.ts";
import { headerName, headerValue } from "./servers.ts";
import { tags } from "./tags.ts";

// REST APIs that the gateway offers as tools of its own.

/** What MCP allows for the name of a tool (MCP 2025-11-25, tools), and we for that of a prompt. */
export const localName = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,128}$/, "A name has 1 to 128 of A-Z, a-z, 0-9, _, . and -.");

export const httpMethod = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]);
export type HttpMethod = z.infer<typeof httpMethod>;

/** A JSON Schema (2020-12) whose type is `object`. */
export const objectSchema = z.looseObject({ type: z.literal("object") });

/**
 * Where an argument goes. Not listed: into the URL where its name stands in braces there, otherwise
 * into the query of GET and DELETE, and into the body of the others.
 */
export const argumentPlace = z.object({
  in: z.enum(["path", "query", "header", "body"]),
  /** What it is called there; absent: as the argument. */
  name: z.string().min(1).max(256).optional(),
});
export type ArgumentPlace = z.infer<typeof argumentPlace>;

export const toolBody = z.object({
  type: z.enum(["json", "form", "text"]).default("json"),
  /** The argument that is the whole body; null: an object of all arguments that go there. */
  whole: z.string().nullable().default(null),
});

/** A value that is always sent: secret unless it is marked plain. Null removes it. */
const fixedWrite = z.union([
  z.null(),
  z.object({ value: headerValue, plain: z.boolean().default(false) }),
]);
const queryName = z.string().min(1).max(256);

/** How the tool shows who it is; absent keeps, a token or password that is left out stays. */
export const toolAuthWrite = z.discriminatedUnion("type", [
  z.object({ type: z.literal("none") }),
  z.object({ type: z.literal("bearer"), token: headerValue.optional() }),
  z.object({
    type: z.literal("basic"),
    username: z.string().max(1000),
    password: headerValue.optional(),
  }),
]);

const timeoutMs = z.number().int().min(100).max(86_400_000);
const maxResponseBytes = z
  .number()
  .int()
  .min(1024)
  .max(64 * 1024 * 1024);

/** MCP's hints, and whatever else is known of a tool. */
const annotations = z.record(z.string(), z.json());

const fields = {
  title: title.nullable(),
  description: z.string().max(10_000),
  method: httpMethod,
  /**
   * The whole URL, with `{argument}` in its path. User info and query values are taken out of it and
   * kept as secrets.
   */
  url: secretIn(z.string().max(8000)),
  /** Query values that are always sent. */
  query: z.record(queryName, fixedWrite),
  headers: z.record(headerName, fixedWrite),
  arguments: z.record(z.string(), argumentPlace),
  body: toolBody,
  auth: toolAuthWrite,
  inputSchema: objectSchema,
  /** Null: the answer is text. */
  outputSchema: objectSchema.nullable(),
  annotations,
  /** A JMESPath expression for JSON answers; null: the whole answer. */
  responseFilter: z.string().min(1).max(4000).nullable(),
  /** Null: the setting. */
  timeoutMs: timeoutMs.nullable(),
  /** Null: the setting. */
  maxResponseBytes: maxResponseBytes.nullable(),
  /** Whether it may reach this computer and its network; otherwise public addresses only. */
  allowPrivateNetwork: z.boolean(),
  tags,
  enabled: z.boolean(),
};

export const toolCreate = z.object({
  ...fields,
  name: localName,
  title: fields.title.default(null),
  description: fields.description.default(""),
  method: fields.method.default("GET"),
  query: fields.query.default({}),
  headers: fields.headers.default({}),
  arguments: fields.arguments.default({}),
  body: fields.body.prefault({}),
  auth: fields.auth.default({ type: "none" }),
  /** Absent: one text for each argument that the URL names. */
  inputSchema: fields.inputSchema.optional(),
  outputSchema: fields.outputSchema.default(null),
  annotations: fields.annotations.default({}),
  responseFilter: fields.responseFilter.default(null),
  timeoutMs: fields.timeoutMs.default(null),
  maxResponseBytes: fields.maxResponseBytes.default(null),
  allowPrivateNetwork: fields.allowPrivateNetwork.default(false),
  tags: fields.tags.default([]),
  enabled: fields.enabled.default(true),
  /** Profiles that get it, by slug. */
  profiles: z.array(z.string()).default([]),
});
export type ToolCreate = z.infer<typeof toolCreate>;

/** Absent keeps; `query` and `headers` are merged name by name, everything else is replaced. */
export const toolUpdate = z
  .object({ ...fields, name: localName })
  .partial()
  .extend({
    /** Stored secrets go with the tool to a URL of another origin; without it that is refused. */
    keepSecrets: z.boolean().optional(),
  });
export type ToolUpdate = z.infer<typeof toolUpdate>;

const fixedView = z.union([
  z.object({ plain: z.literal(true), value: noSecret(z.string()) }),
  z.object({ plain: z.literal(false), secret: secretInfo }),
]);

/** Why something of the gateway's own is not offered, and what to do about it. */
export const localProblem = z.object({ code: z.string(), message: z.string(), wayOut: z.string() });
export type LocalProblem = z.infer<typeof localProblem>;

export const toolView = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  method: httpMethod,
  url: z.string(),
  query: z.record(z.string(), fixedView),
  headers: z.record(z.string(), fixedView),
  arguments: z.record(z.string(), argumentPlace),
  body: toolBody,
  auth: z.discriminatedUnion("type", [
    z.object({ type: z.literal("none") }),
    z.object({ type: z.literal("bearer"), token: secretInfo }),
    z.object({ type: z.literal("basic"), username: z.string(), password: secretInfo }),
  ]),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()).nullable(),
  annotations: z.record(z.string(), z.unknown()),
  responseFilter: z.string().nullable(),
  timeoutMs: z.number().int().nullable(),
  maxResponseBytes: z.number().int().nullable(),
  allowPrivateNetwork: z.boolean(),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  /** Slugs of the profiles that have it. */
  profiles: z.array(z.string()),
  problem: localProblem.nullable(),
  /** ms since 1970. */
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
});
export type ToolView = z.infer<typeof toolView>;

/** What came of trying a tool; also where its answer was refused. */
export const toolTrial = z.object({
  /** What was asked, without secrets: method and URL. */
  request: z.object({ method: httpMethod, url: z.string() }),
  /** HTTP status; null where there was no answer. */
  status: z.number().int().nullable(),
  contentType: z.string().nullable(),
  durationMs: z.number(),
  /** Of the answer as it came, bytes. */
  bytes: z.number().int(),
  /** The answer as text, the first 64 KiB of it. */
  answer: z.string().nullable(),
  /** The result of `tools/call`, as a client gets it. */
  result: z.record(z.string(), z.unknown()),
});
export type ToolTrial = z.infer<typeof toolTrial>;

/** An operation of an OpenAPI document, and the tool it would become. */
export const openApiOperation = z.object({
  /** `GET /pets/{petId}`: identifies it within the document. */
  key: z.string(),
  method: z.string(),
  path: z.string(),
  operationId: z.string().nullable(),
  summary: z.string().nullable(),
  tags: z.array(z.string()),
  deprecated: z.boolean(),
  /** What it would be called: free among the tools there are. */
  name: z.string(),
  inputSchema: z.record(z.string(), z.unknown()).nullable(),
  /** Why it cannot become a tool, as a sentence. */
  problem: z.string().nullable(),
  /** What of it a tool cannot do, as sentences. */
  losses: z.array(z.string()),
});
export type OpenApiOperation = z.infer<typeof openApiOperation>;

/** JSON or YAML of an OpenAPI 3.0 or 3.1 document. Nothing that it refers to elsewhere is fetched. */
export const openApiText = z.string().max(32 * 1024 * 1024, "The document is over 32 MiB.");

export const openApiView = z.object({
  title: z.string(),
  version: z.string(),
  /** Base URLs that it names, as absolute ones where they are. */
  servers: z.array(z.string()),
  /** How it wants to know who asks, in the words of its security schemes. */
  auth: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["bearer", "basic", "header", "query", "other"]),
      /** Of the header or query parameter. */
      parameter: z.string().nullable(),
      description: z.string(),
    }),
  ),
  operations: z.array(openApiOperation),
});
export type OpenApiView = z.infer<typeof openApiView>;

export const openApiImport = z.object({
  text: openApiText,
  /** Keys of operations; absent: all that can become tools. */
  operations: z
    .array(z.object({ key: z.string(), name: localName.optional() }))
    .min(1)
    .optional(),
  /** Base URL; absent: the first that the document names. */
  baseUrl: secretIn(z.string().max(8000)).optional(),
  /** Sent by every tool; absent: none. */
  auth: toolAuthWrite.optional(),
  headers: z.record(headerName, fixedWrite).default({}),
  query: z.record(queryName, fixedWrite).default({}),
  allowPrivateNetwork: z.boolean().default(false),
  tags: tags.default([]),
  profiles: z.array(z.string()).default([]),
});
export type OpenApiImport = z.infer<typeof openApiImport>;

export const openApiImported = z.object({
  tools: z.array(toolView),
  skipped: z.array(z.object({ key: z.string(), problem: z.string() })),
});
