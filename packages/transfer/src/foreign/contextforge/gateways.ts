import { serverCreate } from "@local-mcp/contract";
import { gatewayFromSeed } from "../../mapping/gateways.ts";
import { withMarks } from "../../marks.ts";
import { CREDENTIAL_FIELDS, type Credentials, credentialsOf } from "./credentials.ts";
import { checked, type Made } from "./made.ts";
import { firstText, type Given, isOn, type Reading, tagsOf } from "./reading.ts";

const TRANSPORTS: ReadonlyMap<string, string> = new Map([
  ["SSE", "SSE"],
  ["HTTP", "STREAMABLEHTTP"],
  ["STREAMABLEHTTP", "STREAMABLEHTTP"],
]);

const READ: readonly string[] = [
  "name",
  "url",
  "description",
  "transport",
  "tags",
  "health_url",
  "enabled",
  "is_active",
  ...CREDENTIAL_FIELDS,
];

/** @returns null where it cannot be reached from here, which is a loss, or has problems */
export function readGateway(given: Given, reading: Reading): Made<"server"> | null {
  const way =
    firstText(given.transport)
      ?.toUpperCase()
      .replace(/[^A-Z]/g, "") ?? "SSE";
  if (!TRANSPORTS.has(way)) {
    reading.loss("transport", `No server is reached here by “${way.slice(0, 50)}”.`);
    return null;
  }
  const { fields, address, secrets } = reachOf(
    firstText(given.url) ?? "",
    credentialsOf(given, reading),
  );
  const server = checked(
    serverCreate,
    gatewayFromSeed,
    {
      name: firstText(given.name)?.trim().slice(0, 200) ?? "",
      url: address,
      description: reading.text("description", given.description, 2000),
      transport: TRANSPORTS.get(way),
      tags: tagsOf(given.tags),
      enabled: isOn(given),
      health_url: firstText(given.health_url) ?? null,
      ...fields,
    },
    reading,
  );
  if (server === null) return null;
  reading.leftOver(given, READ);
  const { profiles: _profiles, confirmed: _confirmed, ...found } = server;
  return withMarks({
    ...found,
    title: server.title ?? server.name,
    connections: server.connections,
    holdChangedTools: server.holdChangedTools,
    secrets: { ...server.secrets, ...secrets },
  });
}

/** Its URL, and its credentials in the words of the API; marks without a value are left to do. */
function reachOf(url: string, credentials: Credentials) {
  const none = { address: url, fields: {}, secrets: {} };
  switch (credentials.type) {
    case "bearer":
      return {
        ...none,
        fields: { auth_type: "bearer", auth_token: credentials.token ?? undefined },
      };
    case "basic":
      return {
        ...none,
        fields: {
          auth_type: "basic",
          auth_username: credentials.username ?? undefined,
          auth_password: credentials.password ?? undefined,
        },
      };
    case "authheaders":
      return { ...none, fields: { headers: credentials.headers } };
    case "query_param":
      return { ...none, ...queryOf(url, credentials.query) };
    default:
      return none;
  }
}

/** Each value is a named secret, as in a URL that a person pastes. */
function queryOf(url: string, query: Record<string, string | null>) {
  const secrets: Record<string, string> = {};
  let address = url;
  for (const [name, value] of Object.entries(query)) {
    const mark = `query.${name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 80)}`;
    const sign = address.includes("?") ? "&" : "?";
    address += `${sign}${encodeURIComponent(name)}=\${secret:${mark}}`;
    if (value !== null) secrets[mark] = encodeURIComponent(value);
  }
  return { address, secrets };
}
