import {
  cpSync,
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isFull } from "../full.ts";
import { until } from "../gateway/test-gateway.ts";
import { EXPORT, PASSPHRASE, snapshot } from "./snapshot.ts";

const directories = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** An era is looked for anew a day after it was found. */
const withoutTimes = (key: string, value: unknown): unknown =>
  key === "decidedAt" ? undefined : value;

/** The same with its settings named, since later builds have more of them. */
const withSettingsByKey = (taken: unknown): unknown => {
  const { settings, ...others } = z
    .looseObject({ settings: z.array(z.looseObject({ key: z.string() })) })
    .parse(JSON.parse(JSON.stringify(taken), withoutTimes));
  return { ...others, settings: Object.fromEntries(settings.map((one) => [one.key, one])) };
};

/** A gateway over a copy of a golden directory, or over an empty one. */
const openCopy = async (name: string | null) => {
  const root = mkdtempSync(join(tmpdir(), "golden-"));
  const dataDir = join(root, "data");
  if (name !== null) {
    cpSync(join(import.meta.dirname, name, "data"), dataDir, { recursive: true });
  }
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    env: { PATH: process.env.PATH, HOME: root },
    vaultPassphrase: PASSPHRASE,
  });
  const end = async (): Promise<void> => {
    await gateway.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { gateway, end };
};

/** A later build may say more of a thing and have more settings, but nothing else. */
const expectedOf = (name: string) =>
  z
    .looseObject({})
    .parse(
      withSettingsByKey(
        JSON.parse(readFileSync(join(import.meta.dirname, name, "expected.json"), "utf8")),
      ),
    );

const settingsIn = (settings: unknown) => z.record(z.string(), z.unknown()).parse(settings);

describe("data directories of earlier builds", () => {
  it("has some", () => {
    expect(directories).toEqual(
      expect.arrayContaining([
        "0001-foundation",
        "0002-desktop",
        "0003-engine",
        "0004-supervision",
        "0005-vault",
        "0006-sign-in",
        "0007-backup",
        "0008-catalogue",
        "0009-transfer",
        "0010-logs",
        "0011-tool-changes",
      ]),
    );
  });

  it.each(directories)("%s opens with everything that was configured", async (name) => {
    const { gateway, end } = await openCopy(name);
    try {
      const { last } = await gateway.api.logs.count({});
      expect(withSettingsByKey(await snapshot(gateway))).toMatchObject(expectedOf(name));
      // Taking it calls a tool, which is recorded whatever the file of traffic was before.
      const filter = 'kind:request tool:env client:"command line"';
      const called = await until(
        () => gateway.api.logs.list({ filter, after: last || undefined }),
        ({ rows }) => rows.length > 0,
      );
      expect(called.rows).toMatchObject([{ outcome: "ok", profile: "dev" }]);
      const found = await gateway.api.logs.list({ filter: `${filter} text:API_KEY` });
      expect(found.rows.at(-1)).toEqual(called.rows[0]);
    } finally {
      await end();
    }
  });
});

describe("backups of earlier builds", () => {
  // Directories 0002 and 0004 have the schema of the one before them.
  const ofOneSchemaEach = directories.filter((name) => !/^000[24]/.test(name));
  // What a restore brings up to date is what opens above, of each of them.
  const [oldest = "", newest = ""] = [ofOneSchemaEach[0], ofOneSchemaEach.at(-1)];
  const files = (isFull ? ofOneSchemaEach : [oldest, newest]).map((name) => {
    const backup = join(import.meta.dirname, name, "backup.age");
    const copiedByHand = join(import.meta.dirname, name, "data/local-mcp-gateway.db");
    return [name, existsSync(backup) ? backup : copiedByHand];
  });

  it.each(files)("%s is restored on another computer", async (name, file) => {
    const { gateway, end } = await openCopy(null);
    try {
      const { backup } = await gateway.backups.receive(name, createReadStream(file), null);
      await gateway.api.backups.restore({ backup, passphrase: PASSPHRASE });
      await until(
        () => gateway.api.backups.job().catch(() => ({ job: null })),
        ({ job }) => job !== null && job.state !== "running",
      );
      expect((await gateway.api.backups.job()).job).toMatchObject({ state: "done", problem: null });
      const taken = withSettingsByKey(await snapshot(gateway));
      // Imports and their copies belong to the computer on which they were made, and debug logs too.
      const {
        settings,
        vault,
        imports: _imports,
        recorded: _recorded,
        ...configured
      } = expectedOf(name);
      expect(taken).toMatchObject(configured);
      // What belongs to a computer is not restored on another one.
      const carried = Object.entries(settingsIn(settings)).filter(
        ([key]) => key !== "host" && key !== "port" && !key.startsWith("backup"),
      );
      expect(taken).toMatchObject({ settings: Object.fromEntries(carried) });
      expect(vault).toMatchObject({ state: "open" });
    } finally {
      await end();
    }
  });
});

describe("exports of earlier builds", () => {
  const withExport = directories.filter((name) =>
    existsSync(join(import.meta.dirname, name, EXPORT)),
  );

  it.each(withExport)("%s is imported whole, here and elsewhere", async (name) => {
    const text = readFileSync(join(import.meta.dirname, name, EXPORT), "utf8");
    expect(text).not.toMatch(/golden-[a-z-]+-\d{4}/);
    const wish = { text, passphrase: PASSPHRASE };
    const same = await openCopy(name);
    try {
      const { rows, counts, warnings, losses } = await same.gateway.api.transfer.plan(wish);
      expect(rows.flatMap(({ changes }) => changes)).toEqual([]);
      expect({ warnings, losses, unchanged: counts.unchanged }).toEqual({
        warnings: [],
        losses: [],
        unchanged: counts.total,
      });
    } finally {
      await same.end();
    }
    const other = await openCopy(null);
    try {
      const { api } = other.gateway;
      await api.vault.init({ passphrase: PASSPHRASE });
      const { job } = await api.transfer.apply(wish);
      expect(job.counts.created).toBe(job.counts.total);
      expect(job.counts.total).toBeGreaterThan(20);
      expect((await api.transfer.plan(wish)).counts.unchanged).toBe(job.counts.total);
    } finally {
      await other.end();
    }
  });
});
