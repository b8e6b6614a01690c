import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionData } from "./session-data.ts";
import type { Bench, MakeBackend } from "./test-kit.ts";
import { benchOf, HOUR, refusalOf, session, START } from "./test-kit.ts";

interface Entry {
  session: SessionData;
  slides: boolean;
  expiresAt: number;
}

/** What the store should hold, in the simplest words there are. */
class Model {
  now = START;
  readonly entries = new Map<string, Entry>();

  find(identity: string, id: string): Entry | undefined {
    return this.living().find(
      ({ session }) => session.sessionId === id && session.identity === identity,
    );
  }

  /** With tokens it is a sign-in, which does not end by itself. */
  slidingEnd({ tokens }: SessionData): number {
    return tokens === undefined ? this.now + 12 * HOUR : Infinity;
  }

  living(): Entry[] {
    return [...this.entries.values()].filter(({ expiresAt }) => expiresAt > this.now);
  }
}

type Step = (model: Model, bench: Bench) => Promise<void>;

const step = (name: string, run: Step): fc.AsyncCommand<Model, Bench> => ({
  check: () => true,
  run,
  toString: () => name,
});

const byAge = (a: SessionData, b: SessionData) =>
  a.createdAt - b.createdAt || (a.sessionId < b.sessionId ? -1 : 1);

/** A copy in which what is undefined is absent. */
const settled = (data: SessionData): SessionData => {
  const copy = structuredClone(data);
  for (const [name, value] of Object.entries(copy)) {
    if (value === undefined) Reflect.deleteProperty(copy, name);
  }
  return copy;
};

const create = (data: SessionData, ttl: number | undefined) =>
  step(`create ${JSON.stringify(data)} ttl ${ttl}`, async (model, { store }) => {
    const taken = model.living().some(({ session }) => session.sessionId === data.sessionId);
    expect(await refusalOf(store.createSession(data, ttl))).toBe(
      taken ? "session_exists" : "accepted",
    );
    if (taken) return;
    model.entries.set(data.sessionId, {
      session: settled(data),
      slides: ttl === undefined,
      expiresAt: ttl === undefined ? model.slidingEnd(data) : model.now + ttl * 1000,
    });
  });

const update = (identity: string, id: string, changes: Partial<SessionData>, ttl?: number) =>
  step(`update ${identity} ${id} ${JSON.stringify(changes)} ttl ${ttl}`, async (model, bench) => {
    const entry = model.find(identity, id);
    expect(await refusalOf(bench.store.updateSession(identity, id, changes, ttl))).toBe(
      entry ? "accepted" : "sign_in_not_found",
    );
    if (!entry) return;
    const before = entry.session;
    entry.session = settled({ ...before, ...changes });
    if (ttl !== undefined) {
      Object.assign(entry, { slides: false, expiresAt: model.now + ttl * 1000 });
    } else if (
      entry.slides &&
      (before.tokens === undefined) !== (entry.session.tokens === undefined)
    ) {
      entry.expiresAt = model.slidingEnd(entry.session);
    }
  });

const get = (identity: string, id: string) =>
  step(`get ${identity} ${id}`, async (model, { store }) => {
    const entry = model.find(identity, id);
    expect(await store.getSession(identity, id)).toStrictEqual(entry?.session ?? null);
    if (!entry?.slides) return;
    const renewed = model.slidingEnd(entry.session);
    // Renewals are written at most once a minute.
    if (renewed - entry.expiresAt >= 60_000) entry.expiresAt = renewed;
  });

const remove = (identity: string, id: string) =>
  step(`remove ${identity} ${id}`, async (model, { store }) => {
    await store.removeSession(identity, id);
    if (model.entries.get(id)?.session.identity === identity) model.entries.delete(id);
  });

const list = (identity: string) =>
  step(`list ${identity}`, async (model, { store }) => {
    const all = model.living().map(({ session }) => session);
    const own = all.filter((session) => session.identity === identity).sort(byAge);
    expect(await store.getIdentitySessionsData(identity)).toStrictEqual(own);
    expect(await store.getIdentityMcpSessions(identity)).toEqual(own.map((s) => s.sessionId));
    expect(new Set(await store.getAllSessionIds())).toEqual(new Set(all.map((s) => s.sessionId)));
  });

const cleanUp = () =>
  step("clean up", async (model, { store }) => {
    const expired = [...model.entries].filter(([, { expiresAt }]) => expiresAt <= model.now);
    expect(await store.cleanupExpiredSessions()).toBe(expired.length);
    for (const [id] of expired) model.entries.delete(id);
  });

const clear = () =>
  step("clear", async (model, { store }) => {
    await store.clearAll();
    model.entries.clear();
  });

/** The clock goes on, or is set back. */
const pass = (ms: number) =>
  step(`pass ${ms}`, async (model, bench) => {
    model.now += ms;
    bench.pass(ms);
  });

const ids = fc.constantFrom("a", "c:a");
const identities = fc.constantFrom("ada", "ada:c");
const ttls = fc.option(fc.constantFrom(1, 600, 3600), { nil: undefined, freq: 2 });
const text = fc.string({ unit: "binary", maxLength: 8 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const changes = fc.record(
  {
    active: fc.boolean(),
    serverName: optional(text),
    serverUrl: fc.constantFrom("https://a.example/", "https://a.example/?key=1", "https://u@b/"),
    clientId: optional(text),
    codeVerifier: optional(text),
    headers: optional(fc.dictionary(fc.stringMatching(/^[A-Z][a-z-]{0,5}$/), text, { maxKeys: 3 })),
    tokens: optional(
      fc.record(
        { access_token: text, token_type: text, expires_in: fc.nat(), extra: fc.array(text) },
        { requiredKeys: ["access_token", "token_type"], noNullPrototype: true },
      ),
    ),
    clientInformation: optional(fc.record({ client_id: text }, { noNullPrototype: true })),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const commands = fc.commands(
  [
    fc
      .tuple(ids, identities, changes, fc.nat(3), ttls)
      .map(([sessionId, identity, members, age, ttl]) =>
        create(session({ ...members, sessionId, identity, createdAt: START - age }), ttl),
      ),
    fc
      .tuple(identities, ids, changes, ttls)
      .map(([identity, id, members, ttl]) => update(identity, id, members, ttl)),
    fc.tuple(identities, ids).map(([identity, id]) => get(identity, id)),
    fc.tuple(identities, ids).map(([identity, id]) => remove(identity, id)),
    identities.map(list),
    fc
      .constantFrom(1, 1000, 59_999, 600_000, HOUR, 6 * HOUR, 12 * HOUR - 59_999, -1000, -HOUR)
      .map(pass),
    fc.constant(cleanUp()),
    fc.constant(clear()),
  ],
  { size: "+1" },
);

/** Any sequence of calls leaves a backend as it leaves the model. */
export const describeModel = (name: string, make: MakeBackend, runs: number): void => {
  describe(`${name} and its model`, () => {
    test("agree over any sequence of calls", { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const bench = await benchOf(make);
          try {
            await fc.asyncModelRun(() => ({ model: new Model(), real: bench }), sequence);
          } finally {
            await bench.close();
          }
        }),
        { numRuns: runs },
      );
      expect.hasAssertions();
    });
  });
};
