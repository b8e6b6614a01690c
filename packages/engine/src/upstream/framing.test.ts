import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequestId } from "../jsonrpc.ts";
import { LineReader, TopLevelIdScanner } from "./framing.ts";

interface Read {
  lines: string[];
  oversized: { bytes: number; id: RequestId | null | undefined }[];
}

function read(chunks: readonly Buffer[], maxBytes = 1000): Read {
  const result: Read = { lines: [], oversized: [] };
  const reader = new LineReader(maxBytes, {
    onLine: (line) => result.lines.push(line),
    onOversized: (bytes, id) => result.oversized.push({ bytes, id }),
  });
  for (const chunk of chunks) reader.push(chunk);
  return result;
}

/** Cuts a text at every given place, in the middle of characters too. */
const cut = (text: string, places: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, at) => bytes.subarray(at === 0 ? 0 : ends[at - 1], end));
};

describe("lines of a byte stream", () => {
  it("come out whole however the stream is cut", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .map((text) => text.replaceAll(/[\r\n]/g, "").trim());
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.constantFrom("\n", "\r\n"),
        (lines, places, ending) => {
          const text = lines.map((one) => one + ending).join("");
          expect(read(cut(text, places)).lines).toEqual(lines.filter((one) => one !== ""));
        },
      ),
    );
  });

  it("gives nothing of an unfinished line", () => {
    expect(read([Buffer.from("half")])).toEqual({ lines: [], oversized: [] });
  });

  it.each([
    ["first", { jsonrpc: "2.0", id: 7, result: { text: "x".repeat(2000) } }, 7],
    ["last", { result: { text: "x".repeat(2000), id: 99 }, jsonrpc: "2.0", id: 8 }, 8],
    ["a text", { result: { text: "x".repeat(2000) }, id: "abc" }, "abc"],
    ["only below", { result: { id: 5, text: "x".repeat(2000) } }, null],
    ["in a text", { method: "m", params: { text: `"id":3,${"x".repeat(2000)}` } }, null],
    ["of no object", "x".repeat(2000), undefined],
    ["of a batch", [{ id: 1, text: "x".repeat(2000) }], undefined],
  ])("over the limit is thrown away, but its id is found: %s", (_, message, id) => {
    const text = `${JSON.stringify(message)}\n{"after":true}\n`;
    const { lines, oversized } = read(cut(text, [1, 10, 1500]));
    expect(oversized).toEqual([{ bytes: Buffer.byteLength(JSON.stringify(message)), id }]);
    expect(lines).toEqual(['{"after":true}']);
  });

  it("finds the id that a JSON parser finds", () => {
    const id = fc.oneof(
      fc.integer(),
      fc.string({ unit: "grapheme-ascii", maxLength: 40 }).filter((text) => !/["\\]/.test(text)),
    );
    const message = fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), id, fc.boolean());
    fc.assert(
      fc.property(
        message,
        fc.array(fc.nat(), { maxLength: 10 }),
        ([rest, value, idFirst], places) => {
          const { id: _, ...others } = rest;
          const text = JSON.stringify(
            idFirst ? { id: value, ...others } : { ...others, id: value },
          );
          const scanner = new TopLevelIdScanner();
          for (const chunk of cut(text, places)) scanner.push(chunk);
          expect(scanner.id).toBe(value);
        },
      ),
    );
  });

  it("costs memory like its bytes, not like their pieces", () => {
    const reader = new LineReader(10_000_000, { onLine: () => {}, onOversized: () => {} });
    const before = process.memoryUsage();
    for (let at = 0; at < 1_000_000; at += 1) reader.push(Buffer.from("x"));
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(50_000_000);
    reader.push(Buffer.from("\n"));
  });
});
