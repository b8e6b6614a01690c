import type { Page } from "playwright-core";
import { calls, startCounted } from "../counted.ts";
import { detailState, dialogOf, dialogState, next, pageState, press, type Scene } from "./state.ts";

/** So long that no tool of it has a name that clients are sure to take. */
const LONG_SLUG = "a-profile-with-a-name-that-is-far-too-long-for-it";

const filterTo = (q: string, view = ""): string => `/logs${view}?${new URLSearchParams({ q })}`;
const openReplay = async (page: Page): Promise<void> => {
  await page.getByRole("grid").getByRole("row").filter({ hasText: "echo" }).first().click();
  await press(page, "Replay…");
};

/** What can be done with debug logs beside reading them, and what is said about recording. */
export const logsViews: Scene = {
  name: "views and dialogs of debug logs",
  open: async () => {
    const { test, dev, writing } = await startCounted(async (api) => {
      await api.profiles.create({ slug: LONG_SLUG, name: "Long", servers: ["files", "notes"] });
    });
    await calls(dev, "echo", "fail", "echo");
    await calls(writing, "add");
    return {
      test,
      states: [
        pageState("sessions of debug logs", filterTo("method:tools/call", "/sessions"), "Requests"),
        detailState("no session", filterTo("tool:nothing", "/sessions"), "No session matches"),
        pageState("summary of debug logs", filterTo("method:tools/call", "/summary"), "4 calls"),
        next("as tables", async (page) => {
          for (const name of ["Calls", "Time to answer"]) {
            const region = page.getByRole("region", { name, exact: true });
            await region.getByRole("button", { name: "Show as table" }).click();
          }
        }),
        detailState("no call to sum up", filterTo("tool:nothing", "/summary"), "No call matches"),
        detailState("two findings", filterTo("tool:echo"), "2 findings"),
        next("unfolded", async (page) => {
          await page.getByRole("button", { name: /^2 findings/ }).click();
          await page.getByRole("button", { name: "Open profile" }).nth(1).waitFor();
        }),
        next("one of them", async (page) => {
          await page.getByRole("button", { name: "Dismiss" }).first().click();
          await page.getByText("2 findings").waitFor({ state: "detached" });
        }),
        dialogState("a call is made again", "Call echo again?", openReplay),
        next("with arguments that are none", async (page) => {
          await dialogOf(page).getByRole("textbox", { name: "Arguments" }).fill("{ oops");
          await dialogOf(page).getByRole("alert").waitFor();
        }),
        next("answered", async (page) => {
          await dialogOf(page).getByRole("textbox").fill('{ "message": "hello again" }');
          await press(page, "Call again");
          await page.getByText("The tool answered").waitFor();
        }),
        next("compared with the first", async (page) => {
          await press(page, "Compare with the first");
          await page.getByRole("dialog", { name: "Compare two exchanges" }).waitFor();
          await page.getByRole("table", { name: "Response" }).waitFor();
        }),
        dialogState("debug logs are exported", "Export debug logs", (page) =>
          press(page, "Export…"),
        ),
        next("with contents", async (page) => {
          await page.getByRole("radio", { name: "With contents as recorded" }).click();
          await dialogOf(page).getByRole("button", { name: "Export…" }).click();
          await page.getByRole("dialog", { name: "Export what was said?" }).waitFor();
        }),
        dialogState("debug logs are cleared", "Clear debug logs?", (page) => press(page, "Clear…")),
        pageState("settings of debug logs", "/settings?section=logs", "The oldest is of"),
        dialogState("whole messages are asked for", /^Record whole messages/, (page) =>
          press(page, "Record whole messages for 60 min…"),
        ),
        {
          name: "whole messages are recorded",
          isPage: true,
          show: async (page) => {
            await press(page, "Record whole messages for 60 min…");
            await press(page, "Record whole messages");
            await page.getByText("Recording uncapped bodies, 60 min left").waitFor();
          },
        },
      ],
    };
  },
};
