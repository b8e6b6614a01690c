import type { GatewayError } from "@local-mcp/contract";

/**
 * A gateway that uses a store together with others. Two gateways can share sessions only if both
 * open what the other sealed and name the same things the same way.
 */
export interface Member {
  /** Random, of this start of the gateway. */
  id: string;
  /** What people know it by: host name and process id. */
  name: string;
  /** The id of the data key that secrets are sealed with; null without a vault. */
  keyId: string | null;
  /** Hash of what is configured, the same on every computer: servers, profiles, names. */
  configurationHash: string;
}

export interface JoinedMember extends Member {
  /** ms since 1970, by the clock of the store. */
  joinedAt: number;
  seenAt: number;
}

/** What a member is told for as long as it is one. */
export interface MemberWatch {
  /**
   * Others have let in somebody that it does not go together with, while it was forgotten: it may
   * not use the store any more. Called with session_store_other_key or
   * session_store_other_configuration, each time it says that it is there.
   */
  onRefused?: (error: GatewayError) => void;
  /** Who lives now, this one too. Called each time it says that it is there. */
  onMembers?: (members: JoinedMember[]) => void;
}

/** What an engine that several gateways reach offers them beside the records. */
export interface SharedStore {
  /**
   * Joins those that use the store, atomically, and stays joined by saying so every few seconds
   * until `leave`. A member that was killed counts no more after `MEMBER_LIFETIME_MS`.
   *
   * @throws GatewayError session_store_other_key, session_store_other_configuration, naming who is
   * there already; session_store_unreachable
   */
  join(member: Member, watch?: MemberWatch): Promise<void>;
  leave(): Promise<void>;
  /** Living members, this one too, oldest first. */
  members(): Promise<JoinedMember[]>;
  /**
   * Hands a text of any length to all other members that listen now. It resolves when the engine
   * has it; who does not listen at that moment never hears of it, so it may only carry hints and
   * what is useless later.
   *
   * @throws GatewayError session_store_unreachable
   */
  publish(text: string): Promise<void>;
  /**
   * Calls `hear` with each text of another member, in the order of each sender. `onGap` is called
   * when some may have been missed, after a connection was lost and made again.
   */
  listen(hear: (text: string) => void, onGap: () => void): Promise<void>;
  /**
   * Runs `work` while nobody else on the store runs work of that name. Whoever is killed in it lets
   * the next one in within `LOCK_LIFETIME_MS`.
   *
   * @throws GatewayError session_store_unreachable, session_store_busy after `LOCK_PATIENCE_MS`; what `work` throws
   */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** How long after its last sign of life a member counts as there, ms. */
export const MEMBER_LIFETIME_MS = 15_000;
/** How long a lock outlives a holder that was killed, ms. */
export const LOCK_LIFETIME_MS = 15_000;
/** How long a lock is waited for, ms. Longer than the lifetime, so that a killed holder is outlived. */
export const LOCK_PATIENCE_MS = 45_000;
