import type { Page } from "playwright-core";
import {
  dialogOf,
  detailState,
  dialogState,
  go,
  next,
  pageState,
  press,
  type State,
} from "./state.ts";

const more = (page: Page, name: string): Promise<void> => press(page, `More for ${name}`);

const fromRowMenu = (item: string) => async (page: Page) => {
  await go(page, "/profiles");
  await more(page, "dev");
  await page.getByRole("menuitem", { name: item }).click();
};

const tab = (page: Page, name: string) =>
  dialogOf(page).getByRole("tab", { name, exact: true }).click();

/** Profiles with everything in them, one that is open to everybody, one without servers. */
export const profileStates: State[] = [
  pageState("profiles", "/profiles", "Servers ready"),
  {
    name: "menu of a profile",
    show: async (page) => {
      await more(page, "dev");
      await page.getByRole("menuitem", { name: "Duplicate…" }).waitFor();
    },
  },
  dialogState("new profile", "New profile", (page) => press(page, "New profile")),
  dialogState("duplicate a profile", "Duplicate “dev”", fromRowMenu("Duplicate…")),
  next("under a slug that is taken", async (page) => {
    await dialogOf(page).getByLabel("Slug").fill("writing");
    await page.waitForFunction(() => document.querySelector("input[aria-invalid=true]") !== null);
  }),
  dialogState("delete a profile", "Delete “dev”?", fromRowMenu("Delete…")),
  pageState("profile: tools", "/profiles/dev/tools", "Servers in order"),
  detailState("profile: tools, filtered", "/profiles/dev/tools?q=issue", "create_issue"),
  detailState(
    "profile: tools, filtered to nothing",
    "/profiles/dev/tools?q=nosuch",
    "No tool matches",
  ),
  {
    name: "profile: what is shown, as a list of choices",
    show: async (page) => {
      await go(page, "/profiles/dev/tools");
      await page.getByRole("combobox", { name: "Show" }).click();
      await page.getByRole("option", { name: "Edited" }).waitFor();
    },
  },
  {
    name: "profile: menu of what is shown",
    show: async (page) => {
      await press(page, "Select…");
      await page.getByRole("menuitem", { name: /^Turn off all/ }).waitFor();
    },
  },
  dialogState("edit a tool", /^Edit “/, async (page) => {
    await go(page, "/profiles/dev/tools?q=create_issue");
    await press(page, "Edit create_issue of GitHub…");
  }),
  next("its name is taken", async (page) => {
    await dialogOf(page).getByLabel("Description").fill("Create an issue in a repository.");
    await dialogOf(page).getByLabel("Name", { exact: true }).fill("create_ticket");
    await dialogOf(page)
      .getByRole("button", { name: /^Use “/ })
      .waitFor();
  }),
  next("original", (page) => tab(page, "Original")),
  next("difference", (page) => tab(page, "Diff")),
  dialogState("add servers to a profile", "Add servers to “writing”", async (page) => {
    await go(page, "/profiles/writing/tools");
    await press(page, "Add…");
  }),
  {
    name: "profile: menu of a server",
    show: async (page) => {
      await more(page, "Mail");
      await page.getByRole("menuitem", { name: "Move up" }).waitFor();
    },
  },
  dialogState("move a server to a position", /Mail/, async (page) => {
    await more(page, "Mail");
    await page.getByRole("menuitem", { name: "Move to position…" }).click();
  }),
  {
    name: "profile: a server is lifted",
    show: async (page) => {
      await page.getByRole("button", { name: "Reorder Mail" }).focus();
      await page.keyboard.press("Space");
      await page.locator("[aria-pressed=true]").waitFor();
    },
    leave: (page) => page.keyboard.press("Escape"),
  },
  {
    name: "profile: every tool is off",
    isPage: true,
    show: async (page) => {
      await go(page, "/profiles/quiet/tools");
      await press(page, "Select…");
      await page.getByRole("menuitem", { name: /^Turn off all/ }).click();
      await page.getByText("Every tool is off").waitFor();
    },
  },
  pageState("profile: prompts, none", "/profiles/writing/prompts", /offers a prompt/),
  detailState(
    "profile: resources, of servers in trouble",
    "/profiles/dev/resources",
    "0 resources on",
  ),
  pageState("profile: access", "/profiles/dev/access", "Access tokens valid here"),
  pageState("profile: open to everybody", "/profiles/writing/access", "without a token"),
  pageState("profile: settings", "/profiles/dev/settings", "Names of tools and prompts"),
  {
    name: "profile: settings, changed and wrong",
    show: async (page) => {
      await page.getByLabel("Slug").fill("Not A Slug");
      await page.getByRole("button", { name: "Discard" }).waitFor();
    },
    leave: (page) => press(page, "Discard"),
  },
  pageState("profile without servers", "/profiles/new", "Add servers to it"),
];
