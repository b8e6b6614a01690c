import { SECRET_MARK, type ServerConfigWrite } from "@local-mcp/contract";
import type { Entity } from "../../entity.ts";
import { nameOf, type Writing } from "./writing.ts";

type Remote = Extract<ServerConfigWrite, { transport: "http" | "sse" }>;

/** @returns null for a command, which that program does not start */
export function writeGateway(server: Entity<"server">, writing: Writing) {
  const { fields } = server;
  const { lost } = writing;
  if (fields.config.transport === "stdio") {
    lost.add("ContextForge starts no commands, so servers that are one are left out", fields.name);
    return null;
  }
  if (fields.config.signIn !== undefined)
    lost.add("How it is signed in to is left out", fields.name);
  if (fields.healthUrl !== null) lost.add("Health URLs are left out", fields.name);
  if (fields.holdChangedTools === true)
    lost.add("Holding back changed tools is left out", fields.name);
  if (Object.keys(fields.limits).length > 0) lost.add("Limits are left out", fields.name);
  return {
    name: nameOf(server, lost),
    url: bareUrl(fields.config.url),
    description: fields.description,
    transport: fields.config.transport === "sse" ? "SSE" : "STREAMABLEHTTP",
    capabilities: {},
    is_active: fields.enabled,
    tags: fields.tags,
    passthrough_headers: null,
    ...authOf(server, fields.config, writing),
  };
}

/** Without user info and values that are secrets. */
const bareUrl = (url: string): string =>
  url
    .replace(/\$\{secret:[^}]+\}@/, "")
    .replace(/[?&][^?&=]*=\$\{secret:[^}]+\}/g, (pair) => (pair.startsWith("?") ? "?" : ""))
    .replace("?&", "?")
    .replace(/\?$/, "");

function authOf(server: Entity<"server">, config: Remote, { lost, seal }: Writing) {
  const { name } = server.fields;
  const headers = Object.entries(config.headers).flatMap(([header, value]) =>
    value === null ? [] : [{ header, value: filled(server, header, value) }],
  );
  const query = [...config.url.matchAll(/[?&]([^?&=]*)=(\$\{secret:[^}]+\})/g)];
  const [only] = query;
  if (/\$\{secret:[^}]+\}@/.test(config.url)) lost.add("Users in URLs are left out", name);
  if (query.length > 1 || (only !== undefined && headers.length > 0)) {
    lost.add("Secrets in URLs are left out, but for a single one without others", name);
  }
  if (headers.length > 0) {
    const given = headers.flatMap(({ header, value }) => (value === null ? [] : [[header, value]]));
    const isWhole = given.length === headers.length;
    const type = typeOf(config);
    return {
      auth_type: type,
      auth_value: seal(server, isWhole ? Object.fromEntries(given) : null),
    };
  }
  if (only === undefined || query.length > 1) return { auth_type: null, auth_value: null };
  const parameter = decodeURIComponent(only[1] ?? "");
  const value = filledMarks(server, only[2] ?? "");
  const sealed = seal(server, value === null ? null : { [parameter]: decodeURIComponent(value) });
  return {
    auth_type: "query_param",
    auth_value: null,
    auth_query_params: sealed === null ? null : { [parameter]: sealed },
  };
}

/** By the one header that a token or password is in; several headers are their own type. */
function typeOf({ headers }: Remote): "bearer" | "basic" | "authheaders" {
  const [[name, value] = ["", ""], ...others] = Object.entries(headers);
  if (others.length > 0 || name.toLowerCase() !== "authorization") return "authheaders";
  if (/^Bearer \S/.test(value ?? "")) return "bearer";
  return /^Basic \S/.test(value ?? "") ? "basic" : "authheaders";
}

function filled(server: Entity<"server">, header: string, value: string): string | null {
  return server.withheld.includes(`headers/${header}`) ? null : filledMarks(server, value);
}

/** With the values of its marks; null where one is not here. */
function filledMarks({ fields, withheld }: Entity<"server">, text: string): string | null {
  let isWhole = true;
  const whole = text.replace(SECRET_MARK, (_, name: string) => {
    const value = withheld.includes(`secrets/${name}`) ? undefined : fields.secrets[name];
    if (value === undefined) isWhole = false;
    return value ?? "";
  });
  return isWhole ? whole : null;
}
