import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type AuditEntry, auditEntry, auditPage } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";
import { detailText } from "./audit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const change = async (): Promise<void> => {
  await place.run(["profiles", "create", "work"]);
  await place.run(["settings", "set", "callTimeoutMs", "1000"]);
  await place.run(["tokens", "create", "--name", "Cursor"]);
};

const read = (lines: string): AuditEntry[] =>
  lines
    .trimEnd()
    .split("\n")
    .map((line) => auditEntry.parse(JSON.parse(line)));

test("details are told in a line, with the value before", () => {
  expect(detailText({})).toBe("");
  const detail = {
    changed: ["title", "description", "env.KEY"],
    title: "New",
    "title.before": "Old",
    "env.KEY": "set",
    profile: null,
    rights: ["use", "manage"],
  };
  expect(detailText(detail)).toBe(
    "changed: description; title: Old → New; env.KEY: set; profile: none; rights: use, manage",
  );
});

describe("audit list", () => {
  test("has the newest first, and what a filter asks for", async () => {
    expect((await place.run(["audit", "list"])).out).toBe("Nothing of the kind is recorded.\n");
    await change();
    const { out } = await place.run(["audit", "list"]);
    const [header, token, setting, profile, ...rest] = out.trimEnd().split("\n");
    expect(header).toMatch(/^TIME +WHO +WHAT +OF +DETAIL$/);
    const here = String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d +cli: this computer +`;
    expect(token).toMatch(
      new RegExp(`${here}Access token made +Cursor +rights: use; profile: all$`),
    );
    expect(setting).toMatch(
      new RegExp(`${here}Settings changed +callTimeoutMs +value: 600000 → 1000$`),
    );
    expect(profile).toMatch(new RegExp(`${here}Profile added +work +`));
    expect(rest).toEqual([]);

    const found = async (...words: string[]) => {
      const { entries } = auditPage.parse(await place.json(["audit", "list", ...words]));
      return entries.map(({ action }) => action);
    };
    expect(await found("--action", "token.")).toEqual(["token.create"]);
    expect(await found("--subject", "work")).toEqual(["profile.create"]);
    expect(await found("--actor", "app")).toEqual([]);
    expect(await found("--since", "1h")).toHaveLength(3);
    expect(await found("--since", "2000-01-01")).toHaveLength(3);
    expect(await found("--since", "2999-01-01 12:00")).toEqual([]);
    const limited = await place.run(["audit", "list", "--limit", "2"]);
    expect(limited.out.trimEnd().split("\n")).toHaveLength(3);
    expect(limited.err).toContain("audit export");
  });

  test.each([
    [
      ["--since", "yesterday"],
      "--since takes a time such as 2d, 12h or 2026-11-21, not “yesterday”.",
    ],
    [["--since", "2026-13-01"], "--since takes a time"],
    [["--limit", "501"], "--limit takes a whole number from 1 to 500, not “501”."],
  ])("%j is refused", async (words, sentence) => {
    expect(await place.run(["audit", "list", ...words])).toMatchObject({
      exit: 2,
      err: expect.stringContaining(sentence),
    });
  });
});

test("a name made to rearrange a terminal is seen for what it is, and read back whole", async () => {
  const name = "x\u001b[2J\u009b31m\u202eevil\nroot";
  await place.run(["tokens", "create", "--name", name]);
  // oxlint-disable-next-line no-control-regex -- the control characters are the point
  const treacherous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
  const outputs = await Promise.all(
    [
      ["audit", "list"],
      ["audit", "export"],
      ["audit", "list", "--json"],
    ].map((words) => place.run(words)),
  );
  for (const { out } of outputs) expect(out).not.toMatch(treacherous);
  const [, exported, asJson] = outputs;
  expect(read(exported?.out ?? "").map(({ subject }) => subject?.name)).toContain(name);
  expect(
    auditPage.parse(JSON.parse(asJson?.out ?? "")).entries.map(({ subject }) => subject?.name),
  ).toContain(name);
});

describe("audit export", () => {
  test("is JSON Lines, oldest first, and recorded itself", async () => {
    await change();
    const first = await place.run(["audit", "export"]);
    const actions = ["profile.create", "setting.update", "token.create"];
    expect(read(first.out).map(({ action }) => action)).toEqual(actions);
    const tokens = await place.run(["audit", "export", "--action", "token."]);
    expect(read(tokens.out).map(({ action }) => action)).toEqual(["token.create"]);
    const again = await place.run(["audit", "export"]);
    expect(read(again.out).map(({ action }) => action)).toEqual([
      ...actions,
      "audit.export",
      "audit.export",
    ]);
  });

  test("goes into a file of its owner alone, which is not overwritten unasked", async () => {
    await change();
    const path = join(place.directory, "audit.jsonl");
    const made = await place.run(["audit", "export", "--output", "audit.jsonl"]);
    expect(made.out).toBe(`Wrote 3 entries of the audit log to ${path}.\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, "utf8");
    expect(read(before)).toHaveLength(3);
    chmodSync(path, 0o644);
    const again = await place.run(["audit", "export", "--output", "audit.jsonl"]);
    expect(again).toMatchObject({ exit: 1, err: expect.stringContaining("it exists already") });
    expect(readFileSync(path, "utf8")).toBe(before);
    await place.run(["audit", "export", "--output", "audit.jsonl", "--force"]);
    expect(read(readFileSync(path, "utf8")).length).toBeGreaterThan(3);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
