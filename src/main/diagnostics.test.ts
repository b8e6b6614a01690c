import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DesktopInfo } from "@local-mcp/contract";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppLog } from "./app-log.ts";
import { describeForReport } from "./diagnostics.ts";

const CANARY = "c4n4ry";
let home: string;
let gateway: Gateway;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "diagnostics-"));
  gateway = await createGateway({
    dataDir: join(home, "data"),
    env: { AUTH_ENCRYPTION_SECRET: `${CANARY}-${CANARY}`, PATH: "/usr/bin" },
    settings: { port: 0 },
    kind: "app",
  });
});
afterEach(async () => {
  await gateway.close();
  rmSync(home, { recursive: true, force: true });
});

const infoOf = (dataDir: string): DesktopInfo => ({
  platform: "linux",
  version: "0.1.0",
  electron: "45.4.1",
  packaged: true,
  dataDir,
  tray: true,
});

const describe = (log: AppLog, api: Gateway["api"] | null) =>
  describeForReport({
    info: infoOf(join(home, "data")),
    versions: { node: "24.0.0" },
    startup: { state: "ready" },
    api,
    log: log.recent(),
    redactor: log.redactor,
    home,
  });

test("it says what a helper needs and nothing that is secret or personal", async () => {
  const { token } = await gateway.api.tokens.create({
    name: `token ${CANARY}`,
    profile: null,
    rights: ["use"],
  });
  await gateway.api.servers.create({
    name: "secretive",
    title: `Title ${CANARY}`,
    enabled: false,
    config: {
      transport: "stdio",
      command: `/nowhere/${CANARY}`,
      args: ["--key", "${secret:key}"],
      env: { GITHUB_TOKEN: { value: CANARY }, PLAIN: { value: CANARY, plain: true } },
    },
    secrets: { key: CANARY },
  });
  await gateway.api.servers.create({
    name: "remote",
    config: {
      transport: "http",
      url: `http://ada:${CANARY}@127.0.0.1:9/mcp?key=${CANARY}`,
      headers: { Authorization: `Bearer ${CANARY}` },
    },
  });
  const log = new AppLog({ now: () => 0, onFailure: () => {} });
  log.write("warn", `call failed: https://a.example/?key=${CANARY}`, { token });

  const text = await describe(log, gateway.api);
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(token);
  expect(text).not.toContain(home);
  expect(text).toContain('"dataDir": "~/data"');
  expect(text).toContain("port = 0 (argument)");
  expect(text).toContain('"state": "off"');
  expect(text).toContain("call failed");
  expect(text).toMatch(/"doctor": \[\s+"/);
});

test("without a gateway it says why there is none", async () => {
  const log = new AppLog({ now: () => 0, onFailure: () => {} });
  expect(await describe(log, null)).toContain('"gateway": null');
});

test("a home folder of Windows is named nowhere, however deep in JSON", async () => {
  const log = new AppLog({ now: () => 0, onFailure: () => {} });
  const path = "C:\\Users\\Ada\\data";
  log.write("warn", `cannot read ${path}`, { path, nested: JSON.stringify({ path }) });
  const text = await describeForReport({
    info: infoOf(path),
    versions: {},
    startup: { state: "starting" },
    api: null,
    log: log.recent(),
    redactor: log.redactor,
    home: "C:\\Users\\Ada",
  });
  expect(text).not.toContain("Ada");
  expect(text).toContain("~");
});
