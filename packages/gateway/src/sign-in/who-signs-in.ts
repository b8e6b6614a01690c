import { GatewayError } from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import { hasAuthorizationHeader } from "../servers/sign-in-config.ts";
import type { SignInFactsOfServer } from "../status/server-status.ts";

/** Who signs in at a server, as it is configured. */
export function signsIn(config: ServerRow["config"] | undefined): SignInFactsOfServer["by"] {
  if (config === undefined || config.transport === "stdio") return "nobody";
  const kind = config.signIn?.kind ?? "person";
  if (kind === "off") return "nobody";
  if (hasAuthorizationHeader(config)) return "header";
  return kind === "client_credentials" ? "gateway" : "person";
}

/** Why nobody can, and what to do first. */
export function notOffered({ name, config }: ServerRow, by: "nobody" | "header"): GatewayError {
  const edit = `local-mcp-gateway servers edit ${name}`;
  if (config.transport === "stdio") {
    const reason = "it is a command, which has its own ways.";
    return new GatewayError("sign_in_not_offered", {
      server: name,
      reason,
      way: `Give it what it needs as an environment variable: ${edit} --env NAME`,
    });
  }
  if (by === "header") {
    const reason = "its Authorization header is configured, and is sent instead.";
    const way = `Take the header away first: ${edit} --unset-header Authorization`;
    return new GatewayError("sign_in_not_offered", { server: name, reason, way });
  }
  const way = `Turn it on with: ${edit} --sign-in person`;
  return new GatewayError("sign_in_not_offered", {
    server: name,
    reason: "sign-in is turned off for it.",
    way,
  });
}

/** Where a server does not ask for a sign-in, and nobody says how it would be done. */
export function notAsked({ name }: ServerRow, trouble: string | null): GatewayError {
  const command = "local-mcp-gateway servers";
  return new GatewayError("sign_in_not_offered", {
    server: name,
    reason: `it does not ask for a sign-in${trouble === null ? ", and is ready." : `. ${trouble}`}`,
    way:
      trouble === null
        ? `Use it as it is. A key is given as a header: ${command} edit ${name} --header Authorization`
        : `Correct that first, then try: ${command} test ${name}`,
  });
}

/** Of the server's URL; "" where it has none. */
export const originOf = (row: ServerRow | undefined): string =>
  row === undefined || row.config.transport === "stdio" ? "" : new URL(row.config.url).origin;
