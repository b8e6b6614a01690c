/**
 * The page of debug logs while rows arrive: what is in the document, however many there are.
 * `npm run bench:logs` runs the same over its own directory and takes the figures.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGateway } from "@local-mcp/gateway";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { freePort, start } from "../../bench/child.ts";
import { LIVE_PROFILE, makeLogs, SERVERS } from "../../bench/logs-data.ts";
import { Load } from "../../bench/logs-load.ts";
import { type Scrolling, scrolled } from "../../bench/logs-scroll.ts";
import { upstreamLaunch } from "../../bench/targets.ts";
import { appDirectory, giveToApp, startApp, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { go } from "./states/state.ts";

/** What the benchmark asks for: a directory in a home that the app may use, and where to tell. */
const asked = z
  .object({ home: z.string(), seconds: z.number(), result: z.string() })
  .nullable()
  .parse(JSON.parse(process.env["BENCH_LOGS"] ?? "null"));

const ROWS = 4000;
/** Each is two rows. */
const CALLS_PER_SECOND = 250;
const MOST_IN_DOCUMENT = 300;
const seconds = asked?.seconds ?? 2;

/** The home of an app whose log is made, and whose server is there. */
async function prepared(): Promise<string> {
  const home = asked?.home ?? appDirectory();
  const dataDir = join(home, "data");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const upstream = start(upstreamLaunch(port), join(home, "upstream.log"));
  onTestFinished(() => upstream.stop());
  if (!asked) await makeLogs(dataDir, ROWS, url);
  const gateway = await createGateway({ dataDir, kind: "cli", env: { HOME: home } });
  await gateway.api.servers.update({ server: SERVERS[0], changes: { url } });
  await gateway.close();
  giveToApp(home);
  return home;
}

const logsIn = async (page: Page): Promise<void> => {
  await go(page, "/logs");
  await page.getByRole("grid", { name: "Debug logs" }).getByRole("row").nth(5).waitFor();
};

/** A window with nothing but as high a page, of the same Electron: as fast as this machine scrolls. */
async function plainPage({ app, page }: TestApp): Promise<Page> {
  const size = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  const opened = app.waitForEvent("window");
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    const html = `<!doctype html><style>html,body{height:100%;margin:0;overflow:hidden}
      main{height:100%;overflow-y:scroll}
      div{height:28000000px;background:repeating-linear-gradient(#fff 0 27px,#ccc 27px 28px)}
      </style><main data-scroller><div></div></main>`;
    const window = new BrowserWindow({ width, height, useContentSize: true });
    void window.loadURL(`data:text/html,${encodeURIComponent(html)}`);
  }, size);
  const plain = await opened;
  await plain.locator("[data-scroller]").waitFor();
  return plain;
}

test("rows of a long log are in the document as far as they are seen, while it is scrolled and grows", async () => {
  const running = await startApp({ home: await prepared() });
  const { page, dataDir } = running;
  await page.getByRole("heading", { level: 1 }).waitFor();
  const load = await Load.open(endpoint(dataDir).url, `/mcp/${LIVE_PROFILE}`);
  onTestFinished(() => load.close());
  const over = new AbortController();
  const arriving = load.run(CALLS_PER_SECOND, 600, over.signal);

  const plain: Scrolling | null = asked
    ? await scrolled(await plainPage(running), "[data-scroller]", seconds)
    : null;
  if (plain) {
    await running.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().startsWith("data:"))
        ?.destroy(),
    );
  }
  await logsIn(page);
  const logs = await scrolled(page, "[data-log-grid]", seconds);
  const unseen = await page.getByRole("button", { name: / new ↓$/ }).textContent();
  const arrived = Number(unseen?.replaceAll(/\D/g, ""));
  over.abort();
  const { failed } = await arriving;

  if (asked) writeFileSync(asked.result, JSON.stringify({ plain, logs, arrived, failed }));
  expect(failed).toBe(0);
  expect(arrived).toBeGreaterThan(0);
  expect(logs.moved).toBeGreaterThan(0);
  expect(logs.rows).toBeGreaterThan(5);
  expect(logs.rows).toBeLessThanOrEqual(MOST_IN_DOCUMENT);
}, 600_000);
