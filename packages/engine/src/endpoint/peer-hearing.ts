import type { PeerMessage } from "../definitions.ts";
import { classify, isRequestId, type RpcNotification } from "../jsonrpc.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";

export interface PeerHearingOptions {
  sessions: Sessions;
  /** A client told of itself what the servers with a connection of its own should know. */
  onClientChange: (session: Session, notification: RpcNotification) => void;
  /** Lists of a server are to be listed anew. */
  relist: (serverId: string, method: string) => void;
}

/**
 * Takes in what the other gateways on the store say. It concerns sessions that are known here, and
 * nothing of it is told on, so that nothing goes round.
 */
export class PeerHearing {
  readonly #options: PeerHearingOptions;

  constructor(options: PeerHearingOptions) {
    this.#options = options;
  }

  hear(message: PeerMessage, from: string): void {
    const { sessions, relist } = this.#options;
    if (message.about === "lists") return relist(message.serverId, message.method);
    if (message.about === "session") return void sessions.reread(message.sessionId);
    const session = sessions.known(message.sessionId);
    if (!session) return;
    if (message.about === "stream") sessions.onHeardElsewhere(session, message.state, from);
    if (message.about === "to_client") session.sendHere(message.message);
    if (message.about !== "from_client") return;
    const sent = classify(message.message);
    if (sent.kind === "response") session.onResponse(sent.message);
    if (sent.kind === "notification") this.#onNotification(session, sent.message);
  }

  #onNotification(session: Session, notification: RpcNotification): void {
    const requestId = notification.params?.requestId;
    if (notification.method === "notifications/cancelled" && isRequestId(requestId)) {
      session.cancel(requestId);
    }
    if (notification.method === "notifications/roots/list_changed") {
      this.#options.onClientChange(session, notification);
    }
  }
}
