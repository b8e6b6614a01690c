import type { ServerActivity } from "@local-mcp/contract";
import type { Observation } from "@local-mcp/engine";

/** Changes kept of each server; the oldest goes first. */
const MAX_CHANGES = 100;

/** What happened to each server since the gateway started. A restart of a server clears nothing. */
export class Activity {
  readonly #changes = new Map<string, ServerActivity[]>();

  /** Called after anything was seen of a server; what is as it was is not written down again. */
  record(serverId: string, { state, reason, since }: Observation, now = Date.now()): void {
    const changes = this.#changes.get(serverId) ?? [];
    const last = changes.at(-1);
    if (last?.state === state && last.reason?.message === reason?.message) return;
    changes.push({ at: last?.state === state ? now : since, state, reason });
    this.#changes.set(serverId, changes.slice(-MAX_CHANGES));
  }

  /** Newest first. */
  of(serverId: string): ServerActivity[] {
    return (this.#changes.get(serverId) ?? []).toReversed();
  }

  forget(serverId: string): void {
    this.#changes.delete(serverId);
  }
}
