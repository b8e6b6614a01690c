/** The Resources page and the roots that files are in, on the real app. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appDirectory, giveToApp, startApp, type TestApp } from "./app.ts";
import { chooses, focused, heading } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;

/** The app with a profile, and a folder of notes that is no root yet. */
async function start(): Promise<TestApp & { notes: string }> {
  const home = appDirectory();
  const notes = join(home, "my notes");
  mkdirSync(notes);
  writeFileSync(join(notes, "today.md"), "# Today\n");
  await seed(home, seedSmall);
  giveToApp(home);
  const app = await startApp({ home });
  await heading(app.page, "Overview").waitFor();
  return { ...app, notes };
}

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const preview = (page: Page) => page.getByRole("group", { name: "What clients read" });

async function contentIs(page: Page, option: RegExp): Promise<void> {
  await page.getByRole("combobox", { name: "Content" }).click();
  await page.getByRole("option", { name: option }).click();
}

test("a text and a template are written, and read as clients read them", { timeout }, async () => {
  const { page } = await start();
  await go(page, "/resources");
  await page.getByText("A resource is a text or file that clients can read").waitFor();
  await press(page, "New resource");

  await field(page, "URI").fill("no scheme");
  await page.keyboard.press("Control+s");
  await page.getByText("A resource's URI begins with a scheme").waitFor();
  await focused(field(page, "URI"));

  await field(page, "URI").fill("greet://{name}");
  await page.getByText("A template: clients fill in name.").waitFor();
  await field(page, "Text").fill("Hello {{ nobody }}.");
  await page.getByRole("checkbox", { name: "dev" }).click();
  await press(page, "Create resource");
  // What the gateway refuses is said at its field, and nothing is stored.
  await page.getByText("“nobody”").waitFor();
  await focused(field(page, "Text"));
  expect(await row(page, "greet://").count()).toBe(0);

  await field(page, "Text").fill("Hello {{ name }}.");
  await press(page, "Create resource");
  await row(page, "greet://{name}").waitFor();
  await page.getByText("Fill in name to read it.").waitFor();
  await field(page, "Value of name").fill("Ada");
  await preview(page).getByText("Hello Ada.").waitFor();
  // The editor keeps what was written, not what it comes to.
  expect(await field(page, "Text").inputValue()).toBe("Hello {{ name }}.");
  expect(await page.getByRole("checkbox", { name: "dev" }).isChecked()).toBe(true);

  await field(page, "Text").fill("Bye {{ name }}.");
  await page.getByText("your changes show once they are saved").waitFor();
  await page.keyboard.press("Control+s");
  await preview(page).getByText("Bye Ada.").waitFor();

  await press(page, "More for name");
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await dialogOf(page).getByText("It leaves dev; clients there lose it.").waitFor();
  await press(page, "Delete resource");
  await page.getByText("A resource is a text or file").waitFor();
});

test("bytes are stored by size and hash, and a picture is shown", { timeout }, async () => {
  const { page, home } = await start();
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const path = join(home, "dot.png");
  writeFileSync(path, png);
  await go(page, "/resources/new");
  await field(page, "URI").fill("img://dot");
  await contentIs(page, /^Bytes/);
  await press(page, "Create resource");
  await page.getByText("Choose a file.", { exact: true }).waitFor();
  await page.locator("input[type=file]").setInputFiles(path);
  await page.getByText(`dot.png · ${png.length} bytes`).waitFor();
  const hash = createHash("sha256").update(png).digest("hex");
  await page.getByText(hash).waitFor();
  await press(page, "Create resource");
  const picture = page.getByRole("img", { name: "Content of img://dot" });
  await picture.waitFor();
  // It has been drawn, which the page's policy allows for data of its own.
  await expect
    .poll(() =>
      picture.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth),
    )
    .toBe(1);
  await page.getByText(`Stored · ${png.length} bytes`).waitFor();
});

test("a file is read from a root that is added on the way", { timeout }, async () => {
  const app = await start();
  const { page, notes } = app;
  await go(page, "/resources/new");
  await field(page, "URI").fill("notes://today");
  await contentIs(page, /^File in a root/);
  await page.getByRole("form").getByRole("button", { name: "Roots…" }).click();
  await press(page, "Add root…");
  await chooses(app, notes);
  await press(page, "Choose folder…");
  await expect
    .poll(() => dialogOf(page).last().getByLabel("URI").inputValue())
    .toBe(`file://${notes.replace(" ", "%20")}`);
  await dialogOf(page).last().getByLabel("Name").fill("Notes");
  await dialogOf(page).last().getByRole("button", { name: "Add root", exact: true }).click();
  await dialogOf(page).getByText("Notes", { exact: true }).waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("combobox", { name: "Root" }).click();
  await page.getByRole("option", { name: "Notes" }).click();
  await field(page, "Path").fill("../data/gateway.db");
  await press(page, "Create resource");
  await page.getByText("leads out of its root").waitFor();
  await focused(field(page, "Path"));
  await field(page, "Path").fill("today.md");
  await press(page, "Create resource");
  await preview(page).getByText("# Today").waitFor();

  // What is wrong with it later is said in its row, and where it can be mended.
  await page.getByRole("button", { name: "Roots…" }).first().click();
  await press(page, "More for Notes");
  await page.getByRole("menuitem", { name: "Delete…" }).click();
  await dialogOf(page).last().getByText("1 resource is a file inside it").waitFor();
  await dialogOf(page).last().getByText("notes://today").waitFor();
  await press(page, "Delete root");
  await dialogOf(page).getByText("There is no root yet.").waitFor();
  await page.keyboard.press("Escape");
  await row(page, "today").getByText("the root that the file is in").waitFor();
  await page.getByText("The root that it was in is gone. Choose another.").waitFor();
});
