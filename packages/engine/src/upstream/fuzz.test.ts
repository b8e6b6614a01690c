import { Readable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify, type RequestId } from "../jsonrpc.ts";
import {
  checkParameterHeaders,
  checkRoutingHeaders,
  decodeHeaderValue,
  encodeHeaderValue,
} from "../protocol-headers.ts";
import { LineReader } from "./framing.ts";
import { readEvents, StreamPosition, TooLargeError } from "./http-exchange.ts";
import { parseJson } from "./parse-json.ts";
import { TimeBudget } from "./time-budget.ts";
import { HEADER_VALUES, MESSAGES, STREAMS } from "./traffic.fixture.ts";

/**
 * Damages traffic as it is seen and feeds it to what reads bytes of other people. FUZZ_SECONDS says
 * how long all of it may take; FUZZ_SEED repeats a run.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 2);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const PROPERTIES = 8;
const TEST_TIMEOUT_MS = SECONDS * 1000 + 60_000;
process.stdout.write(`fuzz: seed ${SEED}, ${SECONDS} s\n`);

const AS_LONG_AS_ASKED = {
  seed: SEED,
  numRuns: 100_000_000,
  interruptAfterTimeLimit: (SECONDS * 1000) / PROPERTIES,
} as const;

/** Ways to damage bytes at a place: what is before it, what after it, and two numbers to use. */
const DAMAGES: ((before: Buffer, after: Buffer, byte: Buffer, length: number) => Buffer[])[] = [
  (before, after, byte) => [before, byte, after.subarray(1)],
  (before, after, byte) => [before, byte, after],
  (before, after, _, length) => [before, after.subarray(length)],
  (before, after, _, length) => [before, after.subarray(0, length), after],
  (before) => [before],
];
const change = fc.record({
  apply: fc.constantFrom(...DAMAGES),
  at: fc.nat(),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('\r\n"\\{}[]:, \0?='))),
  length: fc.nat(60),
});

const damaged = (
  bytes: Buffer,
  { apply, at, byte, length }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): Buffer => {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  return Buffer.concat(apply(before, after, Buffer.of(byte), length));
};

const damage = (texts: readonly string[], encoding: "utf8" | "latin1" = "utf8") =>
  fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 6 }))
    .map(([text, changes]) => changes.reduce(damaged, Buffer.from(text, encoding)));

const places = fc.array(fc.nat(), { maxLength: 12 });

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = at.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

interface Lines {
  lines: string[];
  oversized: [number, RequestId | null | undefined][];
}

function readLines(chunks: readonly Buffer[], maxBytes: number): Lines {
  const read: Lines = { lines: [], oversized: [] };
  const reader = new LineReader(maxBytes, {
    onLine: (line) => read.lines.push(line),
    onOversized: (bytes, id) => read.oversized.push([bytes, id]),
  });
  for (const chunk of chunks) reader.push(chunk);
  return read;
}

const STDIO_BYTES = damage([...MESSAGES, MESSAGES.map((message) => `${message}\n`).join("")]);
const LIMIT = fc.constantFrom(50, 200, 10_000);
const NEWLINE = Buffer.from("\n");

describe("damaged lines", () => {
  it("are read the same however they are cut", { timeout: TEST_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(STDIO_BYTES, places, LIMIT, (bytes, at, limit) => {
        expect(readLines(cut(bytes, at), limit)).toEqual(readLines([bytes], limit));
      }),
      AS_LONG_AS_ASKED,
    );
  });

  it("never hide the message after them", { timeout: TEST_TIMEOUT_MS }, () => {
    const next = fc.constantFrom(...MESSAGES);
    fc.assert(
      fc.property(
        STDIO_BYTES,
        next,
        places,
        fc.constantFrom(500, 10_000),
        (bytes, message, at, limit) => {
          fc.pre(Buffer.byteLength(message) <= limit);
          const all = Buffer.concat([bytes, NEWLINE, Buffer.from(message), NEWLINE]);
          expect(readLines(cut(all, at), limit).lines.at(-1)).toBe(message);
        },
      ),
      AS_LONG_AS_ASKED,
    );
  });

  it("stay within the limit, and are messages or none", { timeout: TEST_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(STDIO_BYTES, places, LIMIT, (bytes, at, limit) => {
        const { lines, oversized } = readLines(cut(bytes, at), limit);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(limit);
          expect(classify(parseJson(line)).kind).toMatch(
            /^(request|notification|response|malformed)$/,
          );
        }
        for (const [size] of oversized) expect(size).toBeGreaterThan(limit);
      }),
      AS_LONG_AS_ASKED,
    );
  });
});

interface Events {
  events: unknown[];
  position: StreamPosition;
  isTooLarge: boolean;
}

async function readStream(chunks: readonly Buffer[], maxBytes = 1_000_000): Promise<Events> {
  const events: unknown[] = [];
  const position = new StreamPosition();
  const budget = new TimeBudget({ burstMs: 1000, share: 1 });
  const onEvent = (event: unknown) => {
    events.push(event);
    return "other" as const;
  };
  // By bytes, as sockets give them, and without empty ones.
  const source = Readable.from(
    chunks.filter((chunk) => chunk.length > 0),
    { objectMode: false },
  );
  try {
    await readEvents(source, { maxBytes, budget, position, onEvent });
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { events, position, isTooLarge: true };
  }
  return { events, position, isTooLarge: false };
}

describe("damaged streams of events", () => {
  it("are read the same however they are cut", { timeout: TEST_TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(damage(STREAMS), places, async (bytes, at) => {
        expect(await readStream(cut(bytes, at))).toEqual(await readStream([bytes]));
      }),
      AS_LONG_AS_ASKED,
    );
  });

  it("never hide the event after them", { timeout: TEST_TIMEOUT_MS }, async () => {
    const next = Buffer.from('\n\nid: last\ndata: {"a":1}\n\n');
    await fc.assert(
      fc.asyncProperty(damage(STREAMS), places, async (bytes, at) => {
        const { events, position } = await readStream(cut(Buffer.concat([bytes, next]), at));
        expect(events.at(-1)).toEqual({ id: "last", data: '{"a":1}' });
        expect(position.lastEventId).toBe("last");
        expect(position.retryMs ?? 0).toBeLessThanOrEqual(3_600_000);
      }),
      AS_LONG_AS_ASKED,
    );
  });

  it(
    "are given up where one event is too large, and only then",
    { timeout: TEST_TIMEOUT_MS },
    async () => {
      const size = fc.integer({ min: 0, max: 3000 });
      await fc.assert(
        fc.asyncProperty(
          damage(STREAMS),
          size,
          fc.integer({ min: 1, max: 200 }),
          async (bytes, length, step) => {
            const large = Buffer.from(`\n\ndata: ${"x".repeat(length)}\n\n`);
            const all = Buffer.concat([bytes, large]);
            const at = Array.from(
              { length: Math.ceil(all.length / step) },
              (_, index) => index * step,
            );
            const limit = 1000;
            const { isTooLarge } = await readStream(cut(all, at), limit);
            const longest = Math.max(
              ...all
                .toString()
                .split(/(?:\r\n|\r|\n){2}/)
                .map((one) => one.length),
            );
            expect(isTooLarge || length <= limit + step).toBe(true);
            expect(!isTooLarge || longest > limit).toBe(true);
          },
        ),
        AS_LONG_AS_ASKED,
      );
    },
  );
});

describe("damaged headers", () => {
  const header = damage(HEADER_VALUES, "latin1").map((bytes) => bytes.toString("latin1"));

  it("are decoded or refused, never more", { timeout: TEST_TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(header, (raw) => {
        const value = decodeHeaderValue(raw) ?? "";
        expect(decodeHeaderValue(encodeHeaderValue(value))).toBe(value);
      }),
      AS_LONG_AS_ASKED,
    );
  });

  it("agree with a message only where they say the same", { timeout: TEST_TIMEOUT_MS }, () => {
    const inputSchema = {
      type: "object",
      properties: { a: { type: "string", "x-mcp-header": "A" } },
    };
    const message = {
      method: "tools/call",
      params: {
        name: "us west 1",
        _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" },
      },
    };
    fc.assert(
      fc.property(header, fc.constantFrom(...HEADER_VALUES), (raw, value) => {
        const headers = {
          "mcp-param-a": raw,
          "mcp-name": raw,
          "mcp-method": "tools/call",
          "mcp-protocol-version": "2026-07-28",
        };
        const decoded = decodeHeaderValue(raw);
        const agrees = checkParameterHeaders(inputSchema, { a: value }, headers) === null;
        expect(agrees).toBe(decoded === value);
        expect(checkRoutingHeaders(message, headers) === null).toBe(decoded === "us west 1");
      }),
      AS_LONG_AS_ASKED,
    );
  });
});
