import type { RpcNotification } from "../jsonrpc.ts";
import type { ResourcePlace } from "../router/resources.ts";

/** Somebody who wants to hear when a resource changes, by the URI it is known to them. */
export interface Subscriber {
  uri: string;
  /** Null where no server has it now. */
  place: ResourcePlace | null;
  tell(notification: RpcNotification): void;
}

/** Who wants to hear of which resources of which server. Computed anew when any of it changes. */
export class ResourceSubscriptions {
  readonly #byServer = new Map<string, Map<string, Subscriber[]>>();

  constructor(subscribers: readonly Subscriber[]) {
    for (const subscriber of subscribers) {
      if (!subscriber.place) continue;
      const { serverId, uri } = subscriber.place;
      const ofServer = this.#byServer.get(serverId) ?? new Map<string, Subscriber[]>();
      this.#byServer.set(serverId, ofServer);
      ofServer.set(uri, [...(ofServer.get(uri) ?? []), subscriber]);
    }
  }

  /** The URIs to subscribe to at a server, each once however many want it. */
  wantedOf(serverId: string): ReadonlySet<string> {
    return new Set(this.#byServer.get(serverId)?.keys());
  }

  /** Passes on `notifications/resources/updated` of a server, under the URI each one knows. */
  onUpdated(serverId: string, notification: RpcNotification): void {
    const uri = notification.params?.uri;
    if (typeof uri !== "string") return;
    for (const subscriber of this.#byServer.get(serverId)?.get(uri) ?? []) {
      subscriber.tell({
        ...notification,
        params: { ...notification.params, uri: subscriber.uri },
      });
    }
  }
}
