import { httpMethod, toolCreate } from "@local-mcp/contract";
import { toJmesPath } from "../../mapping/json-path.ts";
import { isMask, isObject } from "../../mapping/reading.ts";
import { toolFromSeed } from "../../mapping/tools.ts";
import { CREDENTIAL_FIELDS, type Credentials, credentialsOf } from "./credentials.ts";
import { checked, type Made, nameFor, titleFor } from "./made.ts";
import { firstText, type Given, isOn, type Reading, tagsOf } from "./reading.ts";

/** Headers that are never a secret. */
const PLAIN = /^(?:accept(?:-\w+)?|cache-control|content-type|user-agent)$/i;

const READ: readonly string[] = [
  "name",
  "displayName",
  "display_name",
  "title",
  "url",
  "description",
  "integration_type",
  "request_type",
  "headers",
  "input_schema",
  "output_schema",
  "annotations",
  "jsonpath_filter",
  "tags",
  "timeout",
  "timeout_ms",
  "enabled",
  "is_active",
  ...CREDENTIAL_FIELDS,
];

/** @returns null where it cannot be made here, which is a loss, or has problems */
export function readTool(given: Given, reading: Reading): Made<"tool"> | null {
  const kind = firstText(given.integration_type)?.toUpperCase() ?? "REST";
  if (kind !== "REST") {
    reading.loss("integration_type", `A tool of “${kind.slice(0, 50)}” comes with its server.`);
    return null;
  }
  const method = firstText(given.request_type)?.toUpperCase() ?? "GET";
  if (!httpMethod.safeParse(method).success) {
    reading.loss("request_type", `No tool here asks with “${method.slice(0, 50)}”.`);
    return null;
  }
  const name = nameFor(given, reading);
  const credentials = credentialsOf(given, reading);
  const headers = headersOf(given.headers, reading);
  const { fields: auth, withheld } = authOf(credentials, reading);
  const tool = checked(
    toolCreate,
    toolFromSeed,
    {
      name,
      display_name: titleFor(given, name),
      url: given.url,
      description: reading.text("description", given.description, 10_000),
      request_type: method,
      headers: headers.given,
      plain_headers: Object.keys(headers.given).filter((header) => PLAIN.test(header)),
      input_schema: schemaOf("input_schema", given.input_schema, reading),
      output_schema: schemaOf("output_schema", given.output_schema, reading) ?? null,
      annotations: isObject(given.annotations) ? given.annotations : {},
      response_filter: filterOf(given.jsonpath_filter, reading),
      tags: tagsOf(given.tags),
      timeout: given.timeout ?? undefined,
      timeout_ms: given.timeout_ms ?? undefined,
      enabled: isOn(given),
      ...auth,
    },
    reading,
  );
  if (tool === null) return null;
  reading.leftOver(given, READ);
  const { profiles: _profiles, inputSchema, ...fields } = tool;
  for (const header of headers.masked) fields.headers[header] = { value: "", plain: false };
  return {
    fields: { ...fields, inputSchema },
    withheld: [...headers.masked.map((header) => `headers/${header}`), ...withheld].toSorted(),
  };
}

function headersOf(sent: unknown, reading: Reading) {
  const given: Record<string, string> = {};
  const masked: string[] = [];
  for (const [name, value] of Object.entries(isObject(sent) ? sent : {})) {
    if (typeof value === "string" && isMask(value)) masked.push(name);
    else if (typeof value === "string") given[name] = value;
    else reading.loss("headers", `The header “${name.slice(0, 100)}” has no value in the file.`);
  }
  if (masked.length > 0) {
    reading.loss("headers", `ContextForge left out the values of ${masked.join(", ")}.`);
  }
  const secrets = Object.keys(given).filter((name) => !PLAIN.test(name));
  reading.opener.counts.plain += secrets.length;
  return { given, masked };
}

/** In the words of the API; what is not to be had is empty, and its place named. */
function authOf(credentials: Credentials, reading: Reading): { fields: Given; withheld: string[] } {
  switch (credentials.type) {
    case "bearer": {
      const { token } = credentials;
      const fields = { auth_type: "bearer", auth_token: token ?? "" };
      return { fields, withheld: token === null ? ["auth/token"] : [] };
    }
    case "basic": {
      const { username, password } = credentials;
      if (username === null) reading.loss("auth_value", "Its user name is sealed, and not read.");
      return {
        fields: {
          auth_type: "basic",
          auth_username: username ?? "",
          auth_password: password ?? "",
        },
        withheld: password === null ? ["auth/password"] : [],
      };
    }
    case "authheaders": {
      const all = Object.entries(credentials.headers);
      const list = all.map(([key, value]) => ({ key, value }));
      return { fields: { auth_type: "authheaders", auth_headers: list }, withheld: [] };
    }
    case "query_param": {
      const all = Object.entries(credentials.query);
      return {
        fields: { query: Object.fromEntries(all.map(([name, value]) => [name, value ?? ""])) },
        withheld: all.flatMap(([name, value]) => (value === null ? [`query/${name}`] : [])),
      };
    }
    default:
      return { fields: {}, withheld: [] };
  }
}

/** Undefined where it says nothing, and where it is no schema of an object. */
function schemaOf(field: string, value: unknown, reading: Reading): object | undefined {
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const schema = { type: "object", ...value };
  if (schema.type === "object") return schema;
  reading.loss(field, "A tool here has a schema whose type is object.");
  return undefined;
}

/** Null for the whole answer. */
function filterOf(filter: unknown, reading: Reading): string | null {
  if (typeof filter !== "string" || filter === "") return null;
  const translated = toJmesPath(filter);
  if (translated === undefined) {
    reading.loss(
      "jsonpath_filter",
      "Only a path such as $.items[*].name can be said in JMESPath; the whole answer is given.",
    );
  }
  return translated ?? null;
}
