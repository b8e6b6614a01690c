import type { Page } from "playwright-core";
import {
  dialogOf,
  detailState,
  dialogState,
  go,
  next,
  pageState,
  pointAt,
  press,
  type State,
} from "./state.ts";

const field = (page: Page, name: string) =>
  page.getByRole("main").getByLabel(name, { exact: true });

/** What a server's processes take, as every place that shows it says it. */
const MEMORY = /\d+ MB/;

/** The list, a server that works, and what can be done with it. */
export const serverStates: State[] = [
  {
    name: "servers",
    isPage: true,
    show: async (page) => {
      await go(page, "/servers");
      const list = page.getByRole("grid", { name: "Servers" });
      await list.getByText("Ready").first().waitFor();
      await list.getByText(MEMORY).first().waitFor();
    },
  },
  {
    name: "servers, filtered",
    show: async (page) => {
      await page.getByRole("searchbox", { name: "Filter servers" }).fill("git");
      await page.getByText("1 of 15 servers").waitFor();
    },
  },
  detailState("servers, filtered to nothing", "/servers?q=nosuch", "No server matches"),
  {
    name: "menu of a server",
    show: async (page) => {
      await go(page, "/servers?q=GitHub");
      await press(page, "More for GitHub");
      await page.getByRole("menuitem", { name: "Restart" }).waitFor();
    },
  },
  {
    name: "a toast",
    show: async (page) => {
      await press(page, "More for GitHub");
      await page.getByRole("menuitem", { name: "Copy as JSON" }).click();
      await page
        .getByText("was copied without its secrets")
        .filter({ visible: true })
        .first()
        .waitFor();
    },
    leave: async (page) => {
      // Its button is there for those who come to it.
      await page.getByText("was copied without its secrets").last().hover();
      await press(page, "Dismiss");
    },
  },
  dialogState("delete a server", "Delete “GitHub”?", async (page) => {
    await press(page, "More for GitHub");
    await page.getByRole("menuitem", { name: "Delete…" }).click();
  }),
  pageState("server: tools", "/servers/github/tools?item=list_issues", "Write as JSON"),
  {
    name: "server: tools, filtered to nothing",
    show: async (page) => {
      await page.getByRole("searchbox", { name: "Filter tools" }).fill("nosuch");
      await page.getByText("Nothing matches").filter({ visible: true }).first().waitFor();
    },
    leave: (page) => page.keyboard.press("Escape"),
  },
  {
    name: "server: a call without what it needs",
    show: async (page) => {
      await page.getByRole("button", { name: /^Call tool/ }).click();
      await page.locator("[aria-invalid=true]").first().waitFor();
    },
  },
  {
    name: "server: a tool answered",
    show: async (page) => {
      await field(page, "name").fill("first");
      await page.getByRole("button", { name: /^Call tool/ }).click();
      await page.getByText("The tool answered").waitFor();
      await page.getByText("Definition", { exact: true }).click();
    },
  },
  {
    name: "server: arguments as JSON, wrong",
    show: async (page) => {
      await press(page, "Write as JSON");
      await page.getByLabel("Arguments as JSON").fill("{");
      await page.getByRole("button", { name: /^Call tool/ }).click();
      await page.locator("[aria-invalid=true]").waitFor();
    },
  },
  dialogState("ask before a call that changes data", /^Call delete_issue/, async (page) => {
    await go(page, "/servers/github/tools?item=delete_issue");
    await page.getByRole("heading", { name: "Call delete_issue" }).waitFor();
    await field(page, "name").fill("first");
    await page.getByRole("button", { name: /^Call tool/ }).click();
  }),
  {
    name: "what the figures of a server mean",
    show: async (page) => {
      const text = page.locator("#layer").getByText("100 % is one core");
      await pointAt(page.getByText(/^Processes \d+ · \d+ MB · \d+ %/), text);
    },
    leave: (page) => page.mouse.move(0, 0),
  },
  detailState("server: prompts, none", "/servers/github/prompts", "offers no prompts"),
  detailState("server: resources, none", "/servers/github/resources", "offers no resources"),
  pageState("server: output", "/servers/github/output", "github: ready"),
  pageState("server: activity", "/servers/github/activity", "Ready"),
  pageState("server: settings", "/servers/github/settings", "a-z, 0-9 and -."),
  {
    name: "server: settings, changed and wrong",
    show: async (page) => {
      await field(page, "Name").fill("Not A Name");
      await field(page, "Calls at the same time").fill("0");
      await field(page, "Stop when idle for (minutes)").fill("soon");
      await press(page, "Save");
      await page.locator("[aria-invalid=true]").first().waitFor();
    },
  },
  dialogState("leave without saving", "Leave without saving?", (page) =>
    page.getByRole("link", { name: "Profiles" }).click(),
  ),
  {
    name: "server: settings of a URL",
    isPage: true,
    show: async (page) => {
      await press(page, "Discard");
      await go(page, "/servers/jira/settings");
      await field(page, "URL").waitFor();
    },
  },
  pageState("server: needs sign-in", "/servers/jira/tools", "Nobody has signed in"),
  pageState("server: not started yet", "/servers/new-one/tools", "Review command…"),
  dialogState("review of a command", "Review command", (page) => press(page, "Review command…")),
  pageState("server: off", "/servers/kubernetes/tools", "Turn on"),
  pageState("server: command not found", "/servers/uvx-tools/tools", "was not found"),
  next("folders that were searched", async (page) => {
    await page.getByText("Folders searched").click();
    await page.getByRole("button", { name: "Copy details" }).waitFor();
  }),
  {
    name: "a tooltip",
    show: async (page) => {
      const text = page.locator("#layer").getByText(/^More for/);
      await pointAt(page.getByRole("button", { name: /^More for/ }), text);
    },
    leave: (page) => page.mouse.move(0, 0),
  },
  {
    name: "the active profile, as a list of choices",
    show: async (page) => {
      await page.getByRole("combobox", { name: "Active profile" }).click();
      await page.getByRole("option", { name: "writing" }).waitFor();
    },
  },
  dialogState("palette with everything in it", "Command palette", async (page) => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("git");
    await dialogOf(page).getByRole("option").nth(3).waitFor();
  }),
  // The last of them: it takes the server a while to fall five times.
  pageState("server: crashed too often", "/servers/weather/tools", "was left stopped"),
];
