/** Memory and CPU of the servers, in the window. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appDirectory, startApp } from "./app.ts";
import { seed, seedSmall } from "./seed.ts";
import { go } from "./states/state.ts";

/** As long as one reading is shown, ms. */
const READ_AGAIN_MS = 3000;
const MEMORY = /^\d+ MB$/;

/** Counts in the page what it asks the main process for from now on. */
async function watchQuestions(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    document.documentElement.dataset["reads"] = "0";
    // oxlint-disable-next-line typescript/unbound-method -- the proxy binds it again
    MessagePort.prototype.postMessage = new Proxy(MessagePort.prototype.postMessage, {
      apply: (post, port, [message]: [unknown]) => {
        if (typeof message === "string" && message.includes("/servers/usage")) {
          const { dataset } = document.documentElement;
          dataset["reads"] = String(Number(dataset["reads"]) + 1);
        }
        Reflect.apply(post, port, [message]);
      },
    });
  });
  return async () => Number(await page.locator("html").getAttribute("data-reads"));
}

const setVisible = (page: Page, visible: boolean): Promise<void> =>
  page.evaluate(
    (state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    },
    visible ? "visible" : "hidden",
  );

test("figures are read while they are seen, and not otherwise", async () => {
  const home = appDirectory();
  await seed(home, async (api) => {
    await seedSmall(api);
    await api.servers.create({
      name: "remote",
      config: { transport: "http", url: "http://127.0.0.1:1/mcp" },
    });
  });
  const { page } = await startApp({ home });
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.clock.install();
  const reads = await watchQuestions(page);
  await page.clock.runFor(3 * READ_AGAIN_MS);
  expect(await reads()).toBe(0);

  await go(page, "/servers");
  const list = page.getByRole("grid", { name: "Servers" });
  const row = (name: string) => list.getByRole("row").filter({ hasText: name });
  await row("files").getByText(MEMORY).waitFor();
  await row("remote").getByLabel("no process here").waitFor();
  const moreThan = async (seen: number): Promise<void> => {
    await expect.poll(reads, { timeout: 15_000 }).toBeGreaterThan(seen);
  };
  const atFirst = await reads();
  await page.clock.runFor(READ_AGAIN_MS);
  await moreThan(atFirst);
  await row("files")
    .getByText(/^\d+ %$/)
    .waitFor();

  await setVisible(page, false);
  const whenHidden = await reads();
  await page.clock.runFor(3 * READ_AGAIN_MS);
  // What happens meanwhile is shown, and asks for nothing either.
  await row("remote").getByRole("switch").click();
  await row("remote").getByText("Off").waitFor();
  expect(await reads()).toBe(whenHidden);
  await row("files").getByText(MEMORY).waitFor();
  await setVisible(page, true);
  await moreThan(whenHidden);

  await go(page, "/overview");
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  const whenLeft = await reads();
  await page.clock.runFor(3 * READ_AGAIN_MS);
  expect(await reads()).toBe(whenLeft);
});

test("a server's page says what its processes take, and goes without once they are gone", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const { page } = await startApp({ home });
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await go(page, "/servers/files/tools");
  const line = page.getByText(/^Processes 1 · \d+ MB · (\d+ %|…)/);
  await line.waitFor();
  // By keyboard too it says what it means.
  await line.focus();
  await page.locator("#layer").getByText("100 % is one core").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("switch", { name: "On" }).click();
  await expect.poll(() => line.count(), { timeout: 15_000 }).toBe(0);
});
