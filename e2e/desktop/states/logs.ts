import type { Page } from "playwright-core";
import { calls, startCounted } from "../counted.ts";
import { detailState, go, next, pageState, press, type Scene, type State } from "./state.ts";

const filterTo = (q: string): string => `/logs?${new URLSearchParams({ q })}`;
const rowOf = (page: Page, text: string) =>
  page.getByRole("grid", { name: "Debug logs" }).getByRole("row").filter({ hasText: text }).last();

/** The details of a row, at one of their tabs. */
const detail = (name: string, row: string, tab: string): State => ({
  name,
  isPage: tab === "Response",
  show: async (page) => {
    await rowOf(page, row).click();
    await page.getByRole("tab", { name: new RegExp(`^${tab}( \\d+)?$`) }).click();
  },
});

/** The rows, with what stands in their place, beside and above them. */
export const logs: Scene = {
  name: "debug logs",
  open: async () => {
    const { test, dev } = await startCounted(async (api) => {
      await api.settings.update({ logLevel: "off" });
    });
    const { page } = test;
    return {
      test,
      states: [
        pageState("debug logs, nothing is recorded", "/logs", "Nothing is recorded."),
        pageState("debug logs, nothing matches", filterTo("tool:echo"), "No log matches"),
        {
          name: "debug logs, nothing yet",
          isPage: true,
          show: async () => {
            await go(page, "/logs");
            await press(page, "Record metadata");
            await page.getByText("Nothing was recorded yet.").waitFor();
          },
        },
        {
          name: "debug logs",
          isPage: true,
          show: async () => {
            await go(page, "/settings?section=logs");
            await page.getByRole("combobox", { name: "Record debug logs" }).click();
            await page.getByRole("option", { name: "Whole exchanges" }).click();
            await go(page, "/logs");
            const secret = `ghp_${"a1B2".repeat(9)}`;
            await dev.request("tools/call", { name: "echo", arguments: { message: secret } });
            await calls(dev, "echo", "add", "fail");
            await rowOf(page, "call fail").waitFor();
          },
        },
        detail("debug logs, a response", "call fail", "Response"),
        detail("a request", "call add", "Request"),
        detail("timing", "call add", "Timing"),
        detail("linked rows", "call add", "Linked"),
        detail("raw", "call echo", "Raw"),
        {
          name: "menu of a row",
          show: async () => {
            await page.getByRole("grid", { name: "Debug logs" }).press("Shift+F10");
            await page.getByRole("menu", { name: "Menu of the row" }).waitFor();
          },
        },
        {
          name: "columns",
          show: async () => {
            await press(page, "Columns");
            await page.getByRole("menuitemcheckbox", { name: "Size" }).waitFor();
          },
        },
        {
          name: "note",
          show: async () => {
            await page.getByRole("grid", { name: "Debug logs" }).press("n");
            await page.getByRole("dialog", { name: "Note" }).waitFor();
          },
        },
        detailState("a filter of chips", filterTo("status:error tool:fail"), "1 matches"),
        next("that is completed", async () => {
          await page.getByRole("combobox", { name: "Filter debug logs" }).fill("st");
          await page.getByRole("option", { name: /^status:/ }).waitFor();
          await page.keyboard.press("ArrowDown");
        }),
        next("with a mistake in it", async () => {
          await page.getByRole("combobox", { name: "Filter debug logs" }).fill("colour:red");
          await page.keyboard.press("Enter");
          await page.getByRole("alert").filter({ hasText: "colour" }).waitFor();
        }),
        {
          name: "debug logs, everything, paused with news",
          isPage: true,
          show: async () => {
            await go(page, "/logs?all=1");
            await rowOf(page, "call fail").waitFor();
            await press(page, "Pause");
            await calls(dev, "add");
            await page.getByRole("button", { name: /new ↓$/ }).waitFor();
          },
        },
      ],
    };
  },
};
