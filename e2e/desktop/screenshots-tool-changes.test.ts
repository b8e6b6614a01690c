/** The picture of tools that changed, made as those of `screenshots.test.ts` are. */
import { expect, test } from "vitest";
import { appDirectory, startApp } from "./app.ts";
import { ACCEPTED, CHANGED, changingTools } from "./changing-tools.ts";
import { Camera } from "./pictures/camera.ts";
import { PASSPHRASE } from "./pictures/demo.ts";
import { seed } from "./seed.ts";
import { go, press } from "./states/state.ts";
import { isFull } from "../full.ts";

const isWanted = isFull || process.env["E2E_SCREENSHOTS"] === "1";

test.runIf(isWanted)("tools that changed", { timeout: 120_000 }, async () => {
  const home = appDirectory();
  const files = changingTools(home, ACCEPTED);
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: PASSPHRASE });
    await api.servers.create({
      name: "files",
      title: "Files",
      config: files.config,
      confirmed: true,
      holdChangedTools: true,
    });
    await api.profiles.create({ slug: "dev", name: "dev", servers: ["files"] });
    await api.profiles.activate({ profile: "dev" });
  });
  const app = await startApp({ home, scale: 2, env: { VAULT_PASSPHRASE: PASSPHRASE } });
  const { page } = app;
  const camera = new Camera(app, [
    [String.raw`\b\d+ MB\b`, "64 MB"],
    [String.raw`\b\d+ %`, "0 %"],
    ["changing 1\\.0\\.0", "files 2.4.0"],
  ]);
  await camera.prepare();
  await press(page, "Skip setup");
  await page.getByText("Everything is ready.").waitFor();
  files.lists(CHANGED);
  await go(page, "/servers/files/changes");
  await page.getByText("New, never accepted").waitFor();
  await page.getByText(/^Processes 1 · \d+ MB · \d+ %/).waitFor();
  await camera.take("tools-changed-diff");
  expect(camera.leaks).toEqual([]);
});
