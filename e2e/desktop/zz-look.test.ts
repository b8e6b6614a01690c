import { mkdirSync } from "node:fs";
import { test } from "vitest";
import { setTheme } from "./axe.ts";
import { troubles } from "./states/troubles.ts";
import { go, press } from "./states/state.ts";

test("look", { timeout: 180_000 }, async () => {
  mkdirSync("/tmp/ui-look", { recursive: true });
  const { test: app } = await troubles.open();
  const { page } = app;
  const size = (width: number, height: number) =>
    app.app.evaluate(
      ({ BrowserWindow }, s) => {
        for (const w of BrowserWindow.getAllWindows()) w.setContentSize(s.width, s.height);
      },
      { width, height },
    );
  const shot = async (name: string) => {
    for (const theme of ["light", "dark"] as const) {
      await setTheme(app, theme);
      await page.screenshot({
        path: `/tmp/ui-look/${name}-${theme}.png`,
        animations: "disabled",
        scale: "css",
      });
    }
    await setTheme(app, "light");
  };
  const main = page.getByRole("main");
  await size(1280, 800);
  await go(page, "/servers/exits/tools");
  await page
    .getByText(/was left stopped|exit code/)
    .filter({ visible: true })
    .first()
    .waitFor();
  await page.getByText("was left stopped").first().waitFor();
  await page.getByText("Last output").click();
  await shot("stopped");
  await press(page, "Start again");
  await page
    .getByText(/Next try in [12] s/)
    .first()
    .waitFor();
  await shot("retrying");
  await go(page, "/servers");
  await shot("list-retrying");
  await go(page, "/servers/closed/tools");
  await page
    .getByText(/Next try/)
    .first()
    .waitFor();
  await shot("remote-retrying");
  await go(page, "/servers/noisy/output");
  await page
    .getByText("were not MCP")
    .waitFor()
    .catch(() => undefined);
  await shot("garbage");
  await go(page, "/servers");
  await page
    .getByText("starts on the next call")
    .first()
    .waitFor()
    .catch(() => undefined);
  await shot("list");
  await size(1120, 740);
  await shot("list-1120");
  await size(900, 600);
  await shot("list-900");
  await size(1280, 800);
  await go(page, "/servers/resting/tools");
  await page
    .getByText("starts on the next call")
    .first()
    .waitFor()
    .catch(() => undefined);
  await shot("idle");
  await go(page, "/servers/noisy/tools");
  await page.getByText(/^Processes/).hover();
  await page.waitForTimeout(800);
  await shot("tooltip");
  await go(page, "/servers/noisy/settings");
  await main.getByLabel("Name", { exact: true }).fill("Not A Name");
  await main.getByLabel("Calls at the same time").fill("0");
  await main.getByLabel("Stop when idle for (minutes)").fill("soon");
  await press(page, "Save");
  await main.getByLabel("Calls at the same time").scrollIntoViewIfNeeded();
  await shot("limits-wrong");
  await press(page, "Discard");
  await main.getByLabel("Connections").scrollIntoViewIfNeeded();
  await shot("limits");
  await go(page, "/servers/closed/settings");
  await main.getByLabel("Connections").scrollIntoViewIfNeeded();
  await shot("limits-remote");
  await go(page, "/settings?section=gateway");
  await page.getByLabel("Stop when idle for").fill("0.1");
  await press(page, "Save");
  await shot("settings");
  await press(page, "Discard");
  await go(page, "/overview");
  await press(page, "Skip setup");
  await page.getByText("Needs attention").waitFor();
  await shot("overview");
  await go(page, "/profiles/dev/tools");
  await page.getByText("Servers in order").waitFor();
  await page.waitForTimeout(500);
  await shot("profile");
  await go(page, "/profiles");
  await page.waitForTimeout(500);
  await shot("profiles");
});
