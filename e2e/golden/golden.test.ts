import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { PASSPHRASE, snapshot } from "./snapshot.ts";

const directories = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe("data directories of earlier builds", () => {
  it("has some", () => {
    expect(directories).toContain("0001-foundation");
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
      // A later build may say more of a thing, but nothing else.
      expect(JSON.parse(JSON.stringify(await snapshot(gateway)))).toMatchObject(Object(expected));
    } finally {
      await gateway.close();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
