import type { JoinedMember, Member, MemberWatch, SharedStore } from "@local-mcp/sessions";

/**
 * What a store offers to several gateways, also where it cannot be reached when the gateway starts,
 * or was given up since: who joins and listens before it is there does so when it is.
 */
export class LateSharedStore implements SharedStore {
  /** @throws GatewayError why there is no store, unless the gateway may do without for a while */
  readonly #refuse: () => void;
  #store: SharedStore | null = null;
  #joined: { member: Member; watch: MemberWatch | undefined } | null = null;
  readonly #listeners: { hear: (text: string) => void; onGap: () => void }[] = [];

  constructor(refuse: () => void) {
    this.#refuse = refuse;
  }

  get memberId(): string | null {
    return this.#joined?.member.id ?? null;
  }

  /** The store is there. @throws GatewayError as {@link SharedStore.join}; then it may not be used */
  async arrived(store: SharedStore): Promise<void> {
    if (this.#joined !== null) await store.join(this.#joined.member, this.#joined.watch);
    for (const { hear, onGap } of this.#listeners) await store.listen(hear, onGap);
    this.#store = store;
  }

  /** The store may not be used any more, until one arrives again. */
  gone(): void {
    this.#store = null;
  }

  /** What was told while there was no store has been missed. */
  missed(): void {
    for (const { onGap } of this.#listeners) onGap();
  }

  async join(member: Member, watch?: MemberWatch): Promise<void> {
    // Also where it is not let in now, it is by this that it will be.
    this.#joined = { member, watch };
    if (this.#store === null) this.#refuse();
    await this.#store?.join(member, watch);
  }

  async leave(): Promise<void> {
    this.#joined = null;
    await this.#store?.leave();
  }

  async members(): Promise<JoinedMember[]> {
    return (await this.#store?.members()) ?? [];
  }

  /** There is nobody to hear it before the store is there. */
  async publish(text: string): Promise<void> {
    await this.#store?.publish(text);
  }

  async listen(hear: (text: string) => void, onGap: () => void): Promise<void> {
    if (this.#store === null) this.#refuse();
    await this.#store?.listen(hear, onGap);
    this.#listeners.push({ hear, onGap });
  }

  /** Without a store this gateway is alone. */
  async exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#store !== null) return this.#store.exclusively(name, work);
    this.#refuse();
    return work();
  }
}
