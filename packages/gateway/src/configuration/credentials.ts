import { GatewayError } from "@local-mcp/contract";
import type { Environment } from "./environment.ts";
import type { VariableName } from "./variables.ts";

/** What opens the HTTP server beside the tokens that are made here. */
export interface EnvironmentCredentials {
  admin: string | null;
  basic: { user: string; password: string } | null;
  signing: { secret: string; audience: string | null; issuer: string | null } | null;
}

const MIN_PASSWORD = 12;
/** It carries every right, and guesses at it are not slowed down while a right one is let in. */
const MIN_TOKEN = 16;
/** HS256 needs a key as long as its hash (RFC 7518 §3.2), bytes. */
const MIN_SIGNING_SECRET = 32;
/** What examples write where a secret belongs. */
const PLACEHOLDER = /^(your[-_ ]|change[-_ ]?me)/i;

/** Reads them, and refuses what would be no protection. @throws GatewayError config_invalid */
export function readCredentials(environment: Environment): EnvironmentCredentials {
  const read = (name: VariableName): string | null => environment.find(name)?.value ?? null;
  const refuse = (name: VariableName, detail: string): never => {
    const isInFile = environment.find(name)?.source === ".env";
    const source = isInFile ? "the .env file" : "the environment";
    throw new GatewayError("config_invalid", { name, source, detail });
  };

  const admin = read("MCPGATEWAY_BEARER_TOKEN");
  if (admin !== null && admin.length < MIN_TOKEN) {
    refuse("MCPGATEWAY_BEARER_TOKEN", `it is shorter than ${MIN_TOKEN} characters`);
  }
  if (admin !== null && PLACEHOLDER.test(admin)) {
    refuse("MCPGATEWAY_BEARER_TOKEN", "it is the placeholder of an example");
  }
  const user = read("BASIC_AUTH_USER");
  const password = read("BASIC_AUTH_PASSWORD");
  if (user !== null && password === null) {
    refuse("BASIC_AUTH_USER", "BASIC_AUTH_PASSWORD is not set with it");
  }
  if (password !== null && user === null) {
    refuse("BASIC_AUTH_PASSWORD", "BASIC_AUTH_USER is not set with it");
  }
  if (user?.includes(":")) refuse("BASIC_AUTH_USER", "a user name holds no colon (RFC 7617)");
  if (password !== null && password.length < MIN_PASSWORD) {
    refuse("BASIC_AUTH_PASSWORD", `it is shorter than ${MIN_PASSWORD} characters`);
  }
  if (password !== null && PLACEHOLDER.test(password)) {
    refuse("BASIC_AUTH_PASSWORD", "it is the placeholder of an example");
  }
  const secret = read("JWT_SECRET_KEY");
  if (secret !== null && Buffer.byteLength(secret) < MIN_SIGNING_SECRET) {
    const wayOut = "make one with “openssl rand -base64 32”";
    refuse("JWT_SECRET_KEY", `it is shorter than ${MIN_SIGNING_SECRET} bytes; ${wayOut}`);
  }
  if (secret !== null && PLACEHOLDER.test(secret)) {
    refuse("JWT_SECRET_KEY", "it is the placeholder of an example");
  }
  return {
    admin,
    basic: user === null || password === null ? null : { user, password },
    signing:
      secret === null
        ? null
        : { secret, audience: read("JWT_AUDIENCE"), issuer: read("JWT_ISSUER") },
  };
}
