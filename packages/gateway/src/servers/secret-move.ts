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
  const move = moveOf(before, after);
  if (move) throw new GatewayError("secrets_would_move", { server, ...move });
}

/** Where stored secrets would go that were given for somewhere else; null where none would. */
export function moveOf(
  before: StoredServerConfig,
  after: StoredServerConfig,
): { from: string; to: string; count: number } | null {
  // A command and a URL have no secrets in common.
  if (before.transport === "stdio" || after.transport === "stdio") return null;
  const stored = new Set(secretIds(before));
  const former = new Set(sentToIssuer(before));
  const sent = sentToIssuer(after);
  const ways: [from: string, to: string, ids: string[]][] = [
    [new URL(before.url).origin, new URL(after.url).origin, secretIds(after)],
    [issuerOf(before), issuerOf(after), sent.filter((id) => former.has(id))],
    // What the server alone was shown before.
    [new URL(before.url).origin, issuerOf(after), sent.filter((id) => !former.has(id))],
  ];
  const moves = ways.map(([from, to, ids]) => ({
    from,
    to,
    count: ids.filter((id) => stored.has(id)).length,
  }));
  return moves.find(({ from, to, count }) => from !== to && count > 0) ?? null;
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
