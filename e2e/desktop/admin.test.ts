/** The pages of a headless gateway in a real browser: Electron's own Chromium with a plain window. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startGateway } from "../gateway/test-gateway.ts";
import { expectAccessible, setTheme } from "./axe.ts";
import { startBrowser } from "./browser.ts";
import { go, press } from "./states/state.ts";
import { openImport } from "./states/transfer.ts";

const PAGES = join(import.meta.dirname, "../../out/renderer");

test("a person opens the gateway in a browser with a token, works, and is asked again once it is revoked", async () => {
  const { api, gateway } = await startGateway({ pages: PAGES });
  const { url } = await gateway.listen();
  await api.profiles.create({ slug: "dev" });
  await api.roots.create({ uri: "https://docs.example.com/", name: "Docs" });
  const made = await api.tokens.create({ name: "browser", rights: ["use", "manage"] });
  const { page } = await startBrowser();
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

test("what a person exports in a browser is downloaded; what is imported there starts nothing", async () => {
  const AUTH_ENCRYPTION_SECRET = "long enough for a test of pages";
  const { api, gateway } = await startGateway({ pages: PAGES, env: { AUTH_ENCRYPTION_SECRET } });
  const { url } = await gateway.listen();
  const secret = "canary-of-a-page-4b1d";
  const command = { command: "a-server", env: { KEY: { value: secret } } };
  await api.servers.create({ name: "files", config: { transport: "stdio", ...command } });
  const { token } = await api.tokens.create({
    name: "browser",
    rights: ["use", "manage", "processes"],
  });
  const testApp = await startBrowser();
  const { page, home } = testApp;
  const path = join(home, "downloaded.json");
  await testApp.app.evaluate(({ session }, path) => {
    session.defaultSession.on("will-download", (_event, item) => item.setSavePath(path));
  }, path);
  await page.goto(`${url}/admin`);
  await page.getByLabel("Access token").fill(token);
  await press(page, "Open the gateway");
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  await go(page, "/transfer/export");
  await page.getByText("1 server, about").waitFor();
  for (const theme of ["light", "dark"] as const) {
    await setTheme(testApp, theme);
    await expectAccessible(page, `an export in a browser, ${theme}`);
  }
  await page.getByRole("radio", { name: "Sealed with AUTH_ENCRYPTION_SECRET" }).click();
  await press(page, "Export…");
  await page.getByRole("heading", { name: "1 entry exported" }).waitFor();
  await expect
    .poll(() => existsSync(path) && readFileSync(path, "utf8").endsWith("}\n"))
    .toBe(true);
  const text = readFileSync(path, "utf8");
  expect(JSON.parse(text).format.secrets).toBe(1);
  expect(text).not.toContain(secret);

  const read = async (pasted: string): Promise<void> => {
    await openImport(page);
    await page.getByLabel("Paste a configuration").fill(pasted);
    await press(page, "Read configuration");
    await page.getByRole("grid", { name: "Entries of the file" }).waitFor();
  };
  // A command of a page is not even stored.
  await read(JSON.stringify({ mcpServers: { evil: { command: "rm", args: ["-rf", "/"] } } }));
  await page.getByText("A page in a browser can neither start a command").first().waitFor();
  expect(await page.getByRole("button", { name: /^Import \d+ |^Look at/ }).isEnabled()).toBe(false);

  // One that is there is shown, and nobody can let it run from here.
  const changed = JSON.parse(text);
  changed.entities.gateways[0].description = "Said in a browser.";
  changed.entities.prompts = [{ name: "greet", template: "Hello." }];
  await read(JSON.stringify(changed));
  await page.getByText("1 new").waitFor();
  await page.getByRole("radio", { name: "Update" }).first().click();
  await press(page, "Look at commands…");
  await page.getByText("They are stored, and wait").waitFor();
  expect(await page.getByRole("checkbox").count()).toBe(0);
  for (const theme of ["light", "dark"] as const) {
    await setTheme(testApp, theme);
    await expectAccessible(page, `commands in a browser, ${theme}`);
  }
  await press(page, "Import 2 items");
  await page.getByRole("heading", { name: "Imported" }).waitFor();
  expect(await api.prompts.list({})).toMatchObject([{ name: "greet" }]);
  expect(await api.servers.get({ server: "files" })).toMatchObject({
    description: "Said in a browser.",
    confirmed: false,
    status: { state: "unconfirmed" },
  });
});
