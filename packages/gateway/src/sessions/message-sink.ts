import type {
  RequestTrace,
  RpcNotification,
  SeenAnswer,
  SeenClient,
  SeenRequest,
  TrafficSink,
} from "@local-mcp/engine";
import type { Seen } from "../logs/row.ts";

type Sink = Omit<TrafficSink, "onExchange">;
type Told = (to: SeenClient, message: Seen) => void;

/** From here on the answer is a refusal: whoever asked need not be the client of the session. */
const FIRST_REFUSAL = 400;

/** Tells `sink` of everything, and `told` of each message that goes to a client. */
export const messageSink = (sink: Sink, told: Told): Sink => ({
  onRequest: (seen) => new ToldRequest(sink.onRequest(seen), seen, told),
  onClientNotification: (from, message, about) =>
    sink.onClientNotification(from, message, about instanceof ToldRequest ? about.inner : about),
  onNotified: (to, message) => {
    sink.onNotified(to, message);
    told(to, { kind: "message", message });
  },
  ofServer: (serverId) => sink.ofServer(serverId),
});

class ToldRequest implements RequestTrace {
  readonly inner: RequestTrace;
  readonly #from: SeenClient;
  readonly #told: Told;

  constructor(inner: RequestTrace, { client, profileId }: SeenRequest, told: Told) {
    this.inner = inner;
    this.#from = { client, profileId };
    this.#told = told;
  }

  towards(serverId: string): ReturnType<RequestTrace["towards"]> {
    return this.inner.towards(serverId);
  }

  notified(message: RpcNotification): void {
    this.inner.notified(message);
    this.#told(this.#from, { kind: "message", message });
  }

  answered(answer: SeenAnswer): void {
    this.inner.answered(answer);
    const { text, httpStatus, client } = answer;
    if (text === null || (httpStatus ?? 0) >= FIRST_REFUSAL) return;
    const to = client === undefined ? this.#from : { ...this.#from, client };
    this.#told(to, { kind: "text", text });
  }
}
