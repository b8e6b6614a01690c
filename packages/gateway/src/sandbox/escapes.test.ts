import { afterAll, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

/** What never ends needs no long deadline, and everything else no short one. */
const hasty = new Sandbox({ deadlineMs: 300 });
const patient = new Sandbox({ deadlineMs: 20_000 });
afterAll(() => Promise.all([hasty.close(), patient.close()]));

/** What came of it, as one text: an error's code and sentence, or what was rendered. */
const said = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    (outcome) => JSON.stringify(outcome),
    (error: unknown) =>
      error instanceof Error && "code" in error
        ? `${String(error.code)}: ${error.message}`
        : `failed: ${String(error)}`,
  );

const loops = (deep: number): string =>
  "{% for i in range(99999) %}".repeat(deep) + "{% endfor %}".repeat(deep);

const growing = (begin: string, step: string): string =>
  `{% set ns = namespace(v=${begin}) %}{% for i in range(99) %}{% set ns.v = ${step} %}{% endfor %}{{ ns.v }}`;

const NOTHING_TO_READ = "is nothing that a template can read";
const TOO_LONG = "more than 1 MiB of text";
const TOO_BIG = "sandbox_too_big";
const TOO_SLOW = "sandbox_too_slow";
const TOO_DEEP = "nested too deeply, or calls itself without end";
const ALONE = "A template stands alone";

const sandboxFor = (outcome: string): Sandbox => (outcome === TOO_SLOW ? hasty : patient);

/** Ways out of plain data, and ways to take all time and memory; and what comes of each. */
const TEMPLATES: [name: string, template: string, outcome: string][] = [
  ["__proto__", "{{ __proto__ }}", NOTHING_TO_READ],
  ["__proto__ of a text", "{{ long.__proto__ }}", NOTHING_TO_READ],
  ["__proto__ in brackets", "{{ long['__proto__'] }}", NOTHING_TO_READ],
  ["__proto__ that is set", "{% set __proto__ = 1 %}", NOTHING_TO_READ],
  ["prototype", "{{ range.prototype }}", NOTHING_TO_READ],
  ["constructor of a text", '{{ "".constructor }}', NOTHING_TO_READ],
  ["constructor of a method", "{{ long.replace.constructor }}", NOTHING_TO_READ],
  [
    "code from a constructor",
    "{{ ({}).constructor.constructor('return process')() }}",
    NOTHING_TO_READ,
  ],
  [
    "names that are put together",
    "{{ {}['__pro' ~ 'to__'] }}{{ long['const' ~ 'ructor'] }}{{ range['proto' ~ 'type'] }}.",
    '"text":"."',
  ],
  ["fields by map", "{{ [{}] | map(attribute='__proto__.x') | list }}", "[undefined]"],
  ["what JavaScript has", "{{ process }}{{ globalThis }}{{ require }}{{ self }}.", '"text":"."'],
  ["a namespace of such names", "{{ namespace(**{'constructor': 1}) }}", '"constructor\\": 1'],
  ["include", "{% include 'file:///etc/passwd' %}", ALONE],
  ["import", "{% import 'x' as x %}", ALONE],
  ["from", "{% from 'x' import y %}", ALONE],
  ["extends", "{% extends 'x' %}", ALONE],
  ["a long range", "{{ range(100000000) }}", "range() makes 100000 numbers"],
  ["a fine range", "{{ range(0, 1, 0.0000000001) }}", "range() makes 100000 numbers"],
  ["a range that goes nowhere", "{{ range(0, 9, 0) }}", "a step other than 0"],
  ["nested loops", loops(3), TOO_SLOW],
  ["a text that doubles", growing("long", "ns.v ~ ns.v"), TOO_LONG],
  ["a list that doubles", growing("[1]", "ns.v + ns.v"), TOO_BIG],
  ["a list that holds itself twice, and so on", growing("[1]", "[ns.v, ns.v]"), TOO_BIG],
  ["a loop that writes much", "{% for i in range(99999) %}{{ long }}{% endfor %}", TOO_LONG],
  ["a text times a number", "{{ 'a' * 100000000 }}", 'Unknown operator \\"*\\"'],
  ["a wide indent", "{{ 'a\\nb' | indent(900000000) }}", TOO_BIG],
  ["a wide tojson", "{{ [1] | tojson(indent=900000000) }}", TOO_BIG],
  ["a long separator", "{{ range(99999) | join(long) }}", TOO_BIG],
  ["replacing nothing by much", "{{ long.replace('', long) }}", TOO_BIG],
  ["a high power", "{{ 10 ** 999 }}", "not a finite real number"],
  [
    "tojson of a circle",
    "{% set ns = namespace() %}{% set ns.own = ns %}{{ ns | tojson }}",
    TOO_DEEP,
  ],
  ["many brackets", `{{ ${"(".repeat(99_999)} }}`, TOO_DEEP],
  ["a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "error"],
  [
    "macros that call each other twice",
    "{% macro m() %}{{ n() }}{{ n() }}{% endmacro %}{% macro n() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "error",
  ],
];

describe("a template that reaches too far is stopped, and the next one is rendered", () => {
  it.each(TEMPLATES)("%s", async (_name, template, outcome) => {
    const sandbox = sandboxFor(outcome);
    const values = { long: "x".repeat(500_000) };
    expect(await said(sandbox.text(template, values))).toContain(outcome);
    const after = await sandbox.render("{{ name }} is well", { name: "Ann" });
    expect(after).toEqual({ messages: [{ role: "user", text: "Ann is well" }] });
  });
});

/** Small in memory, and a trillion items long. */
const twice = `@${" | [@,@]".repeat(40)}`;

/** Of a filter, each with what it is given. */
const FILTERS: [name: string, expression: string, value: unknown, outcome: string][] = [
  ["a wide pad", "pad_left(@, `900000000`)", "a", TOO_BIG],
  ["a count of replacements", "replace(@, 'a', 'b', `900000000`)", "a", TOO_BIG],
  ["replacing by much", "replace(@, 'x', @)", "x".repeat(99_999), TOO_BIG],
  ["a long separator", "join(@, split(@, ''))", "x".repeat(300_000), TOO_BIG],
  ["a list that doubles", `@${" | [@,@]".repeat(60)}`, 1, TOO_BIG],
  ["a flat list that doubles", `@${" | [@,@][]".repeat(60)}`, [1], TOO_BIG],
  ["a text of a list that doubles", `to_string(@${" | [@,@]".repeat(60)})`, 1, TOO_BIG],
  ["what cannot be compared", `[${twice}, ${twice}] | [0] == [1]`, 1, TOO_SLOW],
  ["constructor", "constructor", {}, "null"],
  ["constructor of the prototype", "__proto__.constructor", {}, "null"],
  ["a value that is deep", "@", JSON.parse(`${"[".repeat(99_999)}${"]".repeat(99_999)}`), TOO_BIG],
  ["a value that is big", "@", "x".repeat(5_000_000), TOO_BIG],
];

describe("a filter that reaches too far is stopped, and the next one works", () => {
  it.each(FILTERS)("%s", async (_name, expression, value, outcome) => {
    const sandbox = sandboxFor(outcome);
    expect(await said(sandbox.filter(expression, value))).toContain(outcome);
    expect(await sandbox.filter("a", { a: 1 })).toBe(1);
  });
});

/** Of a schema, each with what it is to judge. */
const SCHEMAS: [name: string, schema: Record<string, unknown>, value: unknown, outcome: string][] =
  [
    ["a slow pattern", { pattern: "^(a+)+$" }, `${"a".repeat(40)}b`, TOO_SLOW],
    ["itself", { $ref: "#" }, 1, "refers to itself without end"],
    ["another address", { $ref: "http://127.0.0.1/schema" }, 1, "Unresolved $ref"],
    ["many ways that all fail", { $ref: "#/$defs/s0", $defs: ways(40) }, 1, TOO_SLOW],
  ];

/** Each goes on with the next in two ways. */
function ways(count: number): Record<string, unknown> {
  const next = (index: number) => ({ $ref: `#/$defs/s${index + 1}` });
  const all = Array.from({ length: count }, (_, index) => [
    `s${index}`,
    { anyOf: [next(index), next(index)] },
  ]);
  return { ...Object.fromEntries(all), [`s${count}`]: { type: "string" } };
}

describe("a schema that reaches too far is stopped, and the next one works", () => {
  it.each(SCHEMAS)("%s", async (_name, schema, value, outcome) => {
    const sandbox = sandboxFor(outcome);
    expect(await said(sandbox.validate(schema, value))).toContain(outcome);
    expect(await sandbox.validate({ type: "number" }, 1)).toEqual({ valid: true, problems: [] });
  });
});
