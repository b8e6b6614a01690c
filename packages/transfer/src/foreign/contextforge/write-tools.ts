import type { Entity } from "../../entity.ts";
import { toJsonPath } from "../../mapping/json-path.ts";
import { basic } from "./credentials.ts";
import type { Writing } from "./writing.ts";

export function writeTool(tool: Entity<"tool">, { lost, seal }: Writing) {
  const { fields } = tool;
  const { name, auth } = fields;
  const headers = Object.entries(fields.headers).flatMap(([header, one]) =>
    one === null ? [] : [{ header, ...one }],
  );
  const plain = headers.filter((one) => one.plain).map((one) => [one.header, one.value]);
  const secret = headers.filter((one) => !one.plain);
  if (auth.type !== "none" && secret.length > 0) {
    lost.add("Headers that are secret are left out beside a token or a password", name);
  }
  if (Object.keys(fields.query).length > 0)
    lost.add("Fixed values of the query are left out", name);
  if (
    Object.keys(fields.arguments).length > 0 ||
    fields.body.type !== "json" ||
    fields.body.whole
  ) {
    lost.add("Where each argument goes is left out", name);
  }
  if (fields.timeoutMs !== null || fields.maxResponseBytes !== null) {
    lost.add("Limits are left out", name);
  }
  const filter = toJsonPath(fields.responseFilter);
  if (filter === null && fields.responseFilter !== null) {
    lost.add("Filters of answers that JSONPath cannot say are left out", name);
  }
  return {
    name,
    displayName: fields.title ?? name,
    url: fields.url,
    integration_type: "REST",
    request_type: fields.method,
    description: fields.description,
    headers: Object.fromEntries(plain),
    input_schema: fields.inputSchema ?? { type: "object", properties: {} },
    output_schema: fields.outputSchema,
    annotations: fields.annotations,
    jsonpath_filter: filter ?? "",
    tags: fields.tags,
    rate_limit: null,
    timeout: null,
    is_active: fields.enabled,
    ...authOf(tool, secret, seal),
  };
}

function authOf(
  tool: Entity<"tool">,
  secret: readonly { header: string; value: string }[],
  seal: Writing["seal"],
) {
  const { auth } = tool.fields;
  const isHere = (place: string): boolean => !tool.withheld.includes(place);
  if (auth.type === "bearer") {
    const value = isHere("auth/token") ? { Authorization: `Bearer ${auth.token}` } : null;
    return { auth_type: "bearer", auth_value: seal(tool, value) };
  }
  if (auth.type === "basic") {
    const value = isHere("auth/password")
      ? { Authorization: basic(auth.username, auth.password ?? "") }
      : null;
    return { auth_type: "basic", auth_value: seal(tool, value) };
  }
  const all = secret.filter(({ header }) => isHere(`headers/${header}`));
  if (all.length === 0) return { auth_type: null, auth_value: null };
  const value = Object.fromEntries(all.map((one) => [one.header, one.value]));
  return { auth_type: "authheaders", auth_value: seal(tool, value) };
}
