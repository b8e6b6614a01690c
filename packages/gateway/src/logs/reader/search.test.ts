import {
  formatLogTerm,
  LOG_NAME_KEYS,
  type LogNameKey,
  type LogTerm,
  outcomesOf,
  parseLogQuery,
} from "@local-mcp/contract";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { BegunEntry, EntryBody } from "../entries.ts";
import { bodyOf } from "../writer/log-store.fixture.ts";
import { countMatches, pageOf } from "./pages.ts";
import { NOW, ReaderStage, WAITING } from "./reader.fixture.ts";
import { Search } from "./search.ts";

const WORDS = ["alpha", "beta", "gamma", "alphabet", "delta9"];
const said = fc.array(fc.constantFrom(...WORDS), { maxLength: 6 });

const end = fc.record({
  outcome: fc.constantFrom("ok", "tool_error", "error", "cancelled", "timed_out"),
  durationMs: fc.constantFrom(1, 99.5, 100, 500, 2000, null),
  httpStatus: fc.constantFrom(200, 404, 500, null),
  code: fc.constantFrom("server_timeout", "tool_error", null),
  said,
});

const row = fc.record({
  kind: fc.constantFrom("request", "upstream", "question", "notification"),
  profile: fc.constantFrom(0, 1, null),
  server: fc.constantFrom(0, 1, null),
  sessionId: fc.constantFrom("3fa8", "3fb1", null),
  client: fc.constantFrom(
    { name: "Claude Code", version: "1.0" },
    { name: "Cursor", version: null },
    null,
  ),
  era: fc.constantFrom("legacy", "modern", null),
  method: fc.constantFrom("tools/call", "tools/list"),
  name: fc.constantFrom("create_issue", "create_file", "search", null),
  correlation: fc.constantFrom("c1", "c2", "c3"),
  ago: fc.nat(100),
  said,
  end: fc.option(end),
  hasContents: fc.boolean(),
  pinned: fc.boolean(),
  note: fc.boolean(),
});
type Drawn = typeof row extends fc.Arbitrary<infer One> ? One : never;

const VALUES: Record<LogNameKey, string[]> = {
  profile: ["dev", "WORK", "team", "t*", "*", "other"],
  server: ["files", "Disk", "git*", "git-hub", "*"],
  method: ["tools/call", "tools/*"],
  tool: ["create_*", "search", "*"],
  client: ['"Claude Code"', "cur*", "1.0"],
  session: ["3fa8", "3f*"],
  status: ["ok", "error", "tool_error", "protocol_error", "running", "timed_out", "cancelled"],
  kind: ["request", "upstream", "question", "notification"],
  era: ["legacy", "modern"],
  http: ["404", "4*", "20*"],
  code: ["server_timeout", "tool*"],
  linked: ["c1", "c3"],
  pinned: ["yes", "no"],
  note: ["yes"],
};
const OTHERS =
  "duration:>100 duration:>=100 duration:99..500 duration:<2s size:>130 size:<=120 after:50s before:50s before:1h alpha alpha* text:GAMMA text beta contains:lph contains:TA9"
    .split(" ")
    .concat('"alpha beta"', 'contains:"a beta"');
const nameTerm = fc
  .constantFrom(...LOG_NAME_KEYS)
  .chain((key) =>
    fc
      .array(fc.constantFrom(...VALUES[key]), { minLength: 1, maxLength: 2 })
      .map((values) => `${key}:${values.join(",")}`),
  );
const filters = fc
  .array(fc.tuple(fc.boolean(), fc.oneof(nameTerm, fc.constantFrom(...OTHERS))), { maxLength: 3 })
  .map((terms) => terms.map(([not, term]) => `${not ? "-" : ""}${term}`).join(" "));

/** A row as it was written, with all the names that its profile and server have had. */
interface Known extends BegunEntry {
  id: number;
  profiles: string[];
  servers: string[];
  pinned: boolean;
  note: boolean;
}

/** The store writes rows, of which half are older than the new names of a profile and a server. */
function written(stage: ReaderStage, rows: readonly Drawn[]): Known[] {
  const half = Math.floor(rows.length / 2);
  const older = rows.slice(0, half).map((one) => knownOf(stage, one, false));
  stage.write(older);
  stage.rename();
  const newer = rows.slice(half).map((one) => knownOf(stage, one, true));
  stage.write(newer);
  const known = [...older, ...newer].map((one, index) => ({ ...one, id: index + 1 }));
  for (const { id, pinned, note } of known) {
    if (pinned || note) stage.store.mark({ id, pinned, note: note ? "seen" : null });
  }
  return known;
}

function knownOf(stage: ReaderStage, drawn: Drawn, isRenamed: boolean): Omit<Known, "id"> {
  const { profile, server, pinned, note, end: ended, ago, said: words, ...given } = drawn;
  const body = (message: object): EntryBody => {
    const text = JSON.stringify(message);
    return { text: given.hasContents ? text : null, bytes: text.length };
  };
  const entry = stage.entry({
    ...given,
    profileId: profile === null ? null : (stage.profiles[profile] ?? null),
    serverId: server === null ? null : (stage.servers[server] ?? null),
    at: NOW - ago * 1000 + 0.5,
    request: body({ method: "x", text: words.join(" ") }),
  });
  entry.ended =
    ended &&
    stage.end({
      ...ended,
      key: entry.key,
      error: ended.code === null ? null : { code: ended.code, message: "It failed." },
      response: body({ text: ended.said.join(" ") }),
    });
  return { ...entry, pinned, note, ...namesOf(drawn, isRenamed) };
}

/** Of the first ones a former name is known only to rows that are older than the new one. */
function namesOf({ profile, server }: Drawn, isRenamed: boolean) {
  const former = (name: string): string[] => (isRenamed ? [] : [name]);
  const profiles = [[...former("dev"), "work"], ["team"]];
  const servers = [[...former("files"), "disk"], ["git-hub"]];
  return {
    profiles: profile === null ? [] : (profiles[profile] ?? []),
    servers: server === null ? [] : (servers[server] ?? []),
  };
}

const fits = (wanted: string, name: string): boolean => {
  const [small, pattern] = [name.toLowerCase(), wanted.toLowerCase()];
  return pattern.endsWith("*") ? small.startsWith(pattern.slice(0, -1)) : small === pattern;
};

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** The same as the reader does, but on rows as they are. */
function holds(known: Known, term: LogTerm): boolean {
  const { ended, request } = known;
  const texts = [request?.text ?? "", ended?.response?.text ?? ""];
  if (term.type === "name") {
    return term.values.some((wanted) =>
      term.key === "status"
        ? outcomesOf(wanted).includes(ended?.outcome ?? "running")
        : valuesOf(known, term.key).some((name) => name !== null && fits(wanted, name)),
    );
  }
  if (term.type === "contains") {
    return texts.some((text) => text.toLowerCase().includes(term.text.toLowerCase()));
  }
  if (term.type === "text") {
    const words = wordsOf(term.text).join(" ");
    const all = ` ${texts.flatMap(wordsOf).join(" ")} `;
    return all.includes(` ${words}${term.text.endsWith("*") ? "" : " "}`);
  }
  const { key, from, to, isStrict } = term;
  const size = (request?.bytes ?? 0) + (ended?.response?.bytes ?? 0);
  const measured = { duration: ended?.durationMs ?? null, size, time: known.at }[key];
  if (measured === null) return false;
  if (isStrict && (measured === from || measured === to)) return false;
  return measured >= (from ?? -Infinity) && measured <= (to ?? Infinity);
}

function valuesOf(known: Known, key: LogNameKey): (string | null)[] {
  const { ended } = known;
  const values: Partial<Record<LogNameKey, (string | null)[]>> = {
    profile: [known.profileId, ...known.profiles],
    server: [known.serverId, ...known.servers],
    method: [known.method],
    tool: [known.name],
    client: [known.client?.name ?? null],
    session: [known.sessionId],
    code: [ended?.error?.code ?? null],
    http: [ended?.httpStatus?.toString() ?? null],
    linked: [known.correlation],
    kind: [known.kind],
    era: [known.era],
    pinned: [known.pinned ? "yes" : "no"],
    note: [known.note ? "yes" : "no"],
  };
  return values[key] ?? [];
}

const idsOf = ({ rows }: { rows: { id: number }[] }): number[] => rows.map(({ id }) => id);

test("whatever is asked for, what is found is what a plain filter finds, whole and in pages", async () => {
  const rows = fc.array(row, { minLength: 1, maxLength: 40 });
  const asked = fc.array(filters, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(rows, asked, fc.integer({ min: 1, max: 5 }), async (drawn, all, limit) => {
      using stage = new ReaderStage();
      const known = written(stage, drawn);
      for (const filter of all) {
        const { terms, problems } = parseLogQuery(filter, NOW);
        expect(problems).toEqual([]);
        const wanted = known
          .filter((one) => terms.every((term) => holds(one, term) !== term.not))
          .map(({ id }) => id);
        const ask = { filter, now: NOW };
        const page = (more: object) =>
          pageOf(stage.reading, { ...ask, limit: 500, ...more }, WAITING);

        expect([filter, idsOf(await page({}))]).toEqual([filter, wanted]);
        expect(await countMatches(stage.reading, ask, WAITING)).toEqual({
          matches: wanted.length,
          last: known.at(-1)?.id,
          searchedTo: null,
        });
        const middle = wanted[Math.floor(wanted.length / 2)] ?? 1;
        const before = wanted.filter((id) => id < middle);
        const after = wanted.filter((id) => id > middle);
        expect(await page({ before: middle, limit })).toMatchObject({
          rows: before.slice(-limit).map((id) => ({ id })),
          hasOlder: before.length > limit,
          hasNewer: before.length < wanted.length,
        });
        expect(await page({ after: middle, limit })).toMatchObject({
          rows: after.slice(0, limit).map((id) => ({ id })),
          hasOlder: after.length < wanted.length,
          hasNewer: after.length > limit,
        });
        expect(await page({ index: before.length, limit })).toMatchObject({
          rows: wanted.slice(before.length, before.length + limit).map((id) => ({ id })),
          hasNewer: before.length + limit < wanted.length,
        });
        const upTo = { ...ask, upTo: middle };
        expect(await countMatches(stage.reading, upTo, WAITING)).toMatchObject({
          matches: wanted.filter((id) => id <= middle).length,
        });
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);

test("words are found in every part of the index, alone and beside what else is asked for", async () => {
  using stage = new ReaderStage();
  const words = (id: number): string => [id % 2 ? "odd" : "even", id % 3 ? "" : "third"].join(" ");
  const rows = Array.from({ length: 10_400 }, (_, index) =>
    stage.entry({
      request: bodyOf(JSON.stringify({ text: words(index + 1) })),
      kind: index % 5 === 0 ? "upstream" : "request",
    }),
  );
  stage.write(rows);
  const counted = async (filter: string) => {
    const ask = { filter, now: NOW };
    const { matches } = await countMatches(stage.reading, ask, WAITING);
    const { rows: newest } = await pageOf(stage.reading, { ...ask, limit: 3 }, WAITING);
    const { rows: first } = await pageOf(stage.reading, { ...ask, index: 0, limit: 1 }, WAITING);
    return [matches, ...idsOf({ rows: [...first, ...newest] })];
  };
  expect(await counted("odd")).toEqual([5200, 1, 10_395, 10_397, 10_399]);
  expect(await counted("odd third")).toEqual([1733, 3, 10_383, 10_389, 10_395]);
  expect(await counted("-odd -third")).toEqual([3467, 2, 10_394, 10_396, 10_400]);
  expect(await counted("odd -third")).toEqual([3467, 1, 10_393, 10_397, 10_399]);
  expect(await counted("odd kind:upstream")).toEqual([1040, 1, 10_371, 10_381, 10_391]);
  expect(await counted("-odd kind:upstream")).toEqual([1040, 6, 10_376, 10_386, 10_396]);
  expect(await counted("contains:third kind:upstream")).toEqual([693, 6, 10_356, 10_371, 10_386]);
});

test("a search that is interrupted says how far it came, and goes on from there", async () => {
  using stage = new ReaderStage();
  stage.write(Array.from({ length: 3000 }, () => stage.entry()));
  const wanted = Array.from({ length: 3000 }, (_, index) => index + 1);
  for (const newestFirst of [true, false]) {
    const search = new Search(stage.reading, { filter: "contains:tools", now: NOW }, WAITING);
    const found: number[] = [];
    let range = { from: 0, to: Infinity };
    for (let turns = 0; turns < 100; turns += 1) {
      const walk = { ...range, newestFirst, budgetMs: -1 };
      const searchedTo = await search.walk(walk, (db, { sql, values }) => {
        const ids = db
          .prepare<unknown[], number>(`SELECT id FROM debug_log_facts f WHERE ${sql} ORDER BY id`)
          .pluck()
          .all(...values);
        found.push(...ids);
        return true;
      });
      if (searchedTo === null) break;
      range = newestFirst ? { ...range, to: searchedTo - 1 } : { ...range, from: searchedTo + 1 };
    }
    expect(found.length).toBe(3000);
    expect(found.sort((one, other) => one - other)).toEqual(wanted);
  }
});

test("words are found however many rows match what else is asked for", async () => {
  using stage = new ReaderStage();
  const rows = Array.from({ length: 12_000 }, (_, at) => {
    const entry = stage.entry({
      request: bodyOf(`{"text":"${at % 2 === 0 ? "even" : "odd"}"}`),
      method: at % 6 === 0 ? "tools/list" : "tools/call",
      name: at % 300 === 0 ? "seldom" : "often",
    });
    entry.ended = stage.end({ key: entry.key, durationMs: at % 3 === 0 ? 1000 : 1 });
    return entry;
  });
  stage.write(rows);
  const count = async (filter: string) =>
    (await countMatches(stage.reading, { filter, now: NOW }, WAITING)).matches;
  const found = async (filter: string) => [
    await count(`${filter} even`),
    await count(`${filter} -even`),
  ];
  expect(await found("")).toEqual([6000, 6000]);
  expect(await found("tool:often")).toEqual([5960, 6000]);
  expect(await found("duration:>500")).toEqual([2000, 2000]);
  expect(await found("method:tools/list")).toEqual([2000, 0]);
  expect(await found("tool:seldom")).toEqual([40, 0]);
  expect(await found("tool:none")).toEqual([0, 0]);
});

test("what a page has counted is told of no other rows and of nothing else", async () => {
  using stage = new ReaderStage();
  for (const name of ["greet", "greet", "wave"]) stage.add({ name });
  const page = (filter: string, limit: number) =>
    pageOf(stage.reading, { filter, now: NOW, limit }, WAITING);
  const count = async (filter: string) =>
    (await countMatches(stage.reading, { filter, now: NOW }, WAITING)).matches;
  await page("tool:greet", 10);
  expect([await count("tool:greet"), await count("tool:wave"), await count("")]).toEqual([2, 1, 3]);
  await page("tool:greet", 10);
  stage.add({ name: "greet" });
  expect(await count("tool:greet")).toBe(3);
  await page("tool:greet", 2);
  expect(await count("tool:greet")).toBe(3);
  await page("tool:greet", 10);
  stage.store.mark({ id: 1, pinned: true });
  await page("pinned:yes", 10);
  expect([await count("pinned:yes"), await count("pinned:no")]).toEqual([1, 3]);
});

test("any part of a message is found as it is shown, and as it is in JSON", async () => {
  using stage = new ReaderStage();
  const said = 'In C:\\Users\\me he says "hi"\nand goes';
  const id = stage.ended({}, { response: JSON.stringify({ text: said }) });
  stage.add();
  const found = async (text: string, not = false) => {
    const filter = formatLogTerm({ type: "contains", text, not });
    return idsOf(await pageOf(stage.reading, { filter, now: NOW, limit: 10 }, WAITING));
  };
  for (const part of ["c:\\users\\ME", 'says "hi"', '"\nand', JSON.stringify(said)]) {
    expect([part, await found(part)]).toEqual([part, [id]]);
    expect([part, await found(part, true)]).toEqual([part, [id + 1]]);
  }
});

test("what is looked for says nothing to SQLite, and words are words of what was said", async () => {
  using stage = new ReaderStage();
  const id = stage.ended(
    { request: bodyOf(JSON.stringify({ text: 'NEAR(a" OR x) 50%_ line\nbreak' })) },
    { response: '{"text":"caf\\u00e9 ÜBER"}' },
  );
  stage.add({ request: bodyOf("{}") });
  const found = async (filter: string) =>
    idsOf(await pageOf(stage.reading, { filter, now: NOW, limit: 10 }, WAITING));
  expect(await found('"NEAR(a\\" OR x)"')).toEqual([id]);
  expect(await found("text:near(a")).toEqual([id]);
  expect(await found('contains:"50%_"')).toEqual([id]);
  expect(await found("contains:50_%")).toEqual([]);
  expect(await found("break")).toEqual([id]);
  expect(await found("nbreak")).toEqual([]);
  expect(await found("café über")).toEqual([id]);
  expect(await found("words:x")).toEqual(await found(""));
  expect(await found('"a) OR words:b"')).toEqual([]);
  expect(await found("tool:%")).toEqual([]);
  expect(await found('linked:"\') OR 1=1 --"')).toEqual([]);
});

test("without a file everything is empty, and none is made", async () => {
  using stage = new ReaderStage();
  const ask = { filter: "status:error alpha contains:x", now: NOW };
  expect(await pageOf(stage.reading, { ...ask, limit: 10 }, WAITING)).toEqual({
    rows: [],
    hasOlder: false,
    hasNewer: false,
    searchedTo: null,
  });
  expect(await countMatches(stage.reading, ask, WAITING)).toEqual({
    matches: 0,
    last: 0,
    searchedTo: null,
  });
  expect(stage.isThere()).toBe(false);
  stage.add();
  const found = await pageOf(stage.reading, { filter: "", now: NOW, limit: 10 }, WAITING);
  expect(found.rows).toHaveLength(1);
});
