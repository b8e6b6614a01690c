/** The pictures of the debug logs; see screenshots.test.ts. */
import { expect, test } from "vitest";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { Camera, type Mask } from "./pictures/camera.ts";
import { demoPrograms, PASSPHRASE, seedDemo } from "./pictures/demo.ts";
import { noon, seedLogs } from "./pictures/logs.ts";
import { seed } from "./seed.ts";
import { go, press } from "./states/state.ts";
import { isFull } from "../full.ts";

const isWanted = isFull || process.env["E2E_SCREENSHOTS"] === "1";
const ROWS = 1_000_000;
/** What the gateway asked servers when it started is beside them. */
const OWN_ROWS: Mask = [String.raw`1,000,\d{3} recorded`, "1,000,000 recorded"];
/** The newest row is so old, ms. */
const LATER_MS = 9000;

async function started(rows: number): Promise<{ app: TestApp; camera: Camera }> {
  const home = appDirectory();
  await seed(home, async (api) => {
    if (rows === 0) {
      await api.vault.init({ passphrase: PASSPHRASE });
      return;
    }
    await seedDemo("http://127.0.0.1:1/mcp")(api);
    // Nobody answers there, and what is found about that is not what the picture is of.
    await api.servers.update({ server: "jira", changes: { enabled: false } });
    await seedLogs(api, home, rows);
  });
  const app = await startApp({
    home,
    scale: 2,
    env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
  });
  const camera = new Camera(app, [OWN_ROWS], { figures: true });
  await camera.prepare();
  await press(app.page, "Skip setup");
  await app.page.clock.setFixedTime(noon() + LATER_MS);
  return { app, camera };
}

const filterTo = (q: string): string => `/logs?${new URLSearchParams({ q })}`;

test.runIf(isWanted)("a million rows", { timeout: 400_000 }, async () => {
  const { app, camera } = await started(ROWS);
  const { page } = app;
  const rows = page.getByRole("grid", { name: "Debug logs" }).getByRole("row");
  const last = (text: string) => rows.filter({ hasText: text }).last();
  await go(page, filterTo("profile:dev after:30d"));
  await last("call create_issue").waitFor();
  await camera.take("logs-million", "readme");
  await go(page, filterTo("profile:dev status:error"));
  await last("call create_issue").waitFor();
  await last("call create_issue").click();
  await page.getByRole("tab", { name: "Request", exact: true }).click();
  await page.getByText("label not found").first().waitFor();
  await camera.take("logs-failed");
  await page.getByRole("tab", { name: "Timing" }).click();
  await page.getByRole("table", { name: "Timing" }).waitFor();
  await camera.take("log-detail-waterfall");
  await go(page, filterTo("server:github tool:delete_repository"));
  await page.getByText("No log matches").waitFor();
  await camera.take("logs-no-match");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)("no row yet", { timeout: 120_000 }, async () => {
  const { app, camera } = await started(0);
  await go(app.page, "/logs");
  await app.page.getByText("Nothing was recorded yet.").waitFor();
  await camera.take("logs-empty");
  expect(camera.leaks).toEqual([]);
});
