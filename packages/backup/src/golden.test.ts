import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { stage } from "./stage.ts";

// Threads are started and keys derived, beside all that other tests compute.
vi.setConfig({ testTimeout: 90_000 });

/** Opens the vault of every golden directory; see e2e/golden/snapshot.ts. */
const PASSPHRASE = "golden directories are public";
const GOLDEN = fileURLToPath(new URL("../../../e2e/golden/", import.meta.url));
const names = readdirSync(GOLDEN, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const root = mkdtempSync(join(tmpdir(), "golden-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("there are some of earlier builds", () => {
  expect(names.length).toBeGreaterThanOrEqual(6);
});

test.each(names)(
  "the database of %s, copied by hand, can be restored with every secret",
  async (name) => {
    const staged = await stage(
      {
        file: join(GOLDEN, name, "data", "local-mcp-gateway.db"),
        name,
        passphrase: PASSPHRASE,
        directory: join(root, "restore", name),
        databaseName: "local-mcp-gateway.db",
        maxBytes: 2 ** 30,
      },
      {},
    );
    expect(staged.contents.secrets).toBe("sealed");
    expect(staged.contents.counts.servers).toBeGreaterThanOrEqual(5);
    expect(staged.contents.counts.secrets).toBeGreaterThanOrEqual(5);
  },
);
