/** The Sessions page on the real app, with sessions of real clients. */
import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import { SqliteStorageBackend } from "@local-mcp/sessions/server";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { startGateway } from "../gateway/test-gateway.ts";
import { appDirectory, giveToApp, startApp } from "./app.ts";
import { expectAccessible, setTheme } from "./axe.ts";
import { startBrowser } from "./browser.ts";
import { calls, startCounted } from "./counted.ts";
import { choose, fixtureEntry, focused, heading } from "./person.ts";
import { seed } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;
const PAGES = join(import.meta.dirname, "../../out/renderer");

const list = (page: Page) => page.getByRole("grid", { name: "Sessions" });
const rows = (page: Page) => list(page).getByRole("rowgroup").last().getByRole("row");
const cells = async (page: Page, row: number): Promise<string[]> =>
  (await rows(page).nth(row).getByRole("gridcell").allInnerTexts()).map((text) => text.trim());

const startBusy = () =>
  startCounted(async (api) => {
    const { command, args } = fixtureEntry({}, "--tools", "slow");
    const config = { transport: "stdio" as const, command, args };
    await api.servers.create({ name: "slow", title: "Slow", config, confirmed: true });
    await api.profiles.update({
      profile: "dev",
      changes: { servers: ["files", "notes", "slow"] },
    });
  });

test(
  "who has a session is listed as it is, and disconnected by mouse and by keyboard",
  { timeout },
  async () => {
    const { test: app, dev, writing } = await startCounted();
    const { page } = app;
    await calls(writing, "add");
    await page.keyboard.press("Control+5");
    await heading(page, "Sessions").waitFor();
    await page.getByText("2 sessions").waitFor();
    await page.getByText("kept in SQLite, in the database of this computer.").waitFor();
    expect((await cells(page, 0)).slice(0, 8)).toEqual([
      "test-client 1.0.0",
      "writing",
      "writing",
      "2025-11-25",
      expect.stringMatching(/^\d\d:\d\d$/),
      "just now",
      "Idle",
      "Disconnect",
    ]);
    expect((await cells(page, 1)).slice(0, 7)).toEqual([
      "test-client 1.0.0",
      "dev",
      "dev",
      "2025-11-25",
      expect.stringMatching(/^\d\d:\d\d$/),
      "none seen",
      "Idle",
    ]);

    // What is open is seen without reading anything again.
    const stream = await dev.listen(() => undefined);
    await list(page).getByText("Active").waitFor();
    await stream.close();
    await list(page).getByText("Active").waitFor({ state: "detached" });

    await list(page).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Delete");
    await page.getByText("“test-client” was disconnected.").waitFor();
    await page.getByText("1 session", { exact: true }).waitFor();
    await focused(list(page));
    // Which was first is not told by its name.
    const ended = await Promise.allSettled([dev.request("ping"), writing.request("ping")]);
    expect(ended.filter(({ status }) => status === "rejected")).toHaveLength(1);

    await press(page, "Disconnect test-client 1.0.0");
    await page.getByText("No client is connected.").waitFor();
    await expect(dev.request("ping")).rejects.toMatchObject({ code: -32001 });
    await expect(writing.request("ping")).rejects.toMatchObject({ code: -32001 });
    await press(page, "Connect a client…");
    await dialogOf(page).getByText("Connect a client").first().waitFor();
  },
);

test(
  "a client whose call runs is asked about first, and its rows lead to the log",
  { timeout },
  async () => {
    const { test: app, dev, writing } = await startBusy();
    const { page } = app;
    await expect
      .poll(async () => JSON.stringify(await dev.request("tools/list")), { timeout: 10_000 })
      .toContain('"slow"');
    await writing.delete();
    const call = { name: "slow", arguments: { ms: 100_000, steps: 1 } };
    const running = dev.request("tools/call", call).catch((error: unknown) => error);
    await choose(app, "View", "Sessions");
    await list(page).getByText("Active").waitFor();
    await press(page, "Disconnect test-client 1.0.0");
    const dialog = page.getByRole("dialog", { name: "Disconnect “test-client”?" });
    await dialog.getByText("1 request of it is being answered and will be cancelled.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    await focused(list(page));

    // Enter shows what the log has of it.
    await page.keyboard.press("Enter");
    await heading(page, "Debug Logs").waitFor();
    expect(await page.evaluate(() => window.location.hash)).toContain("session%3A");
    await page.getByRole("grid", { name: "Debug logs" }).getByText("slow").first().waitFor();
    await page.goBack();
    await heading(page, "Sessions").waitFor();
    await press(page, "Disconnect test-client 1.0.0");
    await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.getByText("No client is connected.").waitFor();
    expect(await running).toBeInstanceOf(Error);
  },
);

test("thousands of sessions are a list in which keys move", { timeout }, async () => {
  const home = appDirectory();
  let profileId = "";
  const { dataDir } = await seed(home, async (api) => {
    const profile = { slug: "dev", name: "dev", allowWithoutToken: true };
    ({ id: profileId } = await api.profiles.create(profile));
  });
  const db = createDb({ path: join(dataDir, "local-mcp-gateway.db") });
  const store = new SqliteStorageBackend(db);
  await store.init();
  const now = Date.now();
  for (let at = 0; at < 1200; at += 1) {
    await store.createClientSession({
      sessionId: `session-${at}`,
      profileId,
      tokenId: null,
      protocolVersion: "2025-11-25",
      clientInfo: { name: `Client ${at}`, version: "1" },
      capabilities: {},
      logLevel: null,
      subscriptions: [],
      createdAt: now - at * 1000,
      lastSeenAt: now - at * 1000,
    });
  }
  db.close();
  giveToApp(home);
  const { page } = await startApp({ home });
  await heading(page, "Overview").waitFor();
  await go(page, "/sessions");
  await page.getByText("1,200 sessions").waitFor();
  await page.getByText("These are the 1,000 that were seen last, of 1,200.").waitFor();
  await list(page).focus();
  expect(await rows(page).count()).toBeLessThan(60);
  await page.keyboard.press("End");
  await list(page).getByText("Client 999 1").waitFor();
  expect(await rows(page).count()).toBeLessThan(60);
  await page.keyboard.press("Delete");
  await page.getByText("1,199 sessions").waitFor();
  await page.keyboard.press("Home");
  await list(page).getByText("Client 0 1").waitFor();
});

test(
  "a store that fails is said, with what is used until then, and tried again",
  { timeout },
  async () => {
    const redis = await startRedis();
    afterTest(() => redis.stop());
    const url = redis.url();
    const { gateway, api } = await startGateway({
      pages: PAGES,
      env: { REDIS_URL: url, MCP_TS_STORAGE_FALLBACK: "memory" },
    });
    const { url: served } = await gateway.listen();
    await api.profiles.create({ slug: "dev", allowWithoutToken: true });
    const { token } = await api.tokens.create({ name: "page", rights: ["use", "manage"] });
    const client = new McpClient(`${served}/mcp/dev`);
    await client.initialize();
    const browser = await startBrowser();
    const { page } = browser;
    await page.goto(`${served}/admin#/sessions`);
    await page.getByLabel("Access token").fill(token);
    await press(page, "Open the gateway");
    await go(page, "/sessions");
    await heading(page, "Sessions").waitFor();
    const host = new URL(url).host;
    await page.getByText(`Sessions are kept in Redis at ${host}.`).waitFor();
    await page.getByText("1 session", { exact: true }).waitFor();

    await redis.kill("SIGKILL");
    await new McpClient(`${served}/mcp/dev`).initialize().catch(() => undefined);
    const banner = page.getByRole("region", { name: `Redis at ${host} cannot be reached since` });
    await banner.waitFor();
    await banner.getByText(/Legacy clients cannot resume\. Memory is used until then\./).waitFor();
    for (const theme of ["light", "dark"] as const) {
      await setTheme(browser, theme);
      await expectAccessible(page, `a session store that fails, ${theme}`);
    }
    await banner.getByRole("button", { name: "Retry" }).click();
    await banner.getByText("Tried again; nothing has changed.").waitFor();
    await redis.start();
    // By itself, whoever is faster.
    await banner.waitFor({ state: "detached", timeout: 20_000 });
    const { store } = await api.sessions.list({});
    expect(store).toMatchObject({ type: "redis", problem: null });
  },
);
