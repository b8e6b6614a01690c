import { GatewayError } from "@local-mcp/contract";
import { atMost, type Log } from "@local-mcp/engine";
import { checkAnswer, hasState, pastedAnswer, wrongAnswer } from "./authorization-answer.ts";
import type { CallbackListener, Shown } from "./callback-listener.ts";
import {
  DONE,
  failedWith,
  type OnTheWay,
  type Outcome,
  type SignInUnderWay,
} from "./sign-in-under-way.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import { exchangeCode, type TokenContext } from "./token-requests.ts";

/** Answers of other sign-ins that one bears with. */
const MOST_STRANGERS = 20;
/** How long the end of the gateway waits for tokens that were asked for, ms. */
const LAST_ANSWER_MS = 3000;

interface BrowserSignInOptions {
  run: SignInUnderWay;
  /** Name of the server. */
  server: string;
  /** Of the authorization server that was asked. */
  issuer: string;
  /** SHA-256 of the state. */
  stateDigest: Buffer;
  verifier: string;
  redirectUri: string;
  /** Null where the port is another program's now; what is pasted is taken all the same. */
  listener: CallbackListener | null;
  /** With what a code is exchanged. @throws GatewayError */
  context: () => Promise<TokenContext>;
  /**
   * Forgets, also over a restart, what an answer is checked by.
   * @throws GatewayError sign_in_not_found where it has expired
   */
  spend: () => Promise<void>;
  /** Has the tokens stored when it returns. @throws GatewayError vault_… */
  keep: (tokens: TokenAnswer, client: OAuthClient) => void;
  log: Log;
}

/** A sign-in whose person is in a browser; the answer comes back by it, or is pasted. */
export class BrowserSignIn implements OnTheWay {
  readonly #options: BrowserSignInOptions;
  #isUsed = false;
  #isClosed = false;
  /** Resolves when no answer is being exchanged. */
  #used: Promise<unknown> = Promise.resolve();
  #strangers = 0;

  constructor(options: BrowserSignInOptions) {
    this.#options = options;
    options.listener?.serve((answer) => this.#fromBrowser(answer));
  }

  async finish(pasted: string): Promise<void> {
    const { server, redirectUri } = this.#options;
    const answer = pastedAnswer(pasted, server, redirectUri);
    const refusal = this.#refusalOf(answer);
    if (refusal) throw refusal;
    await this.#once(answer);
  }

  async leave(): Promise<void> {
    await this.#options.listener?.leave();
  }

  async close(): Promise<void> {
    await atMost(LAST_ANSWER_MS, this.#used);
    this.#isClosed = true;
    // A command line that signs in by itself ends here, and the browser is yet to see that it is done.
    if (this.#options.run.outcome === null) await this.#options.listener?.close();
    else await this.leave();
  }

  async #fromBrowser(answer: URLSearchParams): Promise<Shown> {
    const { server } = this.#options;
    const refusal = this.#refusalOf(answer);
    if (refusal) {
      const page = { title: "This answer was not used", lines: [refusal.message] };
      return { page, isLast: false };
    }
    const { state, error } = await this.#once(answer);
    if (state === "done") {
      return { page: { title: `Signed in to “${server}”`, lines: [] }, isLast: true };
    }
    const lines = error === null ? ["It was cancelled."] : [error.message, error.wayOut];
    return { page: { title: `Not signed in to “${server}”`, lines }, isLast: true };
  }

  /** Why an answer is not used at all; the sign-in goes on. Null for the one that is. */
  #refusalOf(answer: URLSearchParams): GatewayError | null {
    const { server, run, stateDigest } = this.#options;
    if (this.#isUsed || run.outcome !== null) {
      return wrongAnswer(server, "there was one before.");
    }
    if (hasState(answer, stateDigest)) return null;
    this.#strangers += 1;
    if (this.#strangers >= MOST_STRANGERS) {
      const error = wrongAnswer(server, "too many came that belong to other sign-ins.");
      run.end(failedWith(error));
      return error;
    }
    return wrongAnswer(server, "it does not belong to this sign-in, which goes on waiting.");
  }

  /** From here on every other answer is refused. */
  #once(answer: URLSearchParams): Promise<Outcome> {
    this.#isUsed = true;
    const used = this.#use(answer);
    this.#used = used;
    return used;
  }

  async #use(answer: URLSearchParams): Promise<Outcome> {
    const { run, log } = this.#options;
    try {
      await this.#exchange(answer);
      return run.end(DONE);
    } catch (error) {
      if (error instanceof GatewayError) return run.end(failedWith(error));
      log.error("a sign-in failed", { error: String(error) });
      return run.end(failedWith(new GatewayError("internal", {}, { cause: error })));
    }
  }

  async #exchange(answer: URLSearchParams): Promise<void> {
    const { server, issuer, run, redirectUri, verifier, context, spend, keep } = this.#options;
    await spend();
    const found = await context();
    if (found.authorizationServer.issuer !== issuer) {
      throw wrongAnswer(server, "the server has another authorization server now.");
    }
    checkAnswer(answer, found);
    const state = answer.get("state") ?? "";
    const tokens = await exchangeCode(found, { answer, state, redirectUri, verifier });
    // Cancelled meanwhile, or signed in by another way.
    if (run.outcome === null && !this.#isClosed) keep(tokens, found.client);
  }
}
