import { AsyncLocalStorage } from "node:async_hooks";
import { type ErrorCode, GatewayError } from "@local-mcp/contract";

const misuse = (detail: string): GatewayError => new GatewayError("database_misuse", { detail });

/** The asynchronous transaction whose callback is running. */
const running = new AsyncLocalStorage<Scope>();

/**
 * Taking turns on one handle: the database, or a transaction in it. While an asynchronous
 * transaction is open below, awaited statements wait behind it and synchronous ones are refused,
 * since waiting for it would block the thread it needs to go on.
 */
export class Scope {
  readonly #parent: Scope | undefined;
  #inner: Scope | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #end: (() => GatewayError) | undefined;
  #abandoned = false;

  constructor(parent?: Scope) {
    this.#parent = parent;
  }

  /** True once the scope ended by the hand of the one above it, which undid its work. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  /** @throws GatewayError once the scope has ended. */
  assertOpen(): void {
    if (this.#end) throw this.#end();
  }

  /** Runs a synchronous statement at once. */
  now<T>(run: () => T): T {
    this.assertOpen();
    if (this.#inner) throw new GatewayError("database_busy");
    return run();
  }

  /** Runs an awaited statement at once, or in its turn. */
  async inTurn<T>(run: () => T): Promise<T> {
    if (this.#queued === 0) return this.now(run);
    return this.#enqueue(() => this.now(run));
  }

  /** Runs an asynchronous transaction in its turn. Its scope is ended by `work` or by {@link end}. */
  transaction<T>(work: (inner: Scope) => Promise<T>): Promise<T> {
    return this.#enqueue(() =>
      this.now(async () => {
        const inner = new Scope(this);
        this.#inner = inner;
        try {
          return await running.run(inner, () => work(inner));
        } finally {
          this.#inner = undefined;
        }
      }),
    );
  }

  /** The end of a transaction that may be committed; nothing runs in it from here on. */
  finish(): void {
    this.assertOpen();
    if (this.#queued > 0) throw misuse("it ended before a transaction inside it");
    this.#end = () => misuse("it had ended when a statement was given to it");
  }

  /** Ends this scope and those in it: what they still try is refused. */
  end(code?: ErrorCode): void {
    this.#end ??= () =>
      code
        ? new GatewayError(code)
        : misuse("it had been rolled back when a statement was given to it");
    if (this.#inner) {
      this.#inner.#abandoned = true;
      this.#inner.end(code);
    }
  }

  async #enqueue<T>(run: () => T | Promise<T>): Promise<T> {
    for (let scope = running.getStore(); scope; scope = scope.#parent) {
      if (scope === this.#inner) {
        throw misuse(
          "inside it, a statement was given to the handle around it and would wait forever",
        );
      }
    }
    this.#queued += 1;
    const result = this.#queue.then(run);
    this.#queue = result.then(
      () => (this.#queued -= 1),
      () => (this.#queued -= 1),
    );
    return result;
  }
}
