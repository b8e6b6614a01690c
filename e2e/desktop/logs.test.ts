/** The Debug Logs page on the real app, with calls of real clients. */
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { startGateway } from "../gateway/test-gateway.ts";
import { startBrowser } from "./browser.ts";
import { calls, startCounted } from "./counted.ts";
import { choose, focused, heading, isFocused } from "./person.ts";
import { go, press } from "./states/state.ts";

const timeout = 120_000;
const PAGES = join(import.meta.dirname, "../../out/renderer");

const grid = (page: Page): Locator => page.getByRole("grid", { name: "Debug logs" });
const rows = (page: Page): Locator => grid(page).locator("[data-index]");
const field = (page: Page): Locator => page.getByRole("combobox", { name: "Filter debug logs" });
const hash = (page: Page): Promise<string> => page.evaluate(() => window.location.hash);
/** Methods and tools as the rows show them. */
const shown = (page: Page): Promise<string[]> =>
  rows(page).evaluateAll((all) =>
    all
      .toSorted((one, other) => Number(one.dataset["index"]) - Number(other.dataset["index"]))
      .map((row) => row.querySelectorAll("[role=gridcell]")[3]?.textContent ?? ""),
  );
const details = (page: Page): Locator => page.getByRole("region", { name: /^Details/ });
const active = (page: Page): Promise<string | null> =>
  grid(page).evaluate((element) => {
    const id = element.getAttribute("aria-activedescendant");
    return id === null
      ? null
      : (document.getElementById(id)?.querySelectorAll("[role=gridcell]")[3]?.textContent ?? "");
  });
const typed = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.type(text);
};

test("rows are found, opened, marked and left with the keyboard alone", { timeout }, async () => {
  const { test: app, dev } = await startCounted();
  const { page } = app;
  await calls(dev, "echo", "fail", "add");
  await page.keyboard.press("Control+4");
  await heading(page, "Debug Logs").waitFor();
  await expect.poll(() => shown(page)).toContain("call add");
  const all = await rows(page).count();
  expect(Number(await grid(page).getAttribute("aria-rowcount"))).toBe(all + 1);

  // The filter is typed with what it offers; Esc leaves for the rows.
  await page.keyboard.press("/");
  await focused(field(page));
  await typed(page, "sta");
  await page.getByRole("option", { name: /^status:/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await typed(page, "err");
  await page.getByRole("option", { name: "error", exact: true }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => shown(page)).toEqual(["call fail"]);
  expect(await hash(page)).toBe("#/logs?q=status%3Aerror");
  await page.getByText("1 matches").waitFor();

  // What is wrong is said where it is typed, and nothing is lost by that.
  await typed(page, "colour:red");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "colour" }).waitFor();
  expect(await field(page).getAttribute("aria-invalid")).toBe("true");
  expect(await shown(page)).toEqual(["call fail"]);
  await page.keyboard.press("Escape");
  await expect.poll(() => field(page).inputValue()).toBe("");
  // Backspace opens the last chip again.
  await page.keyboard.press("Backspace");
  await expect.poll(() => field(page).inputValue()).toBe("status:error");
  for (let at = 0; at < "error".length; at += 1) await page.keyboard.press("Backspace");
  await typed(page, "ok,error ");
  await page.getByRole("button", { name: "Remove status:ok,error" }).waitFor();
  await expect.poll(() => rows(page).count()).toBe(all);
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Backspace");
  await expect.poll(() => hash(page)).toBe("#/logs");
  await page.keyboard.press("Escape");
  await focused(grid(page));

  // Rows: arrows move, Enter shows, letters act.
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => active(page)).toBe("call add");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => active(page)).toBe("call fail");
  await page.keyboard.press("Enter");
  await details(page).getByText("Tool error").waitFor();
  await expect.poll(() => hash(page)).toMatch(/^#\/logs\?id=\d+$/);
  await page.keyboard.press("ArrowUp");
  await details(page).getByRole("heading", { name: "call echo" }).waitFor();
  await page.keyboard.press("p");
  await expect.poll(() => active(page)).toBe("call echo, pinned");
  await page.keyboard.press("n");
  const note = page.getByRole("dialog", { name: "Note" });
  await focused(note.getByRole("textbox", { name: "Note" }));
  await expect.poll(() => note.getByRole("textbox").isEditable()).toBe(true);
  await typed(page, "looked at this");
  await page.keyboard.press("Control+Enter");
  await note.waitFor({ state: "detached" });
  await expect.poll(() => active(page)).toBe("call echo, pinned, has a note");
  await details(page).getByText("looked at this").waitFor();
  await focused(grid(page));

  await page.keyboard.press("c");
  await page.getByRole("menu", { name: "Copy as" }).waitFor();
  await page.getByRole("menuitem", { name: "Request" }).press("Enter");
  await expect
    .poll(() => app.app.evaluate(({ clipboard }) => clipboard.readText()))
    .toContain('"tools/call"');
  await focused(grid(page));
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menu", { name: "Menu of the row" }).waitFor();
  await page.keyboard.press("Escape");
  await focused(grid(page));

  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("d");
  await page.getByRole("dialog", { name: "Compare two exchanges" }).waitFor();
  await page.keyboard.press("Escape");
  await focused(grid(page));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("r");
  await page.getByRole("dialog", { name: "Call echo again?" }).waitFor();
  await page.keyboard.press("Escape");
  await focused(grid(page));

  await page.keyboard.press("Escape");
  await details(page).waitFor({ state: "detached" });
  expect(await isFocused(grid(page))).toBe(true);
});

test(
  "new rows come by themselves, and not while somebody looks elsewhere",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    await go(page, "/logs?q=tool%3Aecho");
    await page.getByText("No log matches").waitFor();
    await calls(dev, ...Array.from({ length: 40 }, () => "echo"));
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("41");
    const scroller = grid(page);
    const scrolled = (): Promise<{ top: number; left: number }> =>
      scroller.evaluate((element) => ({
        top: element.scrollTop,
        left: element.scrollHeight - element.clientHeight - element.scrollTop,
      }));
    // The last row is in sight.
    await expect.poll(async () => (await scrolled()).left).toBeLessThan(1);

    await scroller.hover();
    await page.mouse.wheel(0, -300);
    await page.getByRole("button", { name: "Follow", exact: true }).waitFor();
    const { top } = await scrolled();
    await calls(dev, "echo", "echo", "echo");
    await page.getByRole("button", { name: "3 new ↓" }).waitFor();
    expect((await scrolled()).top).toBe(top);
    await press(page, "3 new ↓");
    await expect.poll(async () => (await scrolled()).left).toBeLessThan(1);
    await page.getByRole("button", { name: "Following" }).waitFor();

    await grid(page).press("Space");
    await page.getByRole("button", { name: "Paused" }).waitFor();
    await calls(dev, "echo", "echo");
    await page.getByRole("button", { name: "2 new ↓" }).waitFor();
    expect(await grid(page).getAttribute("aria-rowcount")).toBe("44");
    await grid(page).press("End");
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("46");
    await expect.poll(async () => (await scrolled()).left).toBeLessThan(1);
  },
);

test(
  "an exchange is shown with its messages, its timing and all its parts",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    const secret = `ghp_${"a1B2".repeat(9)}`;
    const long = "x".repeat(200_000);
    await dev.request("tools/call", { name: "echo", arguments: { message: `use ${secret}` } });
    await dev.request("tools/call", { name: "echo", arguments: { message: long } });
    await go(page, "/logs?q=tool%3Aecho");
    await expect.poll(() => rows(page).count()).toBe(2);
    await rows(page).first().click();
    const pane = details(page);
    await pane.getByRole("tab", { name: "Request", exact: true }).click();
    // What was removed says so, and cannot be had.
    await pane
      .getByText(/removed: /)
      .first()
      .waitFor();
    await pane.getByText("cannot be shown later").first().waitFor({ state: "attached" });
    expect(await page.content()).not.toContain(secret);
    await pane.getByRole("tab", { name: /^Linked 2/ }).click();
    await pane.getByRole("button", { name: /gateway → files/ }).click();
    await expect.poll(() => hash(page)).toMatch(/tab=linked/);
    await pane.getByText(/OK after/).waitFor();
    await pane.getByRole("tab", { name: "Timing" }).click();
    expect(await pane.getByRole("table", { name: "Timing" }).locator("tbody tr").count()).toBe(2);

    await rows(page).last().click();
    await pane.getByRole("tab", { name: "Request", exact: true }).click();
    await pane.getByText(/^Cut off: 64 KB of 195 KB kept\.$/).waitFor();
    await pane.getByRole("tab", { name: "Raw" }).click();
    await pane.getByText("Exchange").waitFor();
    await pane.getByRole("button", { name: "Close details" }).click();
    await focused(grid(page));
  },
);

test(
  "back and forward come to the filter, the rows and the details that were left",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    await calls(dev, ...Array.from({ length: 40 }, () => "echo"), "add");
    await go(page, "/logs?q=tool%3Aecho");
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("41");
    await grid(page).press("Home");
    await grid(page).press("PageDown");
    await grid(page).press("ArrowDown");
    await grid(page).press("Enter");
    await details(page).waitFor();
    const scroller = grid(page);
    const place = async () => ({
      top: await scroller.evaluate(({ scrollTop }) => scrollTop),
      index: await rows(page).and(page.locator("[aria-selected=true]")).getAttribute("data-index"),
      hash: await hash(page),
    });
    await expect.poll(() => hash(page)).toMatch(/id=\d+/);
    const left = await place();

    await field(page).focus();
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Control+a");
    await typed(page, "tool:add ");
    await expect.poll(() => shown(page)).toEqual(["call add"]);
    await go(page, "/overview");
    await heading(page, "Overview").waitFor();
    await page.goBack();
    await expect.poll(() => shown(page)).toEqual(["call add"]);
    await page.goBack();
    await expect.poll(() => grid(page).getAttribute("aria-rowcount")).toBe("41");
    await expect.poll(place).toEqual(left);
    await page.goForward();
    await expect.poll(() => shown(page)).toEqual(["call add"]);
  },
);

test(
  "without recording the page says how to begin, and everything says which kinds there are",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted(async (api) => {
      await api.settings.update({ logLevel: "off" });
    });
    const { page } = app;
    await go(page, "/logs");
    await page.getByText("Nothing is recorded. Metadata only is a good start.").waitFor();
    await press(page, "Record metadata");
    await page.getByText("Nothing was recorded yet.").waitFor();
    await calls(dev, "echo");
    await expect.poll(() => shown(page)).toEqual(["call echo"]);
    await rows(page).first().click();
    await details(page).getByText("Its messages were not to be recorded.").first().waitFor();
    await page.getByRole("switch", { name: "Everything" }).click();
    await expect.poll(() => shown(page)).toEqual(["call echo", "to the server: call echo"]);
    // The menu bar asks before whole messages are recorded.
    await choose(app, "Gateway", "Record uncapped bodies for 1 hour…");
    await page.getByRole("dialog", { name: /^Record whole messages/ }).waitFor();
    await page.keyboard.press("Escape");
    // The palette takes a filter behind a colon.
    await page.keyboard.press("Control+k");
    await typed(page, ":kind:upstream tool:echo");
    await page.keyboard.press("Enter");
    await expect.poll(() => shown(page)).toEqual(["to the server: call echo"]);
    expect(await page.getByRole("switch", { name: "Everything" }).count()).toBe(0);
    await press(page, "Clear filter");
    await expect.poll(() => shown(page)).toEqual(["call echo"]);
  },
);

test("in a browser rows come by themselves as well", { timeout }, async () => {
  const { api, gateway } = await startGateway({ pages: PAGES });
  const { url } = await gateway.listen();
  await api.profiles.create({ slug: "dev" });
  const { token } = await api.tokens.create({ name: "browser", rights: ["use", "manage"] });
  const { page } = await startBrowser();
  await page.goto(`${url}/admin`);
  await page.getByLabel("Access token").fill(token);
  await press(page, "Open the gateway");
  await heading(page, "Overview").waitFor();
  await go(page, "/logs");
  await page.getByText("Nothing was recorded yet.").waitFor();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize();
  await client.request("tools/list");
  await expect.poll(() => shown(page)).toEqual(["initialize", "tools/list"]);
  await rows(page).last().click();
  await details(page).getByText('"tools"').waitFor();
  await go(page, "/logs?q=method%3Ainitialize");
  await expect.poll(() => shown(page)).toEqual(["initialize"]);
});

test(
  "that nothing is recorded any more is said above the rows and on the Overview",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    const off = page.getByRole("region", { name: "Debug logs are off." });
    await calls(dev, "echo");
    await go(page, "/settings?section=logs");
    await page.getByRole("combobox", { name: "Record debug logs" }).click();
    await page.getByRole("option", { name: "Nothing" }).click();
    await go(page, "/logs");
    await expect.poll(() => shown(page)).toContain("call echo");
    await off.waitFor();
    await go(page, "/servers");
    await heading(page, "Servers").waitFor();
    expect(await off.count()).toBe(0);
    await go(page, "/overview");
    await off.waitFor();
    await press(page, "Record metadata");
    await off.waitFor({ state: "detached" });
  },
);
