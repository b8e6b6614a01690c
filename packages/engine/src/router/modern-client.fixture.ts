import { isObject, type JsonObject } from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import { isModernKind, type LedgerCall, wordsIn } from "./ledger.fixture.ts";
import type { MemoryResponse } from "./memory-http.fixture.ts";
import { ScriptedClient } from "./scripted-client.fixture.ts";

/** A client whose requests stand for themselves. */
export class ModernClient extends ScriptedClient {
  /** Others who might come with its states; with tokens of their own. */
  others: readonly ModernClient[] = [];

  begin(): void {}

  call(call: LedgerCall, server: string): void {
    const { word } = call;
    this.#request(call, { name: this.options.toolOf(server), arguments: { word } });
    this.giveUpLater(call, () => this.#giveUp(call));
  }

  leave(): void {
    this.hangUp();
  }

  protected mayFail({ isGivenUp }: LedgerCall): boolean {
    return isGivenUp;
  }

  readonly #responses = new Map<LedgerCall, Set<MemoryResponse>>();

  #giveUp(call: LedgerCall): void {
    if (call.isAnswered) return;
    call.isGivenUp = true;
    for (const response of this.#responses.get(call) ?? []) response.destroy();
  }

  #request(
    call: LedgerCall,
    params: JsonObject,
    onAnswer = this.#whenAnswered(call, params),
  ): void {
    const { capabilities, listens } = this.options;
    const token = this.nextId();
    // One request of a call may want them, and the next one not.
    const wantsLogs = listens && Number(token) % 2 === 0;
    const meta = {
      progressToken: token,
      [META.protocolVersion]: "2026-07-28",
      [META.clientInfo]: { name: this.name },
      [META.clientCapabilities]: capabilities,
      ...(wantsLogs && { [META.logLevel]: "debug" }),
    };
    const headers = {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": String(params.name),
    };
    const body = {
      jsonrpc: "2.0",
      id: token,
      method: "tools/call",
      params: { ...params, _meta: meta },
    };
    const response = this.send("POST", headers, body, {
      call,
      onMessage: (message) => {
        if (message.method === "notifications/progress") this.checkProgress(message, call, token);
        if (message.method === "notifications/message" && !wantsLogs) {
          this.options.ledger.fault(`${call.word} did not want to hear`, message);
        }
        if (message.method !== undefined) return;
        if (message.id !== token) this.options.ledger.fault(`${token} was answered as`, message);
        onAnswer(message);
      },
      onEnd: () => void this.#responses.get(call)?.delete(response),
    });
    const open = this.#responses.get(call) ?? new Set();
    this.#responses.set(call, open.add(response));
  }

  #whenAnswered(call: LedgerCall, params: JsonObject): (message: JsonObject) => void {
    return (message) => {
      const { result } = message;
      if (isObject(result) && result.resultType === "input_required") {
        this.#onQuestions(call, params, result);
      } else this.conclude(call, message);
    };
  }

  #onQuestions(call: LedgerCall, { name, arguments: args }: JsonObject, result: JsonObject): void {
    const { ledger, later } = this.options;
    const { attitude } = call.plan;
    const { requestState, inputRequests } = result;
    ledger.count("asked by a result");
    if (attitude === "silent") {
      call.isGivenUp = true;
      return;
    }
    const questions = Object.entries(isObject(inputRequests) ? inputRequests : {});
    const answers = (action: string): JsonObject =>
      Object.fromEntries(
        questions.map(([key, one]) => [key, this.answer(wordsIn(one)[0], action)]),
      );
    const again = (inputResponses: JsonObject): JsonObject => ({
      name,
      arguments: args,
      requestState,
      inputResponses,
    });
    const retry = again(answers(attitude === "decline" ? "decline" : "accept"));
    const goOn = (): void =>
      later(`${this.name} answers for ${call.word}`, () => {
        if (!call.isGivenUp) this.#request(call, retry);
      });
    const isParked = !isModernKind(call.kind);
    const [thief] = this.others;
    if (isParked) ledger.count("parked");
    if (attitude === "refuse" && isParked) {
      const unusable = again(Object.fromEntries(questions.map(([key]) => [key, "unusable"])));
      this.#expectRefusal(call, unusable, (message) => {
        if (refusalIn(message) === "input_response_unusable") goOn();
        // The question may have been taken back, so that nothing is wrong with the answer.
        else this.#whenAnswered(call, unusable)(message);
      });
    } else if (attitude === "stolen" && isParked && thief) {
      thief.#expectRefusal(call, again(answers("accept")), (message) => {
        if (refusalIn(message) !== "request_state_expired") {
          ledger.fault(`${thief.name} got in on ${call.word}`, message);
        }
        goOn();
      });
    } else if (attitude === "replay" && isParked) this.#replay(call, retry);
    else goOn();
  }

  /** Sends what must be refused, to no effect on the call, and then goes on. */
  #expectRefusal(call: LedgerCall, params: JsonObject, goOn: (answer: JsonObject) => void): void {
    const { ledger, later } = this.options;
    later(`${this.name} tries ${call.word}`, () => {
      if (call.isGivenUp) return;
      ledger.count("tries refused");
      this.#request(call, params, goOn);
    });
  }

  /** Of two requests with one state, one is let in. */
  #replay(call: LedgerCall, params: JsonObject): void {
    const { ledger, later } = this.options;
    let refused = 0;
    for (const label of ["once", "twice"]) {
      later(`${this.name} answers ${label} for ${call.word}`, () => {
        if (call.isGivenUp) return;
        const onAnswer = this.#whenAnswered(call, params);
        this.#request(call, params, (message) => {
          if (refusalIn(message) !== "request_state_expired") onAnswer(message);
          else {
            refused += 1;
            ledger.count("replays refused");
            if (refused > 1) ledger.fault(`${call.word} was refused twice`, message);
          }
        });
      });
    }
  }
}

/** The gateway's own code in an error, if it is one of the gateway. */
function refusalIn({ error }: JsonObject): unknown {
  const data = isObject(error) ? error.data : undefined;
  return isObject(data) ? data.code : undefined;
}
