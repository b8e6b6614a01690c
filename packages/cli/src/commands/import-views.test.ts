import type { ImportPlan, ImportReport, ImportRow } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { itemsOf, planText, reportText } from "./import-views.ts";

const row = (name: string, changes: Partial<ImportRow> = {}): ImportRow => ({
  kind: "tool",
  name,
  title: null,
  pointer: `/entities/tools/${name}`,
  action: "create",
  newName: null,
  exists: false,
  changes: [],
  problems: [],
  warnings: [],
  ...changes,
});

const planOf = (rows: ImportRow[], changes: Partial<ImportPlan> = {}): ImportPlan => {
  const count = (action: ImportRow["action"]) => rows.filter((one) => one.action === action).length;
  return {
    format: "gateway",
    source: { exportedAt: null, exportedBy: null, gateway: null },
    fileDigest: "f",
    digest: "d",
    instant: 1_640_995_200,
    strategy: "update",
    counts: {
      total: rows.length,
      created: count("create"),
      updated: count("update"),
      unchanged: count("unchanged"),
      renamed: count("rename"),
      skipped: count("skip"),
      failed: count("failed") + count("conflict"),
    },
    rows,
    problems: [],
    warnings: [],
    losses: [],
    secrets: { opened: 0, plain: 0, missing: 0 },
    commands: [],
    applicable: true,
    ...changes,
  };
};

const title = "Dry-run validation completed!";

test("a dry run is told in the seeds' lines and order", () => {
  const rows = [
    row("weather_api"),
    row("prod-east", { kind: "server" }),
    row("translate", { action: "update", exists: true }),
  ];
  expect(planText(planOf(rows), { title, verbose: false })).toBe(
    `Dry-run validation completed!
Results:
  • Total entities: 3
  • Processed: 3
  • Would create: 2
  • Would update: 1
  • Conflicts: 0

Warnings (3):
  • Would import tool: weather_api
  • Would import gateway: prod-east
  • Would update tool: translate`,
  );
});

test("of many warnings those that weigh most are shown, and how many there are", () => {
  const rows = Array.from({ length: 8 }, (_, at) => row(`tool-${at}`));
  const plan = planOf(rows, {
    warnings: ["It was edited since it was exported."],
    losses: [{ pointer: "/entities/tools/0/annotations", message: "It has no place here." }],
  });
  const short = planText(plan, { title, verbose: false });
  expect(short).toContain(
    `Warnings (10):
  • It was edited since it was exported.
  • /entities/tools/0/annotations: It has no place here.
  • Would import tool: tool-0`,
  );
  expect(short).toContain("  … and 5 more (--verbose)");
  const whole = planText(plan, { title, verbose: true });
  expect(whole).toContain("  • Would import tool: tool-7");
  expect(whole).not.toContain("more (--verbose)");
});

test("errors stand with their place, and conflicts are counted", () => {
  const rows = [
    row("a", {
      action: "failed",
      problems: [{ pointer: "/entities/tools/0/url", message: "It is no URL." }],
    }),
    row("b", {
      action: "conflict",
      exists: true,
      problems: [{ pointer: "/entities/tools/1", message: "There is a tool “b” here already." }],
    }),
    row("c", { action: "unchanged" }),
    row("d", { action: "skip" }),
    row("e", {
      action: "rename",
      newName: "e_imported_1",
      warnings: ["Renamed tool 'e' to 'e_imported_1'"],
    }),
  ];
  const plan = planOf(rows, { applicable: false });
  expect(planText(plan, { title: "Nothing was imported.", verbose: false })).toBe(
    `Nothing was imported.
Results:
  • Total entities: 5
  • Processed: 5
  • Would create: 0
  • Would update: 0
  • Would rename: 1
  • Would skip: 1
  • Unchanged: 1
  • Conflicts: 1
  • Errors: 1

Errors (2):
  • /entities/tools/0/url: It is no URL.
  • /entities/tools/1: There is a tool “b” here already.

Warnings (1):
  • Renamed tool 'e' to 'e_imported_1'`,
  );
});

test("a command is shown whole, and nothing in it can move what stands around it", () => {
  const plan = planOf([row("files", { kind: "server" })], {
    commands: [
      {
        server: "files",
        command: "rm",
        args: ["-rf", "/home/me; echo", "a\nb"],
        cwd: null,
        env: ["NODE_OPTIONS=--require x"],
        found: false,
        unset: ["HOME2"],
      },
    ],
  });
  expect(planText(plan, { title, verbose: false })).toContain(
    `Commands that nobody has agreed to (1):
“files” would run this command with your user's rights:
    rm
    -rf
    "/home/me; echo"
    "a\\nb"
  in the folder of the gateway's choice, with the variables NODE_OPTIONS=--require x.
  There is no such program on this computer.
  It has no value here for HOME2.`,
  );
});

test("--verbose shows what changes, and of a secret only what becomes of it", () => {
  const rows = [
    row("a", {
      action: "update",
      changes: [
        { field: "url", before: "http://a", after: "http://b", secret: null },
        { field: "headers.X-Key", before: null, after: null, secret: "changed" },
      ],
    }),
  ];
  expect(planText(planOf(rows), { title, verbose: true })).toContain(
    `Changes (1):
  • tool a
      url: http://a → http://b
      headers.X-Key: secret, changed`,
  );
});

test("a report has numbers that add up, and a line per entity where they are asked for", () => {
  const rows = [
    row("a"),
    row("b", { action: "unchanged" }),
    row("c", { action: "rename", newName: "c2" }),
  ];
  const plan = planOf(rows);
  const report: ImportReport = {
    job: {
      id: "1",
      state: "completed",
      phase: "verify",
      strategy: "update",
      name: "x.json",
      fileDigest: "f",
      counts: plan.counts,
      processed: 3,
      cancellable: false,
      errors: [],
      warnings: [],
      problem: null,
      startedAt: 0,
      completedAt: 1,
      backup: null,
    },
    format: "gateway",
    rows,
    unconfirmed: [],
  };
  expect(itemsOf(plan)).toBe("2 items");
  const text = reportText(report, { plan, verbose: false });
  expect(text).toBe(
    `Import completed!
Results:
  • Total entities: 3
  • Processed: 3
  • Created: 1
  • Updated: 0
  • Unchanged: 1
  • Renamed: 1
  • Skipped: 0
  • Failed: 0`,
  );
  expect(reportText(report, { plan, verbose: true })).toContain(
    `Entities (3):
  • Created tool: a
  • Unchanged tool: b
  • Created tool: c as c2`,
  );
});
