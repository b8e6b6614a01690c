import type { Client } from "../definitions.ts";
import type { InFlight } from "../in-flight.ts";
import type { RequestId } from "../jsonrpc.ts";
import type { UpstreamCall } from "./call.ts";

/** A request of ours that is open, oldest first in its map. */
interface Open {
  /** Undefined where the gateway asked for itself. */
  readonly call: UpstreamCall | undefined;
}

/** Whose a message of the server is that names none of our requests. */
export type Attribution<T extends Open> =
  | { kind: "call"; open: T & { readonly call: UpstreamCall } }
  /** The connection is a client's own, and the message belongs to none of its calls. */
  | { kind: "owner"; owner: Client }
  | { kind: "nobody" }
  /** It could be one of several callers', or one's that is gone. */
  | { kind: "unclear" };

const isCall = <T extends Open>(open: T): open is T & { readonly call: UpstreamCall } =>
  open.call !== undefined;

/**
 * Finds whose a message is, by what is certain alone: the stream that carried it; a connection that
 * only one client uses; calls that are all of one session. Never guesses between callers.
 *
 * @param stream see {@link TransportEvents.onMessage}
 * @param owner the client whose own connection it is
 * @param abandoned calls that the server may still speak of, though nobody waits for them
 */
export function attribute<T extends Open>(
  stream: RequestId | null | undefined,
  open: InFlight<RequestId, T>,
  owner: Client | null,
  abandoned: readonly T[] = [],
): Attribution<T> {
  const session = owner?.isSession ? owner : null;
  const outside: Attribution<T> = session ? { kind: "owner", owner: session } : { kind: "nobody" };

  if (stream !== null && stream !== undefined) {
    const named = open.get(stream);
    if (!named) return { kind: "unclear" };
    return isCall(named) ? { kind: "call", open: named } : outside;
  }
  const calls = [...open.values()].filter(isCall);
  const newest = calls.at(-1);
  const possible = [...calls, ...abandoned.filter(isCall)];
  if (!newest) return session || possible.length === 0 ? outside : { kind: "unclear" };
  if (session || possible.length === 1 || areOfOneSession(possible)) {
    return { kind: "call", open: newest };
  }
  return { kind: "unclear" };
}

/** A caller that is no session counts as one by itself, whatever its id. */
function areOfOneSession(calls: readonly { readonly call: UpstreamCall }[]): boolean {
  const id = calls[0]?.call.client?.id;
  return calls.every(({ call: { client } }) => client?.isSession === true && client.id === id);
}
