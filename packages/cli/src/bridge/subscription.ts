import { z } from "zod";
import { answersIn, type Id, parseJson } from "./message.ts";

const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";
const LISTS = ["tools", "prompts", "resources"] as const;

const acknowledgement = z.object({
  method: z.literal("notifications/subscriptions/acknowledged"),
  params: z.object({ notifications: z.record(z.string(), z.unknown()) }),
});
const uris = z.array(z.string()).catch([]);

/**
 * One `subscriptions/listen` of a client (MCP 2026-07-28), over as many streams of gateways as come
 * and go while the client listens. The client sees one that never ended.
 */
export class Subscription {
  readonly #id: Id;
  #isAcknowledged = false;

  constructor(id: Id) {
    this.#id = id;
  }

  /** Whether the client has been told that it listens. */
  get isAcknowledged(): boolean {
    return this.#isAcknowledged;
  }

  /** What the client is to be told where a stream brings this line. */
  carry(line: string): string[] {
    // A gateway that goes ends its streams by an answer; the next gateway goes on.
    if (answersIn(line).some(({ id, failed }) => id === this.#id && !failed)) return [];
    const { data } = acknowledgement.safeParse(parseJson(line));
    if (data === undefined) return [line];
    if (this.#isAcknowledged) return this.#mayHaveChanged(data.params.notifications);
    this.#isAcknowledged = true;
    return [line];
  }

  /** Nobody listened between two streams, so all that is listened to may be other than it was. */
  #mayHaveChanged(heard: Record<string, unknown>): string[] {
    const notify = (method: string, params: object = {}): string =>
      JSON.stringify({
        jsonrpc: "2.0",
        method,
        params: { ...params, _meta: { [SUBSCRIPTION_ID]: this.#id } },
      });
    return [
      ...LISTS.filter((list) => heard[`${list}ListChanged`] === true).map((list) =>
        notify(`notifications/${list}/list_changed`),
      ),
      ...uris
        .parse(heard["resourceSubscriptions"])
        .map((uri) => notify("notifications/resources/updated", { uri })),
    ];
  }
}
