/** What can be done with debug logs beside reading them, on the real app with calls of real clients. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { calls, startCounted } from "./counted.ts";
import { focused, saves } from "./person.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;

const dialog = (page: Page, name: string | RegExp) => page.getByRole("dialog", { name });
/** Also those that lie behind a dialog, which have no role then. */
const rows = (page: Page) => page.locator("[data-log-grid] [role=row]", { hasText: "call" });
/** Waits until so many calls are listed. */
const seen = async (page: Page, count: number): Promise<void> => {
  await expect.poll(() => rows(page).count(), { timeout: 10_000 }).toBe(count);
};
const logsOf = (filter: string): string => `/logs?${new URLSearchParams({ q: filter })}`;
const bodyOf = async (page: Page, name: string): Promise<string[][]> => {
  const all = await page.getByRole("table", { name, exact: true }).locator("tbody tr").all();
  return Promise.all(
    all.map(async (row) =>
      (await row.locator("td, th").allInnerTexts()).map((text) =>
        text.replaceAll(/\s+/g, " ").trim(),
      ),
    ),
  );
};
const openReplay = async (page: Page): Promise<void> => {
  await rows(page).first().click();
  await press(page, "Replay…");
};

test(
  "a call is made again after a question, and compared with the first",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    await calls(dev, "add");
    await go(page, logsOf("tool:add kind:request"));
    await seen(page, 1);
    await openReplay(page);
    const asks = dialog(page, "Call add again?");
    await asks.getByText("It does not say that it only reads.").waitFor();
    // It opens on its title, so that Enter calls nothing.
    await focused(asks.getByRole("heading", { name: "Call add again?" }));
    await page.keyboard.press("Enter");
    expect(await asks.getByText("The tool answered").count()).toBe(0);
    expect(await rows(page).count()).toBe(1);

    const field = asks.getByRole("textbox", { name: "Arguments" });
    await field.fill('{ "a": }');
    await asks
      .getByRole("alert")
      .getByText(/Line 1 is not JSON/)
      .waitFor();
    expect(await asks.getByRole("button", { name: "Call again" }).isDisabled()).toBe(true);
    await field.fill('{ "a": 20, "b": 22 }');
    await press(page, "Call again");
    await asks.getByText("The tool answered").waitFor();
    await asks.getByText("42", { exact: true }).waitFor();

    await press(page, "Compare with the first");
    const compared = dialog(page, "Compare two exchanges");
    await compared.getByRole("table", { name: "What differs" }).waitFor();
    expect((await bodyOf(page, "What differs")).map(([name]) => name)).toContain("Client");
    await compared.getByRole("cell", { name: /"a": 1,/ }).waitFor();
    await compared.getByRole("cell", { name: /"a": 20,/ }).waitFor();
    await compared.getByRole("button", { name: "Close" }).last().click();
    await asks.getByRole("link", { name: /^Show debug log \d+$/ }).click();
    await asks.waitFor({ state: "detached" });
    await seen(page, 2);
    expect(await page.evaluate(() => window.location.hash)).toMatch(/[?&]id=\d+/);
  },
);

test(
  "what was removed from a call has to be filled in before it is made again",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    const secret = `ghp_${"a1B2".repeat(9)}`;
    await dev.request("tools/call", { name: "echo", arguments: { message: `use ${secret}` } });
    await go(page, logsOf("tool:echo kind:request"));
    await seen(page, 1);
    await openReplay(page);
    const asks = dialog(page, "Call echo again?");
    await asks.getByText("Secrets were removed before it was recorded: message.").waitFor();
    const again = asks.getByRole("button", { name: "Call again" });
    expect(await again.isDisabled()).toBe(true);
    expect(await asks.innerText()).not.toContain(secret);
    await asks.getByRole("textbox", { name: "Arguments" }).fill('{ "message": "use another" }');
    await again.click();
    await asks.getByText("Echo: use another", { exact: true }).waitFor();
  },
);

test(
  "debug logs are exported, with what was said only when it is asked for twice",
  { timeout },
  async () => {
    const { test: app, dev } = await startCounted();
    const { page } = app;
    await calls(dev, "echo", "add");
    await go(page, logsOf("tool:echo kind:request"));
    await seen(page, 1);
    const path = join(app.home, "logs.jsonl");
    await saves(app, path);

    await press(page, "Export…");
    const asks = dialog(page, "Export debug logs");
    await asks.getByText("The file holds 1 row that matches the filter.").waitFor();
    await asks.getByRole("button", { name: "Export…" }).click();
    await page.getByText("1 row written to logs.jsonl.").first().waitFor();
    const without = readFileSync(path, "utf8");
    expect(without).toContain("echo");
    expect(without).not.toContain("hello");
    expect(
      without
        .trim()
        .split("\n")
        .map((line) => typeof JSON.parse(line)),
    ).toContain("object");
    expect(statSync(path).mode & 0o777).toBe(0o600);

    await press(page, "Export…");
    await asks.getByRole("radio", { name: "With contents as recorded" }).click();
    await asks.getByRole("button", { name: "Export…" }).click();
    const twice = dialog(page, "Export what was said?");
    await twice.waitFor();
    await page.keyboard.press("Enter");
    expect(readFileSync(path, "utf8")).toBe(without);
    await twice.getByRole("button", { name: "Export with contents…" }).click();
    await expect.poll(() => readFileSync(path, "utf8")).toContain("hello");
  },
);

test("debug logs are cleared: what the filter shows, then everything", { timeout }, async () => {
  const { test: app, dev } = await startCounted();
  const { page } = app;
  await calls(dev, "echo", "echo", "add");
  await go(page, logsOf("tool:echo kind:request"));
  await seen(page, 2);
  await press(page, "Clear…");
  const asks = dialog(page, "Clear debug logs?");
  await asks.getByText("2 rows that match the filter are removed from the disk.").waitFor();
  await asks.getByText("None of them is pinned.").waitFor();
  await focused(asks.getByRole("heading", { name: "Clear debug logs?" }));
  await page.keyboard.press("Enter");
  expect(await rows(page).count()).toBe(2);
  await press(page, "Clear debug logs");
  await asks.waitFor({ state: "detached" });
  await seen(page, 0);

  await go(page, logsOf("tool:add kind:request"));
  await seen(page, 1);
  await press(page, "Clear…");
  await asks.getByRole("radio", { name: /^Everything/ }).click();
  await press(page, "Clear debug logs");
  await asks.waitFor({ state: "detached" });
  await go(page, "/settings?section=logs");
  await page.getByText("Nothing is recorded yet").waitFor();
});

test("a server at “Nothing” leaves no rows, and the others do", { timeout }, async () => {
  const { test: app, dev } = await startCounted();
  const { page } = app;
  await go(page, "/servers");
  await page.getByRole("link", { name: "Notes" }).click();
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("combobox", { name: "Record debug logs" }).click();
  await page.getByRole("option", { name: "Nothing" }).click();
  await page.getByRole("status").getByText("Records Nothing.").waitFor({ state: "attached" });
  await calls(dev, "add", "echo");
  // Both sides of the one; of the other neither.
  await go(page, `${logsOf("method:tools/call")}&all=1`);
  await seen(page, 2);
  expect(await rows(page).filter({ hasText: "add" }).count()).toBe(0);
});

test("whole messages are recorded for a while, in sight of every page", { timeout }, async () => {
  const { test: app } = await startCounted();
  const { page } = app;
  await go(page, "/settings?section=logs");
  await press(page, "Record whole messages for 60 min…");
  await dialogOf(page).getByText("it ends by itself").waitFor();
  await press(page, "Record whole messages");
  await go(page, "/overview");
  const bar = page.getByRole("region", { name: "Recording" });
  await bar.getByText("Recording uncapped bodies, 60 min left").waitFor();
  await bar.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => bar.count()).toBe(0);
});

test("what was called is summed up, and stands together by session", { timeout }, async () => {
  const { test: app, dev, writing } = await startCounted();
  const { page } = app;
  await calls(dev, "echo", "echo", "fail");
  await calls(writing, "add");
  await go(page, logsOf("method:tools/call kind:request"));
  await page.getByRole("tab", { name: "Summary" }).click();
  await page.getByText("4 calls").waitFor();
  await page.getByText("1 error", { exact: true }).waitFor();
  const byTool = (await bodyOf(page, "By tool")).map((row) => row.slice(0, 4).join(" "));
  expect(byTool).toHaveLength(3);
  expect(byTool).toEqual(
    expect.arrayContaining(["Only echo files 2 0", "Only add notes 1 0", "Only fail files 1 1"]),
  );
  await page.getByRole("button", { name: "Only files" }).click();
  await page.getByText("3 calls").waitFor();
  expect(decodeURIComponent(await page.evaluate(() => window.location.hash))).toContain(
    "server:files",
  );

  await go(page, logsOf("method:tools/call kind:request"));
  await page.getByRole("tab", { name: "Sessions" }).click();
  await expect
    .poll(async () => (await bodyOf(page, "Sessions")).map((row) => row.slice(-2)))
    .toEqual([
      ["1", "0"],
      ["3", "1"],
    ]);
  await page
    .getByRole("button", { name: /^Show rows of / })
    .nth(1)
    .focus();
  await page.keyboard.press("Enter");
  await seen(page, 3);
});
