import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openVault } from "@local-mcp/vault/test-kit";
import { vi } from "vitest";
import { describeBackend } from "../describe-backend.ts";
import { describeModel } from "../model.ts";
import type { MakeBackend } from "../test-kit.ts";
import { FileStorageBackend } from "./file.ts";

// Every write waits for the disk.
vi.setConfig({ testTimeout: 120_000 });

const make: MakeBackend = async (options) => {
  const directory = await mkdtemp(join(tmpdir(), "sessions-"));
  const path = join(directory, "sessions.json");
  return {
    store: new FileStorageBackend({ path }, { ...options, sealer: await openVault() }),
    close: () => rm(directory, { recursive: true }),
  };
};

describeBackend("FileStorageBackend", make);
describeModel("FileStorageBackend", make, 30);
