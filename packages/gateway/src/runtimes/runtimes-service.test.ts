import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settings } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RuntimesService } from "./runtimes-service.ts";

let home: string;
let runtimes: RuntimesService;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "runtimes-"));
  // Tells of each start, and takes as long as the tests below need.
  const shell = join(home, "shell");
  const lines = ["#!/bin/sh", `echo started >> "${home}/log"`, "sleep 0.3", 'exec /bin/sh "$@"'];
  writeFileSync(shell, `${lines.join("\n")}\n`, { mode: 0o755 });
  runtimes = new RuntimesService({
    env: { SHELL: shell, PATH: "/usr/bin:/bin", HOME: home },
    settings: () => settings.parse({}),
    loginShell: true,
    onChange: () => {},
    onNetworkChange: () => {},
  });
});
afterEach(async () => {
  await runtimes.close();
  rmSync(home, { recursive: true, force: true });
});

const starts = (): number => readFileSync(join(home, "log"), "utf8").trim().split("\n").length;

describe("asking the login shell", { timeout: 60_000 }, () => {
  it("again starts one shell, however many ask for it at once", async () => {
    runtimes.start();
    await runtimes.ready();
    await Promise.all([runtimes.refresh(), runtimes.refresh(), runtimes.refresh()]);
    expect(starts()).toBe(2);
    await runtimes.refresh();
    expect(starts()).toBe(3);
  });

  it("starts none any more after the end, also where one had been asked for", async () => {
    runtimes.start();
    await runtimes.ready();
    const again = runtimes.refresh();
    await runtimes.close();
    await again;
    await runtimes.refresh();
    expect(starts()).toBe(1);
  });
});
