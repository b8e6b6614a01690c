import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditEntry, auditEntry, type AuditFilter } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStores, type Stores } from "../stores.ts";
import { Audit, type AuditOptions } from "./audit.ts";
import { type AuditActor, type AuditNote, GATEWAY } from "./note.ts";

const DAY_MS = 86_400_000;
const START = 1_000_000 * DAY_MS;

let directory: string;
let stores: Stores;
let said: string[];
beforeEach(() => {
  // Not the turns of the event loop, which reading and removing wait for.
  const toFake = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] as const;
  vi.useFakeTimers({ now: START, toFake: [...toFake] });
  directory = mkdtempSync(join(tmpdir(), "lmg-audit-"));
  stores = createStores(createDb({ path: join(directory, "x.db") }));
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
  stores.db.close();
  rmSync(directory, { recursive: true });
});

function start(options: Partial<AuditOptions> = {}) {
  const told: string[] = [];
  const audit = new Audit({
    store: stores.audit,
    events: { publish: ({ type }) => void told.push(type) },
    redact: (text) => text.replaceAll("hunter2", "[removed]"),
    keepDays: () => 365,
    log: {
      info: () => {},
      warn: () => {},
      error: (message, fields) => void said.push(JSON.stringify([message, fields])),
    },
    ...options,
  });
  const entries = (filter: AuditFilter = {}): AuditEntry[] =>
    audit.list({ ...filter, limit: 500 }).entries.toReversed();
  return { audit, told, entries };
}

const cursor: AuditActor = { kind: "token", name: "Cursor" };
const about = (name: string): AuditNote => ({
  action: "server.update",
  subject: { kind: "server", id: `id of ${name}`, name },
});
const refused: AuditNote = {
  action: "vault.unlock",
  subject: { kind: "vault", id: null, name: null },
  detail: { error: "vault_wrong_key" },
};

describe("an entry", () => {
  it("says who did what, when and how it went", () => {
    const { audit, entries } = start();
    audit.record(cursor, { ...about("one"), detail: { changed: ["title"], title: "A" } });
    vi.advanceTimersByTime(5);
    audit.refuse(GATEWAY, refused);
    expect(entries()).toEqual([
      {
        id: 1,
        at: START,
        actor: { kind: "token", name: "Cursor" },
        action: "server.update",
        outcome: "ok",
        subject: { kind: "server", id: "id of one", name: "one" },
        detail: { changed: ["title"], title: "A" },
      },
      {
        id: 2,
        at: START + 5,
        actor: { kind: "gateway", name: "gateway" },
        action: "vault.unlock",
        outcome: "failed",
        subject: { kind: "vault", id: null, name: null },
        detail: { error: "vault_wrong_key" },
      },
    ]);
  });

  it("holds no secret that is known, wherever a text of it has it", () => {
    const { audit } = start();
    const secret = "it is hunter2.";
    audit.record(
      // What somebody is called is told as it is: it is no secret, and must not be made one.
      { kind: "token", name: "Cursor" },
      {
        action: "server.update",
        subject: { kind: "server", id: "1", name: secret },
        detail: { [secret]: secret, list: ["a", secret], number: 1, none: null },
      },
    );
    const stored = JSON.stringify(stores.audit.page({}, null, 10));
    expect(stored).not.toContain("hunter2");
    expect(stored.split("[removed]")).toHaveLength(5);
  });

  it("is of bounded length", () => {
    const { audit, entries } = start();
    const long = "x".repeat(10_000);
    const names = Array.from({ length: 1000 }, (_, at) => `name ${at}`);
    audit.record(cursor, { ...about(long), detail: { long, names } });
    const [entry] = entries();
    expect(JSON.stringify(entry).length).toBeLessThan(2500);
    expect(entry?.detail.names).toHaveLength(51);
    expect(entry?.detail.names).toContain("… 950 more");
  });

  it("of a read of secrets has their number", () => {
    const { audit, entries } = start();
    audit.secretRead(cursor, "export", 12);
    expect(entries()).toMatchObject([
      { action: "secret.read", subject: { kind: "export" }, detail: { secrets: 12 } },
    ]);
  });
});

describe("attempts that were refused", () => {
  it("become one entry a minute with their number, and end with the storm", () => {
    const { audit, entries } = start();
    const attempts = () => entries().map(({ detail }) => detail.attempts ?? 1);
    for (let at = 0; at < 1000; at += 1) audit.refuse(cursor, refused);
    expect(attempts()).toEqual([1]);
    vi.advanceTimersByTime(60_000);
    expect(attempts()).toEqual([1, 999]);
    audit.refuse(cursor, refused);
    vi.advanceTimersByTime(60_000);
    expect(attempts()).toEqual([1, 999, 1]);
    vi.advanceTimersByTime(3_600_000);
    expect(attempts()).toEqual([1, 999, 1]);
    audit.refuse(cursor, refused);
    expect(attempts()).toEqual([1, 999, 1, 1]);
    expect(vi.getTimerCount()).toBe(2);
    audit.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("are told apart by who, what and why, and the last one is shown", () => {
    const { audit, entries } = start();
    const by = (from: string, error: string): AuditNote => ({
      action: "access.refused",
      subject: null,
      detail: { error, from },
    });
    audit.refuse(GATEWAY, by("a", "origin_refused"));
    audit.refuse(GATEWAY, by("b", "origin_refused"));
    audit.refuse(GATEWAY, by("c", "origin_refused"));
    audit.refuse(GATEWAY, by("a", "host_refused"));
    audit.refuse(cursor, by("a", "host_refused"));
    audit.close();
    expect(
      entries().map(({ detail: { from, error, attempts } }) => [error, from, attempts]),
    ).toEqual([
      ["origin_refused", "a", undefined],
      ["host_refused", "a", undefined],
      ["host_refused", "a", undefined],
      ["origin_refused", "c", 2],
    ]);
  });
});

describe("a log that cannot be written", () => {
  it("undoes nothing, is told of, and shows its gap once it can", () => {
    let isFull = true;
    const { audit, entries } = start({
      store: {
        ...stores.audit,
        insert: (row) => {
          if (isFull) throw new Error("no space left for hunter2");
          stores.audit.insert(row);
        },
      },
    });
    expect(audit.problem).toBeNull();
    audit.record(cursor, about("one"));
    audit.record(cursor, about("two"));
    expect(entries()).toEqual([]);
    const reason = "Error: no space left for [removed]";
    expect(audit.problem).toEqual({ entries: 2, reason });
    expect(said).toHaveLength(2);
    expect(said.join()).not.toContain("hunter2");
    isFull = false;
    audit.record(cursor, about("three"));
    expect(audit.problem).toBeNull();
    expect(entries()).toMatchObject([
      { action: "audit.lost", outcome: "failed", detail: { entries: 2, reason } },
      { subject: { name: "three" } },
    ]);
  });

  it("is closed for good", () => {
    const { audit, told } = start();
    audit.record(cursor, about("one"));
    audit.close();
    audit.record(cursor, about("two"));
    audit.refuse(cursor, refused);
    expect(stores.audit.count()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(told).toEqual(["audit.changed"]);
  });
});

it("whoever watches is told at once, and then once a second", () => {
  const { audit, told } = start();
  const record = (times: number): void =>
    stores.db.transaction(() => {
      for (let at = 0; at < times; at += 1) audit.record(cursor, about("one"));
    });
  record(1);
  expect(told).toHaveLength(1);
  record(100);
  vi.advanceTimersByTime(999);
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(told).toHaveLength(2);
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(2);
  record(2);
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(4);
});

describe("reading", () => {
  it("goes from page to page", () => {
    const { audit } = start();
    for (let at = 0; at < 7; at += 1) audit.record(cursor, about(`s${at}`));
    const read: string[] = [];
    let before: string | undefined;
    do {
      const page = audit.list({ limit: 3, before });
      read.push(page.entries.map(({ subject }) => subject?.name).join(" "));
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(read).toEqual(["s6 s5 s4", "s3 s2 s1", "s0"]);
    expect(audit.list({ limit: 7 }).next).toBeNull();
  });

  it("exports everything as JSON Lines, oldest first", async () => {
    const { audit } = start();
    stores.db.transaction(() => {
      for (let at = 0; at < 1201; at += 1) {
        audit.record(at % 2 === 0 ? cursor : GATEWAY, about(`s${at}`));
      }
    });
    const { text, entries } = await audit.export({});
    const lines = text.split("\n");
    expect([entries, lines.length, lines.at(-1)]).toEqual([1201, 1202, ""]);
    const read = lines.slice(0, -1).map((line) => auditEntry.parse(JSON.parse(line)));
    expect(read.map(({ subject }) => subject?.name)).toEqual(
      Array.from({ length: 1201 }, (_, at) => `s${at}`),
    );
    expect((await audit.export({ actor: "Cursor" })).entries).toBe(601);
    expect(await audit.export({ actor: "nobody" })).toEqual({ text: "", entries: 0 });
  });
});

describe("old entries", () => {
  const fill = (days: readonly number[]): void => {
    for (const day of days) {
      stores.audit.insert({
        createdAt: START - day * DAY_MS,
        actor: "cli",
        actorName: "command line",
        action: "server.update",
        outcome: "ok",
        subjectKind: null,
        subjectId: null,
        subjectName: null,
      });
    }
  };

  it("go when they are older than they are to be kept", async () => {
    const { audit } = start({ keepDays: () => 30 });
    fill([0, 29.9, 30.1, 31, 400]);
    await audit.sweep();
    expect(stores.audit.count()).toBe(2);
  });

  it("go in slices, when there are more than are kept", async () => {
    const slices: number[] = [];
    const kept = { count: 100_001 + 1200 };
    const remove = (limit: number): number => {
      slices.push(limit);
      kept.count -= limit;
      return limit;
    };
    const { audit } = start({
      store: {
        ...stores.audit,
        count: () => kept.count,
        deleteBefore: () => 0,
        deleteOldest: remove,
      },
    });
    await audit.sweep();
    expect(kept.count).toBe(100_000);
    expect(slices).toEqual([500, 500, 201]);
  });

  it("are looked for at the start and every hour, and not after the end", async () => {
    vi.useRealTimers();
    vi.useFakeTimers({ now: START });
    let sweeps = 0;
    const deleteBefore = (): number => {
      sweeps += 1;
      return 0;
    };
    const { audit } = start({ store: { ...stores.audit, deleteBefore } });
    audit.start();
    audit.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(sweeps).toBe(1);
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(sweeps).toBe(3);
    audit.close();
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect([sweeps, vi.getTimerCount()]).toEqual([3, 0]);
  });

  it("that cannot be removed are told of", async () => {
    const { audit } = start({
      store: {
        ...stores.audit,
        deleteBefore: () => {
          throw new Error("database is locked");
        },
      },
    });
    audit.start();
    await vi.waitFor(() => expect(said).toHaveLength(1));
    expect(said[0]).toContain("old entries of the audit log could not be removed");
    audit.close();
  });
});
