import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Paths, resolvePaths } from "@local-mcp/database";
import { afterEach, beforeEach } from "vitest";
import type { Intent } from "./intent.ts";

export const DB = "local-mcp-gateway.db";
export const NOW = 1_795_300_000_000;

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const FILE = { name: DB, sha256: sha256("new"), hadBefore: true };

/** A restore of one file that reads “new”. */
export const INTENT: Intent = {
  format: 1,
  id: "one",
  direction: "forward",
  createdAt: NOW,
  from: "a backup",
  files: [FILE],
};

/** A data directory for each test of a file. */
export class DataDirectory {
  path = "";

  constructor() {
    beforeEach(() => {
      this.path = mkdtempSync(join(tmpdir(), "lmg-restore-"));
    });
    afterEach(() => rmSync(this.path, { recursive: true, force: true }));
  }

  get paths(): Paths {
    return resolvePaths({ dataDir: this.path });
  }

  at(name: string): string {
    return join(this.path, name);
  }

  put(name: string, text: string): void {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
  }
}
