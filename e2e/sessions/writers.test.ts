import { expect, test } from "vitest";
import { startEngine } from "./engine.ts";
import { killWriters } from "./kill-writers.ts";

test.for(["file", "sqlite", "redis", "postgres"] as const)(
  "two processes on one store that are killed in the middle of writing lose nothing: %s",
  async (type) => {
    const engine = await startEngine(type, true);
    try {
      const { faults, writes } = await killWriters(engine.choice, 3);
      expect(faults).toEqual([]);
      expect(writes).toBeGreaterThan(20);
    } finally {
      await engine.stop();
    }
  },
);
