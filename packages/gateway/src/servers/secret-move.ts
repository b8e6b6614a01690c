import { GatewayError } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { secretIds } from "./config.ts";
import { signInSecretIds } from "./sign-in-config.ts";
import { marksIn } from "./url-secrets.ts";

type Remote = Exclude<StoredServerConfig, { transport: "stdio" }>;

/** Whether a server is not where it was, so that what was meant for it is not meant for it now. */
export const isMoved = (before: StoredServerConfig, after: StoredServerConfig): boolean =>
  before.transport !== "stdio" && originOf(before) !== originOf(after);

const originOf = (config: StoredServerConfig): string | null =>
  config.transport === "stdio" ? null : new URL(config.url).origin;

/**
 * Refuses a change by which stored secrets would be sent to another scheme, host or port than the
 * one that they were given for: those of a server, or those of its sign-in, which go to its
 * authorization server. Whoever may write a URL could read them there otherwise, without having
 * known them.
 *
 * @throws GatewayError secrets_would_move
 */
export function refuseMove(
  server: string,
  before: StoredServerConfig,
  after: StoredServerConfig,
): void {
  // A command and a URL have no secrets in common.
  if (before.transport === "stdio" || after.transport === "stdio") return;
  const stored = new Set(secretIds(before));
  const refuse = (from: string, to: string, ids: readonly string[]): void => {
    const kept = ids.filter((id) => stored.has(id));
    if (from === to || kept.length === 0) return;
    throw new GatewayError("secrets_would_move", { server, from, to, count: kept.length });
  };
  refuse(new URL(before.url).origin, new URL(after.url).origin, secretIds(after));
  const former = new Set(sentToIssuer(before));
  const sent = sentToIssuer(after);
  refuse(
    issuerOf(before),
    issuerOf(after),
    sent.filter((id) => former.has(id)),
  );
  // What the server alone was shown before.
  refuse(
    new URL(before.url).origin,
    issuerOf(after),
    sent.filter((id) => !former.has(id)),
  );
}

/**
 * Where nobody said, it is the server that names its authorization server. An issuer is more than
 * its origin: each names where secrets are sent to (RFC 8414, 2).
 */
const issuerOf = ({ url, signIn }: Remote): string =>
  signIn?.issuer === undefined
    ? new URL(url).origin
    : new URL(signIn.issuer).href.replace(/\/+$/, "");

const sentToIssuer = ({ signIn, secrets }: Remote): string[] => {
  const named = new Set(Object.values(signIn?.parameters ?? {}).flatMap(marksIn));
  return [...signInSecretIds(signIn), ...[...named].flatMap((name) => secrets[name] ?? [])];
};
