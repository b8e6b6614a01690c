/** The Prompts page on the real app. */
import { expect, test } from "vitest";
import { appDirectory, startApp } from "./app.ts";
import { focused, heading } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;

test(
  "a prompt is written by keyboard, told its mistakes, tried and deleted",
  { timeout },
  async () => {
    const home = appDirectory();
    await seed(home, seedSmall);
    const { page } = await startApp({ home });
    await heading(page, "Overview").waitFor();
    const field = (label: string) => page.getByLabel(label, { exact: true });
    const messages = page.getByRole("list", { name: "Messages" });
    await go(page, "/prompts");
    await page.getByText("A prompt is a text with gaps").waitFor();
    await page.getByRole("button", { name: "New prompt" }).focus();
    await page.keyboard.press("Enter");

    await field("Name").focus();
    await page.keyboard.type("review code");
    await page.keyboard.press("Tab");
    await focused(field("Text"));
    await page.keyboard.insertText("# User:\nReview this:\n{% if code %}{{ code }}\n");
    const mistake = page.getByRole("alert").filter({ hasText: /^Line 3: / });
    await mistake.waitFor();
    const described = (await field("Text").getAttribute("aria-describedby")) ?? "";
    expect(described.split(" ")).toContain(await mistake.getAttribute("id"));
    await page.keyboard.insertText("{% endif %}\n# Assistant:\nI will be {{ tone }}.\n");
    await mistake.waitFor({ state: "detached" });
    await messages.getByRole("heading", { name: "Assistant" }).waitFor();

    await page.keyboard.press("Control+s");
    await page.getByText("A name has 1 to 128 of").waitFor();
    await focused(field("Name"));
    await field("Name").fill("review");
    await page.getByRole("button", { name: "Add code and tone" }).focus();
    await page.keyboard.press("Enter");
    await field("Suggestions for tone, one a line").fill("brief\nfriendly");
    await page.getByRole("checkbox", { name: "dev" }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Control+s");
    await page.getByRole("row").filter({ hasText: "2 arguments · dev" }).waitFor();

    await field("Value of tone").fill("brief");
    await messages.getByText("I will be brief.").waitFor();

    await page.getByRole("button", { name: "Remove tone" }).click();
    await page.getByRole("button", { name: "Add tone" }).waitFor();
    await page.keyboard.press("Control+s");
    await page.getByRole("alert").filter({ hasText: "tone" }).waitFor();
    // A page is not left with changes by mistake.
    await page.getByRole("link", { name: "Servers" }).click();
    await dialogOf(page).getByText("Leave without saving?").waitFor();
    await press(page, "Keep editing");
    await press(page, "Discard");

    await press(page, "More for review");
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialogOf(page).getByText("It leaves dev; clients there lose it.").waitFor();
    await press(page, "Delete prompt");
    await page.getByText("A prompt is a text with gaps").waitFor();
  },
);
