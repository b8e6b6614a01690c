import { GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { wrongAnswer } from "./authorization-answer.ts";
import type { After } from "./callback-listener.ts";
import { DONE, failedWith, type OnTheWay, type SignInUnderWay } from "./sign-in-under-way.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import { pollDevice, type TokenContext } from "./token-requests.ts";

/** What `slow_down` adds to the time between two questions (RFC 8628, 3.5), ms. */
const SLOWER_MS = 5000;
const SHORTEST_MS = 1000;
/** Where the authorization server cannot be reached the wait doubles, up to this, ms. */
const LONGEST_MS = 60_000;

interface DeviceSignInOptions {
  run: SignInUnderWay;
  /** Name of the server. */
  server: string;
  deviceCode: string;
  intervalMs: number;
  after: After;
  /** @throws GatewayError */
  context: () => Promise<TokenContext>;
  /** Has the tokens stored when it returns. @throws GatewayError vault_… */
  keep: (tokens: TokenAnswer, client: OAuthClient) => void;
  log: Log;
}

/** A sign-in whose person types a code on another device (RFC 8628). */
export class DeviceSignIn implements OnTheWay {
  readonly #options: DeviceSignInOptions;
  #intervalMs: number;
  #cancel: () => void = () => {};
  #isClosed = false;

  constructor(options: DeviceSignInOptions) {
    this.#options = options;
    this.#intervalMs = Math.max(SHORTEST_MS, options.intervalMs);
    this.#askAfter(this.#intervalMs);
  }

  finish(): Promise<void> {
    const reason = "this one goes on by its code on another device.";
    return Promise.reject(wrongAnswer(this.#options.server, reason));
  }

  async leave(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
  }

  close(): Promise<void> {
    return this.leave();
  }

  #askAfter(ms: number): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.after(ms, () => void this.#ask(ms));
  }

  async #ask(waitedMs: number): Promise<void> {
    const { run, context, deviceCode, keep, log } = this.#options;
    try {
      const found = await context();
      const answer = await pollDevice(found, deviceCode);
      if (this.#isClosed) return;
      if (answer === "slow_down") this.#intervalMs += SLOWER_MS;
      else if (answer !== "pending") {
        keep(answer, found.client);
        run.end(DONE);
        return;
      }
      this.#askAfter(this.#intervalMs);
    } catch (error) {
      if (this.#isClosed) return;
      if (!(error instanceof GatewayError)) {
        log.error("a sign-in failed", { error: String(error) });
        run.end(failedWith(new GatewayError("internal", {}, { cause: error })));
      } else if (error.code === "host_unreachable") {
        this.#askAfter(Math.min(waitedMs * 2, LONGEST_MS));
      } else run.end(failedWith(error));
    }
  }
}
