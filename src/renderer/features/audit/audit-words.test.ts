import { auditAction, type AuditEntry } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { AREAS, detailsOf, filterOf, PERIODS, subjectOf, textsOf, whoOf } from "./audit-words.ts";

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 1,
  at: 0,
  actor: { kind: "token", name: "Cursor" },
  action: "server.update",
  outcome: "ok",
  subject: { kind: "server", id: "7", name: "github" },
  detail: {},
  ...more,
});

it("every action belongs to one area, and every area has one", () => {
  const areas = AREAS.map(({ prefix }) => prefix);
  const areasOf = auditAction.options.map((action) =>
    areas.filter((one) => action.startsWith(one)),
  );
  expect(areasOf.filter((found) => found.length !== 1)).toEqual([]);
  expect(areasOf.flat()).toEqual(expect.arrayContaining(areas));
});

describe("who and what", () => {
  it("is a token by its name, and everything else by what it is", () => {
    expect(whoOf({ kind: "token", name: "Cursor" })).toBe("Cursor");
    expect(whoOf({ kind: "app", name: "app" })).toBe("This app");
    expect(whoOf({ kind: "gateway", name: "gateway" })).toBe("The gateway");
  });

  it("is the name that it had, else its id, else its kind", () => {
    expect(subjectOf({ kind: "server", id: "7", name: "github" })).toBe("github");
    expect(subjectOf({ kind: "server", id: "7", name: null })).toBe("7");
    expect(subjectOf({ kind: "vault", id: null, name: null })).toBe("vault");
    expect(subjectOf(null)).toBe("");
  });

  it("is a setting by its label", () => {
    const port = { kind: "setting", id: "port", name: "port" } as const;
    expect(subjectOf(port)).toBe("Port");
    expect(subjectOf({ ...port, id: "gone", name: "gone" })).toBe("gone");
  });
});

describe("what changed", () => {
  it("is one line with the value before it and after it", () => {
    const detail = { title: "GitHub", "title.before": "Hub", "env.TOKEN": "changed" };
    expect(detailsOf(entry({ detail }))).toEqual([
      { name: "title", value: "Hub → GitHub" },
      { name: "env.TOKEN", value: "changed" },
    ]);
  });

  it("says nothing and yes in words, and keeps what only was before", () => {
    const detail = {
      cwd: null,
      "cwd.before": "/tmp",
      enabled: true,
      args: ["a", "b"],
      "url.before": "x",
    };
    expect(detailsOf(entry({ detail }))).toEqual([
      { name: "cwd", value: "/tmp → nothing" },
      { name: "enabled", value: "yes" },
      { name: "args", value: "a, b" },
      { name: "url.before", value: "x" },
    ]);
  });

  it("is found by any word of it", () => {
    const texts = textsOf(entry({ outcome: "failed", detail: { error: "name_taken" } })).join(" ");
    for (const word of [
      "Cursor",
      "Server changed",
      "server.update",
      "github",
      "failed",
      "name_taken",
    ])
      expect(texts).toContain(word);
  });
});

describe("what is asked for", () => {
  const at = new Date(2026, 2, 31, 15, 30).getTime();

  it("is everything where nothing was chosen, or nothing that is known", () => {
    expect(filterOf({ who: "", what: "", days: "" }, at)).toEqual({});
    expect(filterOf({ who: "nobody", what: "%", days: "-1" }, at)).toEqual({});
  });

  it("begins with a local day, today being one", () => {
    const from = (days: number) => filterOf({ who: "cli", what: "vault.", days: String(days) }, at);
    expect(from(1)).toEqual({
      actor: "cli",
      action: "vault.",
      from: new Date(2026, 2, 31).getTime(),
    });
    // Across the day on which clocks are put forward in many places.
    expect(from(7).from).toBe(new Date(2026, 2, 25).getTime());
    expect(PERIODS.map(({ days }) => from(days).from)).toHaveLength(3);
  });
});
