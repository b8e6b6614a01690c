import { isObject, isRequestId, type JsonObject, type RequestId } from "../jsonrpc.ts";
import { isModernKind, type LedgerCall } from "./ledger.fixture.ts";
import { type Heard, ScriptedClient } from "./scripted-client.fixture.ts";

/** A client with a session. */
export class LegacyClient extends ScriptedClient {
  #sessionId = "";
  readonly #calls = new Map<RequestId, LedgerCall>();

  /** Opens the session. */
  begin(): void {
    const params = {
      protocolVersion: "2025-11-25",
      clientInfo: { name: this.name },
      capabilities: this.options.capabilities,
    };
    const opening = { jsonrpc: "2.0", id: this.nextId(), method: "initialize", params };
    const response = this.send("POST", {}, opening, {
      call: null,
      onMessage: () => {},
      onEnd: () => (this.#sessionId = String(response.headers["mcp-session-id"])),
    });
  }

  listen(): void {
    if (this.options.listens) this.#get({}, null);
  }

  call(call: LedgerCall, server: string): void {
    const id = this.nextId();
    this.#calls.set(id, call);
    const { word } = call;
    const args = { name: this.options.toolOf(server), arguments: { word } };
    const params = { ...args, _meta: { progressToken: id } };
    this.#post({ jsonrpc: "2.0", id, method: "tools/call", params }, call);
    this.giveUpLater(call, () => {
      if (call.isAnswered) return;
      call.isGivenUp = true;
      const cancelled = { requestId: id };
      this.#post({ jsonrpc: "2.0", method: "notifications/cancelled", params: cancelled }, null);
    });
  }

  /** Ends the session. */
  leave(): void {
    this.send("DELETE", this.#headers(), undefined, { call: null });
  }

  protected mayFail({ isGivenUp, plan, kind }: LedgerCall): boolean {
    // A modern server cannot be told by an error that its question was refused.
    return (
      isGivenUp || (isModernKind(kind) && (plan.attitude === "refuse" || this.#lacks(plan.steps)))
    );
  }

  #lacks(steps: readonly string[]): boolean {
    return steps.length > 0 && Object.keys(this.options.capabilities).length < 3;
  }

  #post(body: JsonObject, call: LedgerCall | null): void {
    this.send("POST", this.#headers(), body, this.#reader(call));
  }

  #get(headers: Record<string, string>, call: LedgerCall | null): void {
    this.send("GET", { ...this.#headers(), ...headers }, undefined, this.#reader(call));
  }

  #headers(): Record<string, string> {
    return { "mcp-session-id": this.#sessionId, "mcp-protocol-version": "2025-11-25" };
  }

  #reader(call: LedgerCall | null): Heard {
    return {
      call,
      onMessage: (message) => this.#onMessage(message, call),
      onEnd: (lastEventId) => {
        if (!call || call.isAnswered || call.isGivenUp || lastEventId === null) return;
        // The server lets go of the stream; the rest is fetched.
        this.options.ledger.count("resumed");
        this.options.later(`${call.word} is gone on with`, () => {
          if (!call.isGivenUp) this.#get({ "last-event-id": lastEventId }, call);
        });
      },
    };
  }

  #onMessage(message: JsonObject, call: LedgerCall | null): void {
    const { id, method, params } = message;
    const { ledger } = this.options;
    if (method === undefined) {
      const answered = isRequestId(id) ? this.#calls.get(id) : undefined;
      if (!answered) return;
      if (answered !== call) ledger.fault(`${answered.word} was answered elsewhere`, message);
      this.conclude(answered, message);
    } else if (isRequestId(id)) this.#onQuestion(id, message);
    else if (method === "notifications/progress" && isObject(params)) {
      const token = params.progressToken;
      const meant = isRequestId(token) ? this.#calls.get(token) : undefined;
      if (meant && isRequestId(token)) this.checkProgress(message, meant, token);
      else ledger.fault(`${this.name} heard of progress that it has no call of`, message);
    }
  }

  #onQuestion(id: RequestId, { params }: JsonObject): void {
    const { ledger, later } = this.options;
    const word = isObject(params) ? String(params.message) : "";
    const attitude = ledger.calls.get(word)?.plan.attitude ?? "accept";
    if (attitude === "silent") return;
    const result = this.answer(word, attitude === "decline" ? "decline" : "accept");
    const outcome =
      attitude === "refuse" ? { error: { code: -1, message: "The user refuses." } } : { result };
    later(`${this.name} answers a question of ${word}`, () =>
      this.#post({ jsonrpc: "2.0", id, ...outcome }, null),
    );
  }
}
