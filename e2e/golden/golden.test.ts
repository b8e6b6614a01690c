import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PASSPHRASE, snapshot } from "./snapshot.ts";

const directories = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The same with its settings named, since later builds have more of them. */
const withSettingsByKey = (taken: unknown): unknown => {
  const { settings, ...others } = z
    .looseObject({ settings: z.array(z.looseObject({ key: z.string() })) })
    .parse(JSON.parse(JSON.stringify(taken)));
  return { ...others, settings: Object.fromEntries(settings.map((one) => [one.key, one])) };
};

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
      ]),
    );
  });

  it.each(directories)("%s opens with everything that was configured", async (name) => {
    const root = mkdtempSync(join(tmpdir(), "golden-"));
    const dataDir = join(root, "data");
    cpSync(join(import.meta.dirname, name, "data"), dataDir, { recursive: true });
    const gateway = await createGateway({
      dataDir,
      kind: "cli",
      env: { PATH: process.env.PATH, HOME: root },
      vaultPassphrase: PASSPHRASE,
    });
    try {
      const expected: unknown = JSON.parse(
        readFileSync(join(import.meta.dirname, name, "expected.json"), "utf8"),
      );
      // A later build may say more of a thing and have more settings, but nothing else.
      expect(withSettingsByKey(await snapshot(gateway))).toMatchObject(
        Object(withSettingsByKey(expected)),
      );
    } finally {
      await gateway.close();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
