import { GatewayError } from "@local-mcp/contract";
import type { Member } from "./shared-store.ts";

/** Of a hash or key id, what people are shown: enough to see that two differ. */
const SHOWN = 12;

const shown = (text: string | null): string => text?.slice(0, SHOWN) ?? "none";

const namesOf = (members: readonly Member[]): string => members.map(({ name }) => name).join(", ");

/**
 * Lets a member in only among those that seal with its key and have its configuration.
 *
 * @param others that live on the store, oldest first
 * @param store what people know the store by
 * @throws GatewayError session_store_other_key, session_store_other_configuration
 */
export const refuseUnlike = (member: Member, others: readonly Member[], store: string): void => {
  const [otherKey] = others.filter(({ keyId }) => keyId !== member.keyId);
  if (otherKey) {
    throw new GatewayError("session_store_other_key", {
      own: shown(member.keyId),
      others: namesOf(others.filter(({ keyId }) => keyId === otherKey.keyId)),
      key: shown(otherKey.keyId),
      store,
    });
  }
  const [unlike] = others.filter(
    ({ configurationHash }) => configurationHash !== member.configurationHash,
  );
  if (unlike) {
    throw new GatewayError("session_store_other_configuration", {
      own: shown(member.configurationHash),
      others: namesOf(
        others.filter(({ configurationHash }) => configurationHash === unlike.configurationHash),
      ),
      configuration: shown(unlike.configurationHash),
      store,
    });
  }
};

/** Whether a member was not let in by {@link refuseUnlike}. */
export const isRefusal = (error: unknown): error is GatewayError =>
  error instanceof GatewayError &&
  ["session_store_other_key", "session_store_other_configuration"].includes(error.code);
