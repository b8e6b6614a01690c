import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseLogQuery } from "./log-query-parser.ts";
import {
  exportedFilter,
  formatLogTerm,
  LOG_KEYS,
  LOG_NAME_KEYS,
  type LogCondition,
  outcomesOf,
  replaceLogTerm,
} from "./log-query.ts";

const NOW = new Date(2026, 10, 22, 9, 30).getTime();

const conditionsOf = (text: string) => {
  const { terms, problems } = parseLogQuery(text, NOW);
  expect(problems).toEqual([]);
  return terms.map(({ start: _start, end: _end, ...term }) => term);
};

const problemOf = (text: string) => {
  const { terms, problems } = parseLogQuery(text, NOW);
  expect(terms).toEqual([]);
  expect(problems).toHaveLength(1);
  const [{ start, end, message } = { start: 0, end: 0, message: "" }] = problems;
  return [text.slice(start, end), message];
};

const name = (key: (typeof LOG_NAME_KEYS)[number], ...values: string[]) => ({
  type: "name",
  not: false,
  key,
  values,
});

const range = (key: string, from: number | null, to: number | null, isStrict = false) => ({
  type: "range",
  not: false,
  key,
  from,
  to,
  isStrict,
});

test("reads names, one of several values, quoted ones, and what is excluded", () => {
  expect(conditionsOf('profile:dev STATUS:Error,cancelled -client:"Claude \\"Code\\"",x*')).toEqual(
    [
      name("profile", "dev"),
      name("status", "error", "cancelled"),
      { ...name("client", 'Claude "Code"', "x*"), not: true },
    ],
  );
  expect(conditionsOf("http:404,5* kind:upstream era:modern pinned:yes")).toEqual([
    name("http", "404", "5*"),
    name("kind", "upstream"),
    name("era", "modern"),
    name("pinned", "yes"),
  ]);
});

test("reads ranges with their units", () => {
  expect(conditionsOf("duration:>500 duration:<=2s duration:100..500 duration:1..5s")).toEqual([
    range("duration", 500, null, true),
    range("duration", null, 2000),
    range("duration", 100, 500),
    range("duration", 1000, 5000),
  ]);
  expect(conditionsOf("size:>64kb size:..1.5MB size:10..")).toEqual([
    range("size", 65_536, null, true),
    range("size", null, 1_572_864),
    range("size", 10, null),
  ]);
});

test("a unit behind a blank is no word to be looked for", () => {
  const problemsOf = (text: string) => parseLogQuery(text, NOW).problems;
  const message = "Write it without the blank: size:>64kb.";
  expect(problemsOf("size:>64 kb")).toEqual([{ start: 9, end: 11, message }]);
  expect(problemsOf('size:>64kb mb duration:>5 kb size:>64 "kb" s')).toEqual([]);
});

test("reads times as local ones, as so long ago, and a time of day as the last one", () => {
  const at = (...parts: [number, number, number, number, number]) => new Date(...parts).getTime();
  expect(
    conditionsOf('after:2026-11-20 before:"2026-11-22 08:15" after:2026-11-22T08:15Z'),
  ).toEqual([
    range("time", at(2026, 10, 20, 0, 0), null),
    range("time", null, at(2026, 10, 22, 8, 15), true),
    range("time", Date.UTC(2026, 10, 22, 8, 15), null),
  ]);
  expect(conditionsOf("after:15m after:2h before:7d after:08:00 after:23:00")).toEqual([
    range("time", NOW - 900_000, null),
    range("time", NOW - 7_200_000, null),
    range("time", null, NOW - 604_800_000, true),
    range("time", at(2026, 10, 22, 8, 0), null),
    range("time", at(2026, 10, 21, 23, 0), null),
  ]);
});

test("reads words, phrases and parts", () => {
  const text = (words: string, not = false) => ({ type: "text", text: words, not });
  expect(conditionsOf('disk "two  words" -text:full 12:30 a,b contains:"x \\\\ \\"y"')).toEqual([
    text("disk"),
    text("two  words"),
    text("full", true),
    text("12:30"),
    text("a,b"),
    { type: "contains", text: 'x \\ "y', not: false },
  ]);
});

test("says what cannot be understood, where it is, and what may be meant", () => {
  expect(problemOf("statu:error")).toEqual([
    "statu",
    "There is no key “statu”. Is “status” meant? Put text with a colon in quotes.",
  ]);
  expect(problemOf("https://example.com")[1]).toContain("Put text with a colon in quotes.");
  expect(problemOf("xyzzy:x")[1]).not.toContain("meant");
  expect(problemOf("-status:ok,eror")).toEqual([
    "eror",
    "“status” is one of ok, error, tool_error, protocol_error, timed_out, cancelled, interrupted, running.",
  ]);
  expect(problemOf("profile:")).toEqual(["profile:", "A value is missing, as in profile:dev."]);
  expect(problemOf("tool:a,,b")[0]).toBe("tool:a,,b");
  expect(problemOf('text:"open')).toEqual(['"open', "The quotation mark is not closed."]);
  expect(problemOf('"one"two')).toEqual(["two", "A blank is missing after the quotation mark."]);
  expect(problemOf("duration:500")[1]).toMatch(/^Write it as in duration:>500/);
  expect(problemOf("duration:>1constructor")[0]).toBe(">1constructor");
  expect(problemOf("duration:5..1")[1]).toMatch(/greater/);
  expect(problemOf("size:>1parsec")[0]).toBe(">1parsec");
  expect(problemOf("after:2026-02-31")[0]).toBe("2026-02-31");
  expect(problemOf("after:25:00")[0]).toBe("25:00");
  expect(problemOf("http:abc")).toEqual(["abc", "Write it as in 404 or 5*."]);
  expect(problemOf("…")[1]).toMatch(/no letter or digit/);
  expect(problemOf("OR")[0]).toBe("OR");
  expect(problemOf("-NOT")[1]).toMatch(/no operators/);
});

test("what is an operator elsewhere is a word in quotes or in small letters", () => {
  expect(conditionsOf('"OR" not')).toMatchObject([{ text: "OR" }, { text: "not" }]);
  expect(formatLogTerm({ not: false, type: "text", text: "AND" })).toBe('"AND"');
});

test("a filter has so many terms, and a term so many values, and no more", () => {
  const { terms, problems } = parseLogQuery("a ".repeat(60), NOW);
  expect(terms).toHaveLength(50);
  expect(problems).toHaveLength(10);
  expect(problemOf(`tool:${"a,".repeat(50)}z`)[0]).toBe("z");
});

test("replaces and removes a term, and leaves the others as they are written", () => {
  const text = 'a  status:error "b  c"';
  const term = parseLogQuery(text, NOW).terms[1];
  expect(term && replaceLogTerm(text, term, "status:ok")).toBe('a status:ok "b  c"');
  expect(term && replaceLogTerm(text, term, "")).toBe('a "b  c"');
});

test("every value that is offered is understood, and every status means an outcome", () => {
  for (const { key, values, example } of LOG_KEYS) {
    for (const value of [...values, example]) conditionsOf(`${key}:${value}`);
  }
  const [{ values } = { values: [] }] = LOG_KEYS.filter(({ key }) => key === "status");
  for (const value of values) expect(outcomesOf(value)).not.toEqual([]);
  expect(outcomesOf("protocol_error")).toEqual(["error"]);
});

/** Bits that the language gives a meaning, and others. */
const PIECES =
  '" \\ : , - * .. > <= status tool text after duration size contains linked error 5m 12:30 2026-11-22 é 😀 a';
const piece = fc.constantFrom(" ", "\t", ...PIECES.split(" "));
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.array(piece).map((all) => all.join("")),
);

test("every text is read without an error, and each of its tokens is a term or has a problem", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { terms, problems } = parseLogQuery(text, NOW);
      const spans = [...terms, ...problems].sort((one, other) => one.start - other.start);
      let end = 0;
      for (const span of spans) {
        expect(span.start).toBeGreaterThanOrEqual(end);
        expect(span.end).toBeGreaterThan(span.start);
        end = span.end;
      }
      expect(end).toBeLessThanOrEqual(text.length);
      expect(spans.length > 0).toBe(text.trim() !== "");
      const between = terms.map((term, index) =>
        text.slice(terms[index - 1]?.end ?? 0, term.start),
      );
      const left = problems.length > 0 ? "" : [...between, text.slice(end)].join("").trim();
      expect(left).toBe("");
    }),
    { numRuns: 2000 },
  );
});

const words = fc.oneof(anyText, fc.string()).filter((text) => /[\p{L}\p{N}]/u.test(text));
const bound = fc.integer({ min: 0, max: 10_000_000 });
const condition: fc.Arbitrary<LogCondition> = fc.oneof(
  words.map((text) => ({ type: "text" as const, text })),
  anyText.filter((text) => text !== "").map((text) => ({ type: "contains" as const, text })),
  fc.record({
    type: fc.constant("name" as const),
    key: fc.constantFrom("profile", "server", "client", "tool", "session", "code", "linked"),
    values: fc.array(
      anyText.filter((text) => text !== ""),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  fc.record({
    type: fc.constant("name" as const),
    key: fc.constant("status" as const),
    values: fc.array(fc.constantFrom("ok", "error", "running"), { minLength: 1, maxLength: 3 }),
  }),
  fc
    .record({ key: fc.constantFrom("duration", "size"), one: bound, more: bound, form: fc.nat(4) })
    .map(({ key, one, more, form }) => ({
      type: "range" as const,
      key,
      from: form < 2 || form === 4 ? one : null,
      to: form > 1 ? one + more : null,
      isStrict: form === 0 || form === 2,
    })),
  fc
    .record({ at: fc.integer({ min: 0, max: 4e12 }), isAfter: fc.boolean() })
    .map(({ at, isAfter }) => ({
      type: "range" as const,
      key: "time" as const,
      from: isAfter ? at : null,
      to: isAfter ? null : at,
      isStrict: !isAfter,
    })),
);

test("terms that are written as text are read as the same", () => {
  const terms = fc.array(
    fc.record({ not: fc.boolean(), condition }).map(({ not, condition: one }) => ({ not, ...one })),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(terms, (all) => {
      expect(conditionsOf(all.map(formatLogTerm).join(" "))).toEqual(all);
    }),
    { numRuns: 2000 },
  );
});

test("a word that could be the unit of what stands before it is quoted", () => {
  expect(formatLogTerm({ type: "text", text: "m", not: false })).toBe('"m"');
  expect(formatLogTerm({ type: "text", text: "KB", not: true })).toBe('-"KB"');
});

test("a HAR holds what clients asked", () => {
  expect(exportedFilter("", "har")).toBe("kind:request");
  expect(exportedFilter("kind:upstream status:ok", "har")).toBe(
    "kind:upstream status:ok kind:request",
  );
  expect(exportedFilter("status:ok", "jsonl")).toBe("status:ok");
});
