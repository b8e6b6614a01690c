import { GatewayError, type Startup as StartupState } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { EventPublisher } from "@orpc/server";
import type { AppLog } from "./app-log.ts";
import { asProblem, describe } from "./problem.ts";

/** Opens the gateway, tells how that goes, and closes it. */
export class Startup {
  readonly #open: () => Promise<Gateway>;
  readonly #onReady: (gateway: Gateway) => void;
  readonly #log: AppLog;
  readonly #publisher = new EventPublisher<{ state: StartupState }>();
  #state: StartupState = { state: "starting" };
  #gateway: Promise<Gateway> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: {
    /** Opens the data directory. @throws GatewayError */
    open: () => Promise<Gateway>;
    /** Called once the gateway answers, or its status says why it cannot serve. */
    onReady: (gateway: Gateway) => void;
    log: AppLog;
  }) {
    this.#open = options.open;
    this.#onReady = options.onReady;
    this.#log = options.log;
  }

  get state(): StartupState {
    return this.#state;
  }

  /** Begins, or begins anew after a failure. Never rejects: {@link state} says what came of it. */
  async start(): Promise<void> {
    if (this.#closing || (this.#gateway && this.#state.state !== "failed")) return;
    this.#tell({ state: "starting" });
    this.#gateway = this.#openAndListen();
    try {
      const gateway = await this.#gateway;
      // What ends is nothing that anybody should begin to follow.
      if (this.#closing) return;
      this.#tell({ state: "ready" });
      this.#onReady(gateway);
    } catch (error) {
      this.#log.write("error", "the gateway could not start", { error: describe(error) });
      this.#tell({ state: "failed", problem: asProblem(error) });
    }
  }

  /** The gateway, once it is there. @throws GatewayError why it could not start */
  async gateway(): Promise<Gateway> {
    if (this.#closing || !this.#gateway) throw new GatewayError("shutting_down");
    return this.#gateway;
  }

  /** The state now and each later one, until `signal` aborts. */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<StartupState, void> {
    const later = this.#publisher.subscribe("state", { signal });
    try {
      yield this.#state;
      yield* later;
    } finally {
      await later.return();
    }
  }

  /** Waits for a start under way, so that nothing is left open behind it. The log says what ended. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const gateway = await this.#gateway?.catch(() => null);
    if (!gateway) return;
    const { servers, processes, forced, left } = await gateway.close();
    const level = left.length > 0 ? "warn" : "info";
    this.#log.write(level, "the gateway has ended", { servers, processes, forced, left });
  }

  async #openAndListen(): Promise<Gateway> {
    const gateway = await this.#open();
    try {
      const { url } = await gateway.listen();
      this.#log.write("info", "listening", { url });
    } catch (error) {
      // The status keeps what stands in the way, and the window offers what can be done.
      this.#log.write("warn", "not listening", { error: describe(error) });
    }
    return gateway;
  }

  #tell(state: StartupState): void {
    this.#state = state;
    this.#publisher.publish("state", state);
  }
}
