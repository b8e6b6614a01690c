/** The Metrics page on the real app, with calls of real clients. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { calls, startCounted } from "./counted.ts";
import { focused, heading } from "./person.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;

const table = (page: Page, name: string) => page.getByRole("table", { name, exact: true });
const bodyOf = async (page: Page, name: string): Promise<string[][]> => {
  const rows = await table(page, name).locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row) =>
      (await row.locator("td, th").allInnerTexts()).map((text) => text.trim()),
    ),
  );
};
const choose = async (page: Page, label: string, option: string): Promise<void> => {
  await page.getByRole("combobox", { name: label, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};
/** Of each interval that something was called in. */
const counted = (rows: string[][]): number[] =>
  rows
    .map(([, ...figures]) => figures.map(Number))
    .reduce(([ok = 0, errors = 0], [more = 0, failed = 0]) => [ok + more, errors + failed], [0, 0]);

test(
  "what was called is counted, filtered, read by keyboard and as a table",
  { timeout },
  async () => {
    const { test: app, dev, writing } = await startCounted();
    const { page } = app;
    await page.keyboard.press("Control+6");
    await heading(page, "Metrics").waitFor();
    await page.getByText("Nothing was called in this range.").waitFor();
    await calls(dev, "echo", "echo", "echo", "fail", "add");
    await calls(writing, "add", "structured");

    // Read again by itself.
    await page.getByText("7 calls").waitFor({ timeout: 20_000 });
    await page.getByText("1 error", { exact: true }).waitFor();
    expect((await bodyOf(page, "Most used")).map((row) => row.slice(0, 5))).toEqual([
      ["Tool", "echo", "files", "3", "0"],
      ["Tool", "add", "notes", "2", "0"],
      ["Tool", "fail", "files", "1", "1"],
      ["Tool", "structured", "notes", "1", "0"],
    ]);
    await page.getByRole("button", { name: "Errors" }).click();
    await expect
      .poll(async () => (await bodyOf(page, "Most used")).map(([, name]) => name))
      .toEqual(["fail", "echo", "add", "structured"]);

    // The figures of the chart are those of its table, with each interval that nothing was called in.
    const section = page.getByRole("region", { name: "Calls", exact: true });
    await section.getByRole("button", { name: "Show as table" }).click();
    const asTable = await bodyOf(page, "Calls");
    expect(asTable.length).toBeGreaterThan(90);
    expect(counted(asTable)).toEqual([6, 1]);
    const latency = page.getByRole("region", { name: "Time to answer", exact: true });
    await latency.getByRole("button", { name: "Show as table" }).click();
    const slow = await bodyOf(page, "Time to answer");
    expect(slow.filter(([, p50]) => p50 !== "–").length).toBe(
      asTable.filter(([, ok, errors]) => ok !== "0" || errors !== "0").length,
    );

    // What was chosen stays, for the page and in the route.
    await choose(page, "Range", "Last hour");
    await choose(page, "Profile", "writing");
    await page.getByText("2 calls").waitFor();
    await choose(page, "Server", "Notes");
    expect(await page.evaluate(() => window.location.hash)).toBe(
      "#/metrics?sort=errors&range=1h&profile=writing&server=notes",
    );
    await go(page, "/overview");
    await go(page, "/metrics?range=1h&profile=dev&server=notes");
    await page.getByText("1 call", { exact: true }).waitFor();
    expect(counted(await bodyOf(page, "Calls"))).toEqual([1, 0]);
    await choose(page, "Server", "The gateway’s own");
    await page.getByText("Nothing was called in this range.").waitFor();
    await choose(page, "Server", "All servers");
    await page.getByText("5 calls").waitFor();

    for (const region of [section, latency]) {
      await region.getByRole("button", { name: "Show as chart" }).click();
      const chart = region.getByRole("application");
      await chart.focus();
      const told = region.getByRole("status");
      await page.keyboard.press("ArrowRight");
      await told.getByText("nothing called").waitFor();
      const first = await told.innerText();
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => told.innerText()).not.toBe(first);
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => told.innerText()).toBe(first);
      await focused(chart);
    }

    await page.getByRole("link", { name: "echo" }).first().click();
    await page.getByRole("heading", { level: 1, name: /Files$/ }).waitFor();
  },
);

test(
  "calls are counted again where they were not, and forgotten where that is wanted",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted(async (api) => {
      await api.settings.update({ metrics: false });
    });
    const { page } = app;
    await calls(dev, "echo");
    await go(page, "/metrics?range=1h");
    await page.getByText("Calls are not counted.").waitFor();
    await page.getByText("Nothing was called in this range.").waitFor();
    await press(page, "Count calls");
    await page.getByText("Calls are not counted.").waitFor({ state: "detached" });
    await calls(dev, "echo", "add");
    await page.getByText("2 calls").waitFor({ timeout: 20_000 });

    await go(page, "/metrics?range=1h&server=notes");
    await page.getByText("1 call", { exact: true }).waitFor();
    await press(page, "More for metrics");
    await page.getByRole("menuitem", { name: "Reset…" }).click();
    await dialogOf(page).getByText("of “notes” is forgotten").waitFor();
    await press(page, "Cancel");
    await page.getByText("1 call", { exact: true }).waitFor();
    await press(page, "More for metrics");
    await page.getByRole("menuitem", { name: "Reset…" }).click();
    await press(page, "Reset metrics");
    await page.getByText("Nothing was called in this range.").waitFor();
    await go(page, "/metrics?range=1h");
    await page.getByText("1 call", { exact: true }).waitFor();
    expect((await bodyOf(page, "Most used")).map(([, name, server]) => [name, server])).toEqual([
      ["echo", "files"],
    ]);
  },
);
