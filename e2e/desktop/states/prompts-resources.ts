import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { appDirectory, giveToApp, startApp } from "../app.ts";
import { seed, seedSmall } from "../seed.ts";
import { dialogOf, dialogState, go, next, pageState, press, type Scene } from "./state.ts";

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

const contentIs = async (page: Page, option: RegExp): Promise<void> => {
  await page.getByRole("combobox", { name: "Content" }).click();
  await page.getByRole("option", { name: option }).click();
};

const menu = async (page: Page, name: string, item: string): Promise<void> => {
  await press(page, `More for ${name}`);
  await page.getByRole("menuitem", { name: item }).click();
};

const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Prompts, resources and roots: none, as they are written, wrong, stored, and in a profile. */
export const promptsAndResources: Scene = {
  name: "prompts and resources",
  open: async () => {
    const home = appDirectory();
    const notes = join(home, "notes");
    mkdirSync(notes);
    writeFileSync(join(notes, "today.md"), "# Today\n");
    writeFileSync(join(home, "dot.png"), Buffer.from(PICTURE, "base64"));
    await seed(home, seedSmall);
    giveToApp(home);
    const test = await startApp({ home });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return {
      test,
      states: [
        pageState("prompts, none", "/prompts", "A prompt is a text with gaps"),
        pageState("resources, none", "/resources", "A resource is a text or file"),
        pageState("profile: roots, none", "/profiles/dev/roots", "A root is a folder or address"),
        pageState("a new prompt", "/prompts/new", "What clients get is shown here"),
        next("with a mistake in its text", async (page) => {
          await field(page, "Text").fill("# User:\n{% if code %}{{ code }}");
          await page.getByText(/^Line 2: /).waitFor();
        }),
        next("without a name", async (page) => {
          await field(page, "Text").fill("# User:\n{{ code }}\n# Assistant:\nIn {{ tone }} words.");
          await press(page, "Add code and tone");
          await press(page, "Create prompt");
          await page.getByText("A name has 1 to 128 of").waitFor();
        }),
        next("with what is left of its arguments", async (page) => {
          await press(page, "Remove tone");
          await press(page, "Add argument");
          await page.getByRole("button", { name: "Add tone" }).waitFor();
          await press(page, "Remove argument 2");
          await press(page, "Add tone");
          await field(page, "Name").fill("review");
          await page.getByRole("checkbox", { name: "dev" }).click();
          await press(page, "Create prompt");
          await page.getByRole("row").filter({ hasText: "2 arguments" }).waitFor();
        }),
        pageState("prompts", "/prompts", "Choose a prompt"),
        {
          name: "a prompt, with values to try it",
          isPage: true,
          show: async (page) => {
            await page.getByRole("row").filter({ hasText: "review" }).click();
            await field(page, "Value of tone").fill("few");
            await page.getByText("In few words.").waitFor();
          },
        },
        dialogState("delete a prompt", "Delete “review”?", (page) =>
          menu(page, "review", "Delete…"),
        ),
        pageState("prompts, filtered to nothing", "/prompts?q=nosuch", "No prompt matches"),
        pageState("a new resource", "/resources/new", "With {name} in it"),
        next("with a URI that is none", async (page) => {
          await field(page, "URI").fill("no scheme");
          await press(page, "Create resource");
          await page.getByText("A resource's URI begins with a scheme").waitFor();
        }),
        next("of bytes, without a file", async (page) => {
          await field(page, "URI").fill("img://dot");
          await contentIs(page, /^Bytes/);
          await press(page, "Create resource");
          await page.getByText("Choose a file.", { exact: true }).waitFor();
        }),
        next("of a picture", async (page) => {
          await page.locator("input[type=file]").setInputFiles(join(home, "dot.png"));
          await page.getByText(/^dot.png · /).waitFor();
        }),
        {
          name: "… stored",
          isPage: true,
          show: async (page) => {
            await press(page, "Create resource");
            await page.getByRole("img", { name: "Content of img://dot" }).waitFor();
          },
        },
        dialogState("roots, none", "Roots", (page) => press(page, "Roots…")),
        next("add one that is none", async (page) => {
          await press(page, "Add root…");
          await dialogOf(page).getByLabel("URI").fill("/home/me");
          await dialogOf(page).getByRole("button", { name: "Add root", exact: true }).click();
          await dialogOf(page).getByText("A root begins with file://").waitFor();
        }),
        next("with one", async (page) => {
          await dialogOf(page).getByLabel("URI").fill(`file://${notes}`);
          await dialogOf(page).getByLabel("Name").fill("Notes");
          await dialogOf(page).getByRole("button", { name: "Add root", exact: true }).click();
          await dialogOf(page).getByRole("list", { name: "Roots" }).waitFor();
        }),
        {
          name: "a resource of a file, outside its root",
          isPage: true,
          show: async (page) => {
            await go(page, "/resources/new");
            await field(page, "URI").fill("notes://{name}");
            await contentIs(page, /^File in a root/);
            await page.getByRole("combobox", { name: "Root" }).click();
            await page.getByRole("option", { name: "Notes" }).click();
            await field(page, "Path").fill("../{name}");
            await press(page, "Create resource");
            await page.getByText("leads out of its root").waitFor();
          },
        },
        next("inside of it, with values to fill in", async (page) => {
          await field(page, "Path").fill("{name}.md");
          await press(page, "Create resource");
          await page.getByText("Fill in name to read it.").waitFor();
        }),
        next("of no file", async (page) => {
          await field(page, "Value of name").fill("tomorrow");
          await page.getByText("Clients cannot read it.").waitFor();
        }),
        next("as clients read it", async (page) => {
          await field(page, "Value of name").fill("today");
          await page.getByText("# Today").waitFor();
        }),
        pageState("profile: roots", "/profiles/dev/roots", "Servers that ask are told"),
        {
          name: "profile: menu of a root",
          show: async (page) => {
            await press(page, "More for Notes");
            await page.getByRole("menuitem", { name: "Move up" }).waitFor();
          },
        },
        dialogState("edit a root", "Edit “Notes”", (page) => menu(page, "Notes", "Edit…")),
        dialogState("delete a root", "Delete “Notes”?", (page) => menu(page, "Notes", "Delete…")),
        {
          name: "profile: a root is lifted",
          show: async (page) => {
            await page.getByRole("button", { name: "Reorder Notes" }).focus();
            await page.keyboard.press("Space");
            await page.locator("[aria-pressed=true]").waitFor();
          },
          leave: (page) => page.keyboard.press("Escape"),
        },
        pageState("profile: resources, the gateway's own", "/profiles/dev/resources", "0 of 2 on"),
        {
          name: "a resource whose root is gone",
          isPage: true,
          show: async (page) => {
            await go(page, "/profiles/dev/roots");
            await menu(page, "Notes", "Delete…");
            await press(page, "Delete root");
            await page.getByText("A root is a folder or address").waitFor();
            await go(page, "/resources");
            await page.getByRole("row").filter({ hasText: "the root that the file" }).click();
            await page.getByText("The root that it was in is gone.").waitFor();
          },
        },
      ],
    };
  },
};
