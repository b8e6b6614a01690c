import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "rolldown";
import { expect, test } from "vitest";
import { WORKERS, workers } from "../rolldown.config.ts";

test("a bundle has only ASCII in it, so that V8 holds it in half the memory", async () => {
  const folder = mkdtempSync(join(tmpdir(), "local-mcp-bundles-"));
  try {
    await build(workers(folder));
    const bundles = readdirSync(folder);
    expect(bundles.toSorted()).toEqual(
      Object.keys(WORKERS)
        .map((name) => `${name}.mjs`)
        .toSorted(),
    );
    for (const bundle of bundles) {
      const beyond = /\P{ASCII}.*/u.exec(readFileSync(join(folder, bundle), "utf8"))?.[0];
      expect({ bundle, beyond }).toEqual({ bundle, beyond: undefined });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
