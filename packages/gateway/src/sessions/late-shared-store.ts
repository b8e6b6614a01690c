import type { JoinedMember, Member, SharedStore } from "@local-mcp/sessions";

/**
 * What a store offers to several gateways, also where it cannot be reached when the gateway starts:
 * who joins and listens before it is there does so when it is.
 */
export class LateSharedStore implements SharedStore {
  /** @throws GatewayError why there is no store, unless the gateway may do without for a while */
  readonly #refuse: () => void;
  #store: SharedStore | null = null;
  #member: Member | null = null;
  readonly #listeners: { hear: (text: string) => void; onGap: () => void }[] = [];

  constructor(refuse: () => void) {
    this.#refuse = refuse;
  }

  get memberId(): string | null {
    return this.#member?.id ?? null;
  }

  /** The store is there. @throws GatewayError as {@link SharedStore.join}; then it may not be used */
  async arrived(store: SharedStore): Promise<void> {
    if (this.#member !== null) await store.join(this.#member);
    for (const { hear, onGap } of this.#listeners) {
      await store.listen(hear, onGap);
      onGap();
    }
    this.#store = store;
  }

  async join(member: Member): Promise<void> {
    if (this.#store === null) this.#refuse();
    await this.#store?.join(member);
    this.#member = member;
  }

  async leave(): Promise<void> {
    this.#member = null;
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
