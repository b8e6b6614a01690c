import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEEP_PREVIOUS_MS } from "@local-mcp/backup";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGateway } from "./gateway.ts";

const DATABASE = "local-mcp-gateway.db";
const MINUTE = 60_000;

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "gateway-host-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** What a restore has left that replaced a database so long ago, ms. */
const keep = (id: string, age: number): void => {
  const directory = join(dataDir, "previous", id);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, DATABASE), "old");
  const intent = {
    format: 1,
    id,
    direction: "forward",
    createdAt: Date.now() - age,
    from: "a backup",
    files: [{ name: DATABASE, sha256: "0".repeat(64), hadBefore: true }],
  };
  writeFileSync(join(directory, "restore.json"), JSON.stringify(intent));
};

/** What a gateway logs that is opened and closed. */
const opened = async (): Promise<string> => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const gateway = await createGateway({ dataDir, env: {}, kind: "cli", log });
  await gateway.close();
  return lines.join("\n");
};

test("what was there before a restore is gone after 30 days, once a gateway has been open", async () => {
  keep("old", KEEP_PREVIOUS_MS + MINUTE);
  keep("new", KEEP_PREVIOUS_MS - 10 * MINUTE);
  mkdirSync(join(dataDir, "previous", "went-back"));
  await opened();
  expect(readdirSync(join(dataDir, "previous"))).toEqual(["new"]);
});

test("a gateway opens although that cannot be looked through, and says so", async () => {
  writeFileSync(join(dataDir, "previous"), "in the way");
  expect(await opened()).toContain("what was kept of earlier restores is still there");
  expect(existsSync(join(dataDir, DATABASE))).toBe(true);
});
