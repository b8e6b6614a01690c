import { isRecord } from "../fixtures/json-rpc.ts";
import { HttpError, McpClient } from "../fixtures/mcp-client.ts";
import type { Member } from "./shared-stage.ts";

/** How long before a request a gateway's end may have cut the connection that the request takes, ms. */
const CUT_MS = 3000;
/** At a gateway whose store is away, what belongs to a session it does not know, and to be told so. */
const STORE_AWAY = 503;

/** What came of all calls of all clients. */
export interface Tally {
  answered: number;
  /** Calls that failed since their gateway was killed under them. */
  failedWithTheirGateway: number;
  /** Those whose connection to the server broke, which the result says. */
  failedAtTheirServer: number;
  /** Those that were refused since the store was away. */
  refusedForTheStore: number;
  /** A sentence each. */
  faults: string[];
  /** Every text that a tool was called with. */
  texts: string[];
}

export const newTally = (): Tally => ({
  answered: 0,
  failedWithTheirGateway: 0,
  failedAtTheirServer: 0,
  refusedForTheStore: 0,
  faults: [],
  texts: [],
});

/** The parameters of a tools/call. */
export const call = (name: string, args: Record<string, unknown> = {}) => ({
  name,
  arguments: args,
});

let named = 0;

/** One session, whose requests go to the gateways in turn, as a balancer without stickiness does. */
export class WanderingClient {
  readonly #members: readonly Member[];
  readonly #tally: Tally;
  readonly #isStoreAway: () => boolean;
  readonly #token: string;
  #sessionId: string | null = null;
  #turn: number;
  /** What it has subscribed to, as far as that was acknowledged. */
  readonly subscribed = new Set<string>();
  /** Of these nobody knows whether it was stored: the answer was cut off. */
  readonly unsure = new Set<string>();

  constructor(
    members: readonly Member[],
    options: { token: string; tally: Tally; isStoreAway: () => boolean },
  ) {
    this.#members = members;
    this.#token = options.token;
    this.#tally = options.tally;
    this.#isStoreAway = options.isStoreAway;
    named += 1;
    this.#turn = named;
  }

  get sessionId(): string {
    return this.#sessionId ?? "";
  }

  /** Opens the session at the next gateway. */
  async open(): Promise<void> {
    const client = this.at(this.#next());
    await client.initialize();
    this.#sessionId = client.sessionId;
    await client.request("logging/setLevel", { level: "error" });
  }

  /** The same client, at one gateway. */
  at({ url }: Member): McpClient {
    const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${this.#token}` });
    client.sessionId = this.#sessionId;
    client.protocolVersion = "2025-11-25";
    return client;
  }

  /** Calls a tool with a text of its own, and sees that this is what comes back. */
  async call(ms: number): Promise<void> {
    named += 1;
    const text = `text-${named}`;
    this.#tally.texts.push(text);
    await this.#send(async (client) => {
      const params = call("slow_echo", { ms, text });
      const result = await client.request("tools/call", params, { id: text });
      const content = isRecord(result) && Array.isArray(result.content) ? result.content[0] : null;
      const said = isRecord(content) ? content.text : JSON.stringify(result);
      if (said === text) return;
      // A call that broke is not repeated by the gateway, and nobody is told another text.
      if (String(said).includes("cannot be reached")) this.#tally.failedAtTheirServer += 1;
      else throw new Error(`asked for ${text} and was told ${String(said)}`);
    });
  }

  async subscribe(uri: string): Promise<void> {
    this.unsure.add(uri);
    await this.#send(async (client) => {
      await client.request("resources/subscribe", { uri }, { id: uri });
      this.subscribed.add(uri);
      this.unsure.delete(uri);
    });
  }

  async #send(work: (client: McpClient) => Promise<void>): Promise<void> {
    const member = this.#next();
    const began = performance.now();
    const wasStoreAway = this.#isStoreAway();
    try {
      await work(this.at(member));
      this.#tally.answered += 1;
    } catch (error) {
      const isOfStore = wasStoreAway || this.#isStoreAway();
      if (error instanceof HttpError && error.status === STORE_AWAY && isOfStore) {
        this.#tally.refusedForTheStore += 1;
      } else if (member.wasAwaySince(began - CUT_MS) && !(error instanceof HttpError)) {
        this.#tally.failedWithTheirGateway += 1;
      } else if (isOfStore && String(error).includes("cannot be reached")) {
        this.#tally.refusedForTheStore += 1;
      } else this.#tally.faults.push(`session ${this.sessionId}: ${String(error)}`);
    }
  }

  #next(): Member {
    for (;;) {
      this.#turn += 1;
      const member = this.#members[this.#turn % this.#members.length];
      if (member?.isThere) return member;
    }
  }
}
