import { hash } from "node:crypto";
import { FAILED_OUTCOMES, type LogLevel } from "@local-mcp/contract";
import {
  nameIn,
  type RpcNotification,
  type SeenClient,
  type TrafficClient,
} from "@local-mcp/engine";
import { lesser, type Levels } from "./levels.ts";
import type { Outbox } from "./outbox.ts";
import { type GivenAnswer, type Row, type RowEnd, type RowStart, sizeUpTo } from "./row.ts";

/** Rows of one exchange that are held at most until it is known how that ends. */
const MAX_HELD = 1000;
/** And characters of what is said meanwhile: without the log nobody would keep it. */
const MAX_HELD_SIZE = 256 * 1024;
export interface Clock {
  /** Only goes forward, ms, with fractions. */
  now: () => number;
  /** ms since 1970. */
  date: () => number;
}

export interface ExchangeOptions {
  outbox: Pick<Outbox, "begin" | "end">;
  levels: Pick<Levels, "of">;
  clock: Clock;
  correlation: string;
  from: SeenClient;
  /** The gateway's own window or command line, where that is who asks. */
  own: RowStart["client"];
  /** @returns ms since 1970 of a moment of the clock */
  at: (began: number) => number;
}

/** What a row is about. */
export interface About extends Pick<
  RowStart,
  "kind" | "direction" | "method" | "name" | "serverId"
> {
  /** Whose it is and how that talks, where it is not that of the client. */
  of?: Partial<Pick<RowStart, "client" | "era">>;
}

/** What belongs together: a request with all that is done and said on account of it. */
export class Exchange {
  readonly clock: Clock;
  readonly #options: ExchangeOptions;
  #session: Session;
  #answer: GivenAnswer | null = null;
  /** Rows that are only to be written where something fails. */
  #held: Row[] = [];
  #room = MAX_HELD_SIZE;
  #hasFailed = false;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.clock = options.clock;
    const session = sessionOf(options.from.client);
    this.#session = options.own ? { ...session, client: options.own } : session;
  }

  /** How much is recorded of it with this server. */
  levelOf(serverId: string | null): LogLevel {
    return this.#options.levels.of(this.#options.from.profileId, serverId);
  }

  begin({ of, name, ...about }: About, message: unknown, level: LogLevel): Row {
    const { at, correlation, from, outbox } = this.#options;
    const began = this.clock.now();
    const row: Row = {
      key: 0,
      start: {
        ...this.#session,
        ...about,
        ...of,
        name,
        correlation,
        at: thousandths(at(began)),
        profileId: from.profileId,
      },
      level,
      state: "held",
      request: { kind: "message", message },
      end: null,
      began,
      answer: () => this.#answer,
    };
    if (level !== "errors" || this.#hasFailed) outbox.begin(row);
    else if (this.#held.length < MAX_HELD && this.#hasRoom(row)) this.#held.push(row);
    return row;
  }

  end(row: Row, end: RowEnd): void {
    row.end = end;
    if (FAILED_OUTCOMES.includes(end.outcome)) {
      this.#hasFailed = true;
      // It ends after the others were forgotten.
      if (row.state === "held" && !this.#held.includes(row)) this.#held.push(row);
    }
    if (row.state !== "held") this.#options.outbox.end(row);
    this.#release();
  }

  /** Something that has no answer. */
  note(
    message: RpcNotification,
    direction: RowStart["direction"],
    serverId: string | null,
    of?: About["of"],
  ): void {
    const level = this.levelOf(serverId);
    if (level === "off" || (level === "errors" && this.#isOver && !this.#hasFailed)) return;
    const { method, params } = message;
    const about: About = {
      kind: "notification",
      direction,
      method,
      name: nameIn(params),
      serverId,
    };
    const row = this.begin({ ...about, ...(of && { of }) }, message, level);
    this.end(row, NO_ANSWER);
  }

  /** @param session where it became known only now */
  answered(answer: GivenAnswer | null, session: Session | undefined): void {
    this.#answer = answer;
    this.#session = session ?? this.#session;
  }

  /** Nothing more is expected of it. */
  over(): void {
    this.#isOver = true;
    this.#release();
  }

  /** A row turns out to be about something of which no more than this is recorded. */
  lower(row: Row, level: LogLevel): void {
    const before = row.level;
    row.level = lesser(before, level);
    if (row.level === before || row.state !== "queued") return;
    if (row.level === "off") row.state = "over";
    if (row.level !== "errors" || this.#hasFailed) return;
    row.state = "held";
    this.#held.push(row);
  }

  /** Requests are there as long as the exchange goes on; what has no answer, or is asked back, adds up. */
  #hasRoom({ start, request }: Row): boolean {
    if (start.kind === "request" || start.kind === "upstream") return true;
    this.#room -= sizeUpTo(request, this.#room);
    return this.#room > 0;
  }

  /** What was held is written, or forgotten. */
  #release(): void {
    if (!this.#hasFailed && !this.#isOver) return;
    for (const row of this.#held.splice(0)) if (this.#hasFailed) this.#options.outbox.begin(row);
  }
}

export type Session = Pick<RowStart, "sessionId" | "client" | "era">;

/** What rows tell of a client. */
export function sessionOf(client: TrafficClient | null): Session {
  if (client === null) return { sessionId: null, client: null, era: null };
  const { name, version } = client.info;
  return {
    sessionId: client.era === "legacy" ? sessionName(client.sessionId) : client.sessionId,
    client:
      typeof name === "string"
        ? { name, version: typeof version === "string" ? version : null }
        : null,
    era: client.era,
  };
}

/**
 * Tells a session from others. Who knows its id can act in it where clients need no token, so that
 * is in no log.
 */
export const sessionName = (id: string): string => hash("sha256", id).slice(0, 16);

/** Of a number of ms, as exact as there is any use in. */
export const thousandths = (ms: number): number => Math.round(ms * 1000) / 1000;

/** What comes of something that has no answer. */
export const NO_ANSWER: RowEnd = {
  outcome: "ok",
  durationMs: null,
  waitedMs: null,
  headMs: null,
  httpStatus: null,
  error: null,
  response: null,
};
