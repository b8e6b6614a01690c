import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { AppLog } from "../../src/main/app-log.ts";
import { describeForReport } from "../../src/main/diagnostics.ts";
import type { Stage } from "./stage.ts";
import { untilTried } from "./tried.ts";

/**
 * Runs the gateway as the app does, with its log in files, and copies the diagnostics.
 *
 * @param meanwhile is done while it runs
 */
export const asTheApp = async (
  stage: Stage,
  secret: string,
  meanwhile: (api: Gateway["api"]) => Promise<void> = async () => {},
): Promise<void> => {
  const log = new AppLog({
    now: () => Date.now(),
    onFailure: (error) => {
      throw error;
    },
    // So small that it is rotated.
    maxBytes: 16 * 1024,
  });
  log.openIn(join(stage.dataDir, "logs"));
  const gateway = await createGateway({
    dataDir: stage.dataDir,
    kind: "app",
    loginShell: false,
    settings: { port: 0 },
    env: { ...stage.env, AUTH_ENCRYPTION_SECRET: secret },
    log: log.line,
    redactor: log.redactor,
  });
  try {
    await gateway.listen();
    await untilTried(() => gateway.api.servers.list());
    await meanwhile(gateway.api);
    for (const row of await gateway.api.servers.list()) {
      // What goes wrong inside is written down with what it was about.
      log.write("error", "something was refused", { config: row.config, status: row.status });
    }
    const diagnostics = await describeForReport({
      info: {
        platform: "linux",
        version: "1",
        electron: "1",
        packaged: true,
        dataDir: stage.dataDir,
        tray: true,
      },
      versions: { node: process.version },
      startup: { state: "ready" },
      api: gateway.api,
      log: log.recent(),
      redactor: log.redactor,
      home: join(stage.root, "home"),
    });
    stage.heard("the diagnostics", diagnostics);
  } finally {
    await gateway.close();
  }
};
