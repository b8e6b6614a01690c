import type { LocalProblem, SecretInfo, ToolView } from "@local-mcp/contract";
import type { StoredToolRequest, ToolRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";

/** What is shown of a tool: everything but its secrets. */
export function viewTool(
  row: ToolRow,
  more: {
    secret: (id: string) => SecretInfo;
    profiles: string[];
    problem: LocalProblem | null;
  },
): ToolView {
  const { request, ...columns } = row;
  const { secret, profiles, problem } = more;
  return {
    ...columns,
    query: viewFixed(request.query, secret),
    headers: viewFixed(request.headers, secret),
    arguments: request.arguments,
    body: request.body,
    auth: viewAuth(request.auth, secret),
    profiles,
    problem,
  };
}

/** As `tools/list` shows it. */
export function offeredTool(row: ToolRow): JsonObject {
  const { name, title, description, inputSchema, outputSchema, annotations, method } = row;
  return {
    name,
    ...(title !== null && { title }),
    ...(description !== "" && { description }),
    inputSchema,
    ...(outputSchema !== null && { outputSchema }),
    annotations: { ...HINTS[method], ...annotations },
  };
}

/** What a method promises (RFC 9110, 9.2), in MCP's hints. */
const HINTS: Record<ToolRow["method"], JsonObject> = {
  GET: { readOnlyHint: true },
  POST: {},
  PUT: { idempotentHint: true },
  PATCH: {},
  DELETE: { destructiveHint: true, idempotentHint: true },
};

const viewFixed = (
  values: StoredToolRequest["query"],
  secret: (id: string) => SecretInfo,
): ToolView["query"] =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      "plain" in value
        ? { plain: true as const, value: value.plain }
        : { plain: false as const, secret: secret(value.secret) },
    ]),
  );

function viewAuth(
  auth: StoredToolRequest["auth"],
  secret: (id: string) => SecretInfo,
): ToolView["auth"] {
  if (auth.type === "bearer") return { type: "bearer", token: secret(auth.token.secret) };
  if (auth.type === "none") return auth;
  const { username, password } = auth;
  return { type: "basic", username, password: secret(password.secret) };
}
