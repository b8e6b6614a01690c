import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutputRing } from "./output-ring.ts";

const linesOf = (...chunks: (string | Buffer)[]): string[] => {
  const ring = new OutputRing();
  for (const chunk of chunks) ring.push(Buffer.from(chunk));
  return ring.lines();
};

describe("the last output", () => {
  it("is the same lines however they were cut", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 30 })
      .map((text) => text.replaceAll(/[\r\n]/g, ""));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (lines, size) => {
          const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
          const ring = new OutputRing();
          for (let at = 0; at < bytes.length; at += size) ring.push(bytes.subarray(at, at + size));
          expect(ring.lines()).toEqual(lines.filter((one) => one.trim() !== ""));
        },
      ),
    );
  });

  it("shows a line that has only begun", () => {
    expect(linesOf("one\nPassword:")).toEqual(["one", "Password:"]);
  });

  it("is at most 200 lines, the newest", () => {
    const all = Array.from({ length: 1000 }, (_, at) => `line ${at}`);
    expect(linesOf(all.join("\n"))).toEqual(all.slice(-200));
    expect(linesOf(...all.map((one) => `${one}\n`))).toEqual(all.slice(-200));
  });

  it("cuts long lines", () => {
    expect(linesOf(`${"x".repeat(5000)}\nshort\n`)).toEqual(["x".repeat(2000), "short"]);
  });

  it("keeps the newest of a flood, and not more, however it comes", () => {
    const flood = Array.from({ length: 300_000 }, (_, at) => `${at}`).join("\n");
    const newest = Array.from({ length: 200 }, (_, at) => `${299_800 + at}`);
    expect(linesOf(flood)).toEqual(newest);
    const ring = new OutputRing();
    const bytes = Buffer.from(flood);
    for (let at = 0; at < bytes.length; at += 65_536) ring.push(bytes.subarray(at, at + 65_536));
    expect(ring.lines()).toEqual(newest);
  });

  it("of a line without end shows where its beginning is missing", () => {
    const ring = new OutputRing();
    for (let times = 0; times < 100; times += 1) ring.push(Buffer.alloc(10_000, "abcdefghij"));
    expect(ring.lines()).toHaveLength(1);
    expect(ring.lines()[0]).toMatch(/^…[a-j]{1999}$/);
  });

  it("shows no end of a secret whose beginning is missing", () => {
    const kept = 256 * 1024;
    const lines = linesOf(`${"x".repeat(9000)}${"S".repeat(4000)}${"y".repeat(kept - 2000)}`);
    expect(lines).toEqual([`…${"y".repeat(1999)}`]);
  });

  it("takes bytes that are no text", () => {
    expect(linesOf(Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x41, 0x0a]))).toEqual(["��", "\0A"]);
  });

  it("takes a line of ours between theirs, also when one of theirs has only begun", () => {
    const ring = new OutputRing();
    ring.push(Buffer.from("begun"));
    ring.line("ours");
    ring.push(Buffer.from("theirs\n"));
    expect(ring.lines()).toEqual(["begun", "ours", "theirs"]);
  });
});
