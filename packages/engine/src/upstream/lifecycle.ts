import type { StatusReason } from "@local-mcp/contract";
import type { Log, ServerDefinition } from "../definitions.ts";
import { failureOf } from "./connector.ts";
import type { UpstreamFailure } from "./failure.ts";
import type { Link } from "./link.ts";
import { type Observation, restingState, unobserved } from "./observation.ts";
import { crashLoop, RestartPolicy } from "./restart-policy.ts";

/** Failures that another network, or the same one a moment later, may mend. */
const OF_THE_NETWORK: readonly string[] = [
  "dns",
  "unreachable",
  "timeout",
  "http_status",
  "tls",
  "not_mcp",
];

export interface LifecycleOptions {
  definition: () => ServerDefinition;
  log: Log;
  /**
   * Opens the connection of the server, in place of any before.
   *
   * @returns null where it was released meanwhile
   * @throws UpstreamFailure
   */
  open: () => Promise<Link | null>;
  /** Lets go of the connection, open or only being opened. */
  release: () => void;
  /** What is seen of it is not what it was. */
  onObservation: (observation: Observation) => void;
}

/** The states of one server: it is started, and after a failure again as the restart policy says. */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #policy: RestartPolicy;
  #observation: Observation;
  #retryTimer: NodeJS.Timeout | undefined;
  #settled: PromiseWithResolve = promiseWithResolve();
  /** Whether it will be started, and only waits for its turn. */
  #isDue = false;

  constructor(options: LifecycleOptions) {
    const definition = options.definition();
    this.#options = options;
    this.#policy = new RestartPolicy({ givesUp: definition.transport === "stdio" });
    this.#observation = unobserved(definition);
  }

  get observation(): Observation {
    return this.#observation;
  }

  /** It will be started soon, and counts as starting from now on. */
  announce(): void {
    const isResting = restingState(this.#options.definition()) === "idle";
    if (!isResting || this.#observation.state !== "idle") return;
    this.#isDue = true;
    this.#begin();
  }

  /** Starts it unless it runs already, or is not meant to. */
  start(): void {
    const resting = restingState(this.#options.definition());
    const { state } = this.#observation;
    const runs = state === "ready" || (state === "starting" && !this.#isDue);
    if (resting !== "idle") this.#enter(resting);
    else if (!runs) void this.#attempt();
  }

  /** Ends it. What failed before is not forgotten. */
  stop(): void {
    clearTimeout(this.#retryTimer);
    this.#isDue = false;
    this.#options.release();
    this.#enter(restingState(this.#options.definition()));
  }

  /** Forgets what failed before. */
  pardon(): void {
    this.#policy.reset();
  }

  /** Tries again at once what the network may have kept from working. */
  tryAgain(): void {
    const { state, reason } = this.#observation;
    const isRemote = this.#options.definition().transport !== "stdio";
    const isOfNetwork = isRemote && reason !== null && OF_THE_NETWORK.includes(reason.code);
    const mayHelp =
      state === "retrying" ||
      (state === "failed" && isOfNetwork) ||
      (state === "starting" && isRemote);
    if (!mayHelp) return;
    // A process that fails does so for reasons of its own, and they still count.
    if (isRemote) this.pardon();
    void this.#attempt();
  }

  /** Resolves when it is not starting any more, whatever came of it. */
  settled(): Promise<void> {
    return this.#observation.state === "starting" ? this.#settled.promise : Promise.resolve();
  }

  /** Its connection has ended by itself, or could not be opened. */
  fail(failure: UpstreamFailure): void {
    const { reason } = failure;
    this.#options.release();
    this.#options.log.warn("server failed", {
      server: this.#name,
      code: reason.code,
      reason: reason.message,
    });
    if (reason.code === "sign_in") this.#enter("needs_sign_in", { reason });
    else if (reason.code === "vault") this.#enter("locked", { reason });
    else if (failure.retry === "never") this.#enter("failed", { reason });
    else this.#retryOrGiveUp(reason);
  }

  /** Notes what is seen beside the state. */
  note(flags: Partial<Pick<Observation, "listIncomplete" | "answerTooBig">>): void {
    this.#observe(flags);
  }

  get #name(): string {
    return this.#options.definition().name;
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#isDue = false;
    this.#begin();
    try {
      const link = await this.#options.open();
      if (link) this.#onReady(link);
    } catch (error) {
      this.fail(failureOf(this.#name, error));
    }
  }

  #begin(): void {
    const { state, reason } = this.#observation;
    if (state !== "starting") this.#settled = promiseWithResolve();
    this.#enter("starting", { reason });
  }

  #onReady({ era, implementation: { name, version } }: Link): void {
    this.#policy.ready(Date.now());
    this.#enter("ready", { answerTooBig: false });
    const implementation = `${name} ${version}`;
    this.#options.log.info("server ready", { server: this.#name, era, implementation });
  }

  #retryOrGiveUp(last: StatusReason): void {
    const now = Date.now();
    const verdict = this.#policy.failed(now);
    if (verdict.kind === "give_up") {
      this.#enter("failed", { reason: crashLoop(this.#name, verdict.failures, last) });
      return;
    }
    const { delayMs, attempt } = verdict;
    this.#enter("retrying", { reason: last, retryAt: now + delayMs, attempt });
    this.#retryTimer = setTimeout(() => void this.#attempt(), delayMs);
  }

  #enter(state: Observation["state"], change: Partial<Observation> = {}): void {
    this.#observe({ reason: null, retryAt: null, attempt: null, ...change, state });
    if (state !== "starting") this.#settled.resolve();
  }

  #observe(change: Partial<Observation>): void {
    const before = this.#observation;
    const isNew = change.state !== undefined && change.state !== before.state;
    const since = isNew ? Date.now() : before.since;
    this.#observation = { ...before, ...change, since };
    this.#options.onObservation(this.#observation);
  }
}

interface PromiseWithResolve {
  promise: Promise<void>;
  resolve: () => void;
}

function promiseWithResolve(): PromiseWithResolve {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
