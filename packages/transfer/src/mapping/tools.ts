import {
  httpMethod,
  toolBody,
  argumentPlace,
  toolCreate,
  toolUpdate,
  type ToolUpdate,
  type ToolView,
} from "@local-mcp/contract";
import { z } from "zod";
import { authFields, authType, type AuthType, type GivenAuth, givenAuth } from "./credentials.ts";
import { fixedOf, plainOf, secretOf, shown, without } from "./fixed.ts";
import { toJmesPath, toJsonPath } from "./json-path.ts";
import {
  MASK,
  oneOf,
  present,
  readFields,
  refuse,
  sameServers,
  tagsWrite,
  timeOf,
  valuesWrite,
} from "./reading.ts";

/** A tool of the gateway's own as the seeds show one; what they have no word for comes last. */
export const seedTool = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string().nullable(),
  url: z.string(),
  description: z.string(),
  integration_type: z.literal("REST"),
  request_type: httpMethod,
  headers: z.record(z.string(), z.string()),
  input_schema: z.record(z.string(), z.unknown()),
  output_schema: z.record(z.string(), z.unknown()).nullable(),
  annotations: z.record(z.string(), z.unknown()),
  jsonpath_filter: z.string().nullable(),
  auth_type: authType,
  auth_value: z.string().nullable(),
  auth_username: z.string().nullable(),
  tags: z.array(z.string()),
  timeout_ms: z.number().nullable(),
  enabled: z.boolean(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  response_filter: z.string().nullable(),
  plain_headers: z.array(z.string()),
  query: z.record(z.string(), z.string()),
  plain_query: z.array(z.string()),
  argument_mapping: z.record(z.string(), argumentPlace),
  body_mapping: toolBody,
  max_response_bytes: z.number().nullable(),
  allow_private_network: z.boolean(),
  associated_servers: z.array(z.string()),
});
export type SeedTool = z.infer<typeof seedTool>;

function authTypeOf({ auth, headers }: ToolView): AuthType {
  if (auth.type !== "none") return auth.type;
  return secretOf(headers).length > 0 ? "authheaders" : "none";
}

/** What answers and files say in the same words, secrets and computed fields apart. */
export const plainToolFields = (
  tool: Omit<ToolView, "id" | "headers" | "query" | "auth" | "inputSchema" | Computed> & {
    inputSchema?: Record<string, unknown> | undefined;
  },
) => ({
  displayName: tool.title,
  description: tool.description,
  url: tool.url,
  integration_type: "REST" as const,
  request_type: tool.method,
  input_schema: tool.inputSchema,
  output_schema: tool.outputSchema,
  annotations: tool.annotations,
  response_filter: tool.responseFilter,
  argument_mapping: tool.arguments,
  body_mapping: tool.body,
  timeout_ms: tool.timeoutMs,
  max_response_bytes: tool.maxResponseBytes,
  allow_private_network: tool.allowPrivateNetwork,
  tags: tool.tags,
  is_active: tool.enabled,
});
type Computed = "profiles" | "problem" | "createdAt" | "updatedAt";

export function toolToSeed(tool: ToolView): SeedTool {
  const type = authTypeOf(tool);
  return {
    id: tool.id,
    name: tool.name,
    ...plainToolFields(tool),
    input_schema: tool.inputSchema,
    headers: shown(tool.headers),
    plain_headers: plainOf(tool.headers),
    query: shown(tool.query),
    plain_query: plainOf(tool.query),
    jsonpath_filter: toJsonPath(tool.responseFilter),
    auth_type: type,
    auth_value: type === "none" ? null : MASK,
    auth_username: tool.auth.type === "basic" ? tool.auth.username : null,
    enabled: tool.enabled,
    created_at: timeOf(tool.createdAt),
    updated_at: timeOf(tool.updatedAt),
    associated_servers: tool.profiles,
  };
}

const { shape } = toolUpdate;

const patch = z
  .object({
    name: shape.name,
    display_name: shape.title,
    title: shape.title,
    url: shape.url,
    description: shape.description.nullable(),
    integration_type: z.literal(
      "REST",
      "Only REST: tools of other MCP servers come with the gateway that has them.",
    ),
    request_type: httpMethod,
    headers: valuesWrite,
    plain_headers: z.array(z.string()),
    query: valuesWrite,
    plain_query: z.array(z.string()),
    input_schema: shape.inputSchema,
    output_schema: shape.outputSchema,
    annotations: shape.annotations,
    jsonpath_filter: z.string().nullable(),
    response_filter: shape.responseFilter,
    ...authFields,
    tags: tagsWrite,
    /** Seconds; `timeout_ms` is the same in thousandths. */
    timeout: z.number().positive().nullable(),
    timeout_ms: shape.timeoutMs,
    argument_mapping: shape.arguments,
    body_mapping: shape.body,
    max_response_bytes: shape.maxResponseBytes,
    allow_private_network: shape.allowPrivateNetwork,
    enabled: z.boolean(),
    is_active: z.boolean(),
    associated_servers: z.array(z.string()),
    /** Sends stored secrets along to a URL of another origin, which is refused otherwise. */
    keep_secrets: z.boolean(),
  })
  .partial();
type Fields = z.infer<typeof patch>;

/** What is sent to make a tool, or to replace one. */
export const seedToolWrite = patch.required({ name: true, url: true });

/** What a replacement leaves out becomes this. What is not here stays: secrets above all. */
const {
  auth: _auth,
  headers: _headers,
  query: _query,
  enabled: _enabled,
  profiles: _profiles,
  ...LEFT_OUT
} = toolCreate.parse({ name: "name", url: "url" });

/** @throws GatewayError validation_failed */
export const toolFromSeed = (body: unknown): z.input<typeof toolCreate> =>
  newTool(readFields(body, "tool", seedToolWrite));

/** @throws FieldRefused */
export function newTool(sent: z.infer<typeof seedToolWrite>): z.input<typeof toolCreate> {
  const { name, url, associated_servers: profiles } = sent;
  const { keepSecrets: _, ...fields } = changesOf(sent, null);
  return present({ ...fields, name, url, profiles });
}

/**
 * @param replaces whether what is left out goes, but for secrets, `enabled` and the input schema
 * @throws GatewayError validation_failed
 */
export function toolChanges(body: unknown, current: ToolView, replaces: boolean): ToolUpdate {
  const sent = readFields(body, "tool", replaces ? seedToolWrite : patch);
  sameServers(sent.associated_servers, current.profiles);
  const changes = present(changesOf(sent, current));
  if (!replaces) return changes;
  return {
    ...LEFT_OUT,
    ...changes,
    headers: { ...without(plainOf(current.headers)), ...changes.headers },
    query: { ...without(plainOf(current.query)), ...changes.query },
  };
}

function changesOf(sent: Fields, current: ToolView | null): ToolUpdate {
  const auth = givenAuth(sent, current === null ? "none" : authTypeOf(current));
  const headers = {
    // Nobody who says “none” means that the headers that show who it is go on being sent.
    ...(auth?.type === "none" ? without(secretOf(current?.headers ?? {})) : {}),
    ...fixedOf(sent.headers, sent.plain_headers, current?.headers),
    ...(auth?.type === "authheaders" ? fixedOf(auth.headers, []) : {}),
  };
  return {
    name: sent.name,
    title: oneOf({ displayName: sent.display_name, title: sent.title }),
    url: sent.url,
    description: sent.description === null ? "" : sent.description,
    method: sent.request_type,
    headers: Object.keys(headers).length === 0 ? undefined : headers,
    query: fixedOf(sent.query, sent.plain_query, current?.query),
    inputSchema: sent.input_schema,
    outputSchema: sent.output_schema,
    annotations: sent.annotations,
    responseFilter: filterOf(sent),
    auth: auth === null ? undefined : authOf(auth, current),
    tags: sent.tags,
    timeoutMs: oneOf({
      timeout: sent.timeout == null ? sent.timeout : Math.round(sent.timeout * 1000),
      timeout_ms: sent.timeout_ms,
    }),
    arguments: sent.argument_mapping,
    body: sent.body_mapping,
    maxResponseBytes: sent.max_response_bytes,
    allowPrivateNetwork: sent.allow_private_network,
    enabled: oneOf({ enabled: sent.enabled, is_active: sent.is_active }),
    keepSecrets: sent.keep_secrets,
  };
}

function filterOf({ jsonpath_filter: jsonPath, response_filter: jmesPath }: Fields) {
  if (jsonPath == null) return jmesPath === undefined ? jsonPath : jmesPath;
  const translated = toJmesPath(jsonPath);
  if (translated === undefined) {
    refuse("jsonpath_filter", "Only a path such as $.items[*].name; response_filter is JMESPath.");
  }
  return oneOf({ jsonpath_filter: translated, response_filter: jmesPath });
}

function authOf(auth: GivenAuth, current: ToolView | null): ToolUpdate["auth"] {
  if (auth.type === "bearer") return present({ type: auth.type, token: auth.token });
  if (auth.type !== "basic") return { type: "none" };
  const stored = current?.auth.type === "basic" ? current.auth.username : undefined;
  const username = auth.username ?? stored;
  if (username === undefined) refuse("auth_username", "Basic credentials need a user name.");
  return present({ type: auth.type, username, password: auth.password });
}
