import { existsSync, readFileSync } from "node:fs";
import { isMessage, isRecord, type Message } from "../fixtures/json-rpc.ts";
import type { Recorded } from "../wire/record.ts";

/** A message between the gateway and one of its parties, a client or a server. */
export interface Moment {
  /** Since the timeline began, ms. */
  at: number;
  party: string;
  link: Recorded["link"];
  /** Whether the gateway received it. */
  isToGateway: boolean;
  /** Number of the HTTP exchange; 0 for stdio. */
  exchange: number;
  carrier: string;
  message: Message;
}

type Sent = Pick<Recorded, "link" | "from" | "exchange" | "carrier" | "message">;

/** How often the file of a stdio server is looked at, ms. */
const FOLLOW_MS = 5;
/** Longest text of a message in a line. */
const LINE = 180;

/** Everything that passed, in the order in which it was seen. */
export class Timeline {
  readonly moments: Moment[] = [];
  private readonly began = performance.now();
  private readonly files: (() => void)[] = [];
  private readonly timer = setInterval(() => this.catchUp(), FOLLOW_MS);

  note(party: string, sent: Sent): void {
    // What a stdio server was told or said led to this, and comes before it.
    this.catchUp();
    this.add(party, sent);
  }

  private add(party: string, { link, from, exchange, carrier, message }: Sent): void {
    if (!isMessage(message)) return;
    const isToGateway = (link === "client") === (from === "client");
    const at = performance.now() - this.began;
    this.moments.push({ at, party, link, isToGateway, exchange, carrier, message });
  }

  /** Notes what a `tee.ts` writes to this file, as it comes. */
  follow(party: string, file: string): void {
    let seen = 0;
    this.files.push(() => {
      if (!existsSync(file)) return;
      // What comes after the last line end is not whole yet.
      const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
      for (const line of lines.slice(seen)) this.add(party, sentOf(JSON.parse(line)));
      seen = lines.length;
    });
  }

  close(): void {
    clearInterval(this.timer);
  }

  private catchUp(): void {
    for (const read of this.files) read();
  }
}

const sentOf = (value: unknown): Sent => {
  if (!isRecord(value)) throw new Error("not a recorded message");
  const from = value.from === "client" ? "client" : "server";
  return { link: "server", from, exchange: 0, carrier: "stdio", message: value.message };
};

/** The moments as lines to read: time, direction, stream, message. */
export const asLines = (moments: Moment[]): string[] => {
  const start = moments[0]?.at ?? 0;
  return moments.map(({ at, party, link, isToGateway, exchange, carrier, message }) => {
    const time = `+${((at - start) / 1000).toFixed(3)} s`;
    const arrow = (link === "client") === isToGateway ? "→" : "←";
    const way = link === "client" ? `${party} ${arrow} gateway` : `gateway ${arrow} ${party}`;
    const [method = ""] = carrier.split(" ");
    const stream = exchange === 0 ? method : `${method} ${exchange}`;
    return `  ${time.padEnd(10)} ${way.padEnd(28)} ${stream.padEnd(9)} ${wordsOf(message)}`;
  });
};

const wordsOf = ({ id, method, params, result, error }: Message): string => {
  const number = id === undefined ? "" : `#${JSON.stringify(id)} `;
  const [word, value] = error ? ["error", error] : ["result", result];
  const text = method === undefined ? `${word} ${brief(value)}` : `${method} ${brief(params)}`;
  return shortened(number + text);
};

/** Without `_meta`, which says the same in nearly every message. */
const brief = (value: unknown): string => {
  if (!isRecord(value)) return "";
  const { _meta: _, ...rest } = value;
  return JSON.stringify(rest);
};

const shortened = (text: string): string => (text.length > LINE ? `${text.slice(0, LINE)}…` : text);
