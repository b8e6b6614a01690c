/** The pages of a headless gateway in a real browser: Electron's own Chromium with a plain window. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGateway } from "../gateway/test-gateway.ts";
import { appDirectory, giveToApp, startApp } from "./app.ts";
import { expectAccessible } from "./axe.ts";

const PAGES = join(import.meta.dirname, "../../out/renderer");

async function browser() {
  const home = appDirectory();
  const program = join(home, "browser.cjs");
  copyFileSync(join(import.meta.dirname, "browser.cjs"), program);
  giveToApp(home);
  return startApp({ home, program });
}

test("a person opens the gateway in a browser with a token, works, and is asked again once it is revoked", async () => {
  const { api, gateway } = await startGateway({ pages: PAGES });
  const { url } = await gateway.listen();
  await api.profiles.create({ slug: "dev" });
  await api.roots.create({ uri: "https://docs.example.com/", name: "Docs" });
  const made = await api.tokens.create({ name: "browser", rights: ["use", "manage"] });
  const { page } = await browser();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });

  await page.goto(`${url}/admin`);
  const field = page.getByLabel("Access token");
  await field.fill("lmg_wrong");
  await page.getByRole("button", { name: "Open the gateway" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toMatch(/token/);
  await expectAccessible(page, "the question for a token");

  await field.fill(made.token);
  await field.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("link", { name: "Import & export" }).click();
  await page.getByRole("heading", { name: "Import & export", level: 1 }).waitFor();
  await expectAccessible(page, "Import & export in a browser");
  // What changes elsewhere comes by itself.
  await page.getByRole("link", { name: "Profiles" }).click();
  await api.profiles.create({ slug: "made-elsewhere" });
  await page.getByText("made-elsewhere").first().waitFor();
  // A wrong token and one that is refused are told by the browser too; nothing else is.
  expect(problems.filter((text) => !text.includes("401"))).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(
    made.token,
  );

  await api.tokens.revoke({ token: made.id });
  await field.waitFor({ timeout: 15_000 });
});
