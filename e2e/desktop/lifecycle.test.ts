/** How the app comes and goes: to the tray and back, a second launch, a question, a signal. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { descendants, isAlive } from "../processes.ts";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { asked, heading, launchAgain, questionsAnswered } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { withTrayHost } from "./tray-host.ts";

const windows = ({ app }: TestApp): Promise<number> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);

/** As the frame's own button does. */
const closeWindow = ({ app }: TestApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

const bounds = ({ app }: TestApp): Promise<unknown> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());

/** A client that is connected to the active profile, with the stream that clients keep open. */
async function connect(dataDir: string, token: string): Promise<McpClient> {
  const url = `${endpoint(dataDir).url}/mcp`;
  const authorization = `Bearer ${token}`;
  const client = new McpClient(url, { authorization });
  await client.initialize();
  const stream = await fetch(url, {
    headers: {
      authorization,
      accept: "text/event-stream",
      "mcp-session-id": client.sessionId ?? "",
      "mcp-protocol-version": client.protocolVersion ?? "",
    },
  });
  expect(stream.status).toBe(200);
  return client;
}

async function seedWithToken(home: string): Promise<string> {
  const made = { token: "" };
  await seed(home, async (api) => {
    await seedSmall(api);
    made.token = (await api.tokens.create({ name: "test", profile: null, rights: ["use"] })).token;
  });
  return made.token;
}

test("closed, it serves on from the tray; a second launch shows it where it was; a signal ends all", async () => {
  const home = appDirectory();
  const token = await seedWithToken(home);
  const testApp = await startApp({ home, env: withTrayHost(home) });
  const { app, page, dataDir, pid } = testApp;
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  const client = await connect(dataDir, token);
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 140, y: 90, width: 1000, height: 700 }),
  );
  const before = await bounds(testApp);
  const renderers = (): number =>
    descendants(pid).filter((id) =>
      readFileSync(`/proc/${id}/cmdline`, "utf8").includes("--type=renderer"),
    ).length;
  expect(renderers()).toBe(1);
  await closeWindow(testApp);
  await expect.poll(() => windows(testApp)).toBe(0);
  await expect.poll(renderers, { timeout: 5000 }).toBe(0);
  expect((await fetch(`${endpoint(dataDir).url}/health`)).status).toBe(200);
  expect(await client.request("tools/list")).toMatchObject({ tools: expect.any(Array) });
  expect(readFileSync(join(dataDir, "app", "desktop.json"), "utf8")).toContain("tray.first");

  const shown = app.waitForEvent("window");
  await launchAgain(testApp);
  const second = await shown;
  await second.getByRole("heading", { level: 1, name: "Servers" }).waitFor();
  expect(await bounds(testApp)).toEqual(before);

  // Whoever sends a signal has decided: nobody is asked, though a client is connected.
  await questionsAnswered(testApp, [{ response: 0, checkboxChecked: false }]);
  const all = [pid, ...descendants(pid)];
  process.kill(pid, "SIGTERM");
  await expect.poll(() => all.filter(isAlive), { timeout: 15_000 }).toEqual([]);
  expect(existsSync(join(dataDir, "runtime.json"))).toBe(false);
});

test("without a tray the window is minimised, and stays", async () => {
  const testApp = await startApp();
  await heading(testApp.page, "Overview").waitFor();
  // There is no window manager here that would do it.
  await testApp.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (window) window.minimize = () => void Object.assign(globalThis, { minimised: true });
  });
  await closeWindow(testApp);
  await expect
    .poll(() => testApp.app.evaluate(() => Reflect.get(globalThis, "minimised")))
    .toBe(true);
  expect(await windows(testApp)).toBe(1);
  const notified = readFileSync(join(testApp.dataDir, "app", "desktop.json"), "utf8");
  expect(notified).toContain("tray.none");
});

test("quitting asks once while a client is connected, and never again where that was wished", async () => {
  const home = appDirectory();
  const token = await seedWithToken(home);
  const first = await startApp({ home });
  await heading(first.page, "Overview").waitFor();
  await connect(first.dataDir, token);
  await questionsAnswered(first, [
    { response: 0, checkboxChecked: false },
    { response: 1, checkboxChecked: true },
  ]);
  const quit = ({ app }: TestApp): Promise<void> =>
    app.evaluate(({ app: electronApp }) => electronApp.quit());
  await quit(first);
  await expect.poll(() => asked(first)).toHaveLength(1);
  expect((await asked(first))[0]).toMatchObject({
    message: "Quit Local MCP Gateway?",
    detail: "1 client is connected and loses its tools until you start it again.",
    buttons: ["Cancel", "Quit"],
    defaultId: 0,
    cancelId: 0,
    checkboxLabel: "Don’t ask again",
  });
  expect((await fetch(`${endpoint(first.dataDir).url}/health`)).status).toBe(200);
  await quit(first);
  await expect.poll(() => isAlive(first.pid), { timeout: 15_000 }).toBe(false);

  const second = await startApp({ home });
  await heading(second.page, "Overview").waitFor();
  await connect(second.dataDir, token);
  // If it asked, it would stay.
  await questionsAnswered(second, [{ response: 0, checkboxChecked: false }]);
  await quit(second);
  await expect.poll(() => isAlive(second.pid), { timeout: 15_000 }).toBe(false);
});
