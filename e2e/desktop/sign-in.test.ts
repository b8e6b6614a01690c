/** Signing in at a server from the window: with the mouse, with keys alone, and what is seen of it. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { CLI, run } from "../command-line.ts";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { visit, visitUntilSentBack } from "../fixtures/browser.ts";
import { answerJson } from "../fixtures/http-plumbing.ts";
import { startApp, type TestApp } from "./app.ts";
import { focused, heading, opened, opensNoPages, paste } from "./person.ts";
import { seedProtected } from "./protected.ts";
import { go, press, putAway } from "./states/state.ts";
import { withTrayHost } from "./tray-host.ts";
import { watchTray } from "./tray-labels.ts";

const dialog = (page: Page) => page.getByRole("dialog", { name: "Sign in to GitHub" });
const ready = (page: Page) => page.getByRole("main").getByText("Ready", { exact: true });

/** Opens the dialog, and presses what opens the browser. Resolves with the page that it would open. */
async function openBrowser(testApp: TestApp, startButton = "Sign in…"): Promise<string> {
  const { page } = testApp;
  const before = (await opened(testApp)).length;
  await press(page, startButton);
  await dialog(page).getByRole("button", { name: "Open browser" }).waitFor();
  // Nothing is opened that nobody asked for.
  expect(await opened(testApp)).toHaveLength(before);
  await press(page, "Open browser");
  await dialog(page).getByText("Waiting for the browser").waitFor();
  const pages = await opened(testApp);
  expect(pages).toHaveLength(before + 1);
  return pages.at(-1) ?? "";
}

/** What is stored of a sign-in and of an API key is edited without a secret typed anew, and removed. */
async function editSettings(page: Page): Promise<void> {
  await go(page, "/servers/github/settings");
  const main = page.getByRole("main");
  const field = (name: string) => main.getByLabel(name, { exact: true });
  const save = async (): Promise<void> => {
    await press(page, "Save");
    await main.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
  };
  await press(page, "Add API key");
  await field("Name of Authorization").fill("X-Key");
  await field("Value of api_key").fill("a key of quite some length 4f2a");
  await main.getByText("Advanced", { exact: true }).click();
  await field("Value of client secret").fill("a secret of some length 91c7");
  await save();
  await main.getByText("Stored · ends in 4f2a").waitFor();
  await main.getByText("Stored · ends in 91c7").waitFor();
  expect(await field("Value of X-Key").inputValue()).toBe("Bearer ${secret:api_key}");

  await field("Scopes").fill("tools admin");
  await save();
  await main.getByText("Stored · ends in 91c7").waitFor();
  await press(page, "Remove client secret");
  await save();
  await field("Value of client secret").waitFor();
  expect(await field("Scopes").inputValue()).toBe("tools admin");
}

test("signed in by clicking, asked again, signed out, set up; window, tray and command line agree", async () => {
  const { authorization, server, home, env } = await seedProtected();
  const testApp = await startApp({ home, env: { ...env, ...withTrayHost(home) } });
  const { page, dataDir } = testApp;
  const tray = await watchTray(testApp);
  await opensNoPages(testApp);
  const cli = async (...args: string[]): Promise<string> =>
    (await run([CLI, ...args, "--data-dir", dataDir], { ...process.env, HOME: home })).stdout;
  const sentence = async (words: RegExp): Promise<string> => {
    const line = page.getByRole("main").getByText(words).first();
    return (await line.innerText()).replace(/ At .*$/, "");
  };

  await heading(page, "Overview").waitFor();
  await go(page, "/servers/github/tools");
  await page.getByText("Nobody has signed in yet.").first().waitFor();
  const url = await openBrowser(testApp);
  expect(new URL(url).origin).toBe(authorization.origin);
  await visit(url);
  await dialog(page).waitFor({ state: "detached" });
  await ready(page).waitFor();
  const until = await sentence(/^Signed in/);
  expect(until).toMatch(/until (?:\d+ [A-Z][a-z]{2}, )?\d\d:\d\d, renewed by itself\.$/);
  expect(await cli("servers", "show", "github")).toContain(until);

  // The server takes its access back: everybody says so, in the same words.
  server.distrust();
  authorization.trouble({ at: "token", fault: TROUBLES.refused });
  await go(page, "/servers/github/tools?item=test_simple_text");
  await page.getByRole("button", { name: /^Call tool/ }).click();
  await press(page, "Call test_simple_text");
  await page
    .getByText(/^Sign in again, because/)
    .first()
    .waitFor();
  const again = await sentence(/^Sign in again, because/);
  authorization.calm();
  expect(await cli("servers", "show", "github")).toContain(again);
  await expect.poll(tray).toContain("GitHub: sign in…");
  await go(page, "/servers");
  await page
    .getByRole("row", { name: /GitHub/ })
    .getByText(again)
    .waitFor();
  await go(page, "/profiles/dev/tools");
  await page.getByRole("main").getByText(again).first().waitFor();
  await go(page, "/servers/github/tools");
  await visit(await openBrowser(testApp));
  await ready(page).waitFor();
  await expect.poll(tray).not.toContain("GitHub: sign in…");

  await press(page, "More for GitHub");
  await page.getByRole("menuitem", { name: "Sign out…" }).click();
  await page.getByRole("dialog").getByText("is asked to revoke it").waitFor();
  await press(page, "Sign out");
  await page.getByText("Nobody has signed in yet.").first().waitFor();
  expect(authorization.counts.revocations).toBeGreaterThan(0);
  expect(authorization.counts.refreshTokensUsedTwice).toBe(0);
  await editSettings(page);
});

const HARM = '<img src=x onerror="ran()">';
/** Turns what follows it around. */
const OVERRIDE = "\u202e";

test("what strangers write is shown as text, in the dialog as elsewhere", async () => {
  const { authorization, home, env } = await seedProtected({ title: `${HARM}${OVERRIDE}` });
  const testApp = await startApp({ home, env });
  const { page } = testApp;
  await opensNoPages(testApp);
  await heading(page, "Overview").waitFor();
  await go(page, "/servers/github/tools");
  await press(page, "Sign in…");
  const shown = page.getByRole("dialog", { name: `Sign in to ${HARM}U+202E` });
  await shown.getByRole("button", { name: "Open browser" }).press("Enter");
  const refusal = { error: "invalid_request", error_description: `${HARM}${OVERRIDE}gnp` };
  authorization.trouble({ at: "token", fault: answerJson(400, refusal) });
  await expect.poll(() => opened(testApp)).toHaveLength(1);
  await visit((await opened(testApp))[0] ?? "");
  await shown.getByRole("alert").getByText(HARM).waitFor();
  const text = await page.locator("body").innerText();
  expect(text).not.toContain(OVERRIDE);
  expect(await page.locator("img").count()).toBe(0);
  await putAway(page);
  await page.getByRole("main").getByText(HARM).first().waitFor();
  expect(await page.locator("img").count()).toBe(0);
});

test("by keys alone: cancelled, refused, and brought back from a browser elsewhere", async () => {
  const { home, env } = await seedProtected();
  const testApp = await startApp({ home, env });
  const { page } = testApp;
  await opensNoPages(testApp);
  await heading(page, "Overview").waitFor();
  await go(page, "/servers/github/tools");
  const start = page.getByRole("button", { name: "Sign in…" });
  await start.focus();
  await page.keyboard.press("Enter");
  await focused(dialog(page).getByRole("heading", { name: "Sign in to GitHub" }));
  await dialog(page).getByRole("button", { name: "Open browser" }).waitFor();
  // Enter that is pressed through opens nothing, and Esc ends it.
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await focused(start);
  expect(await opened(testApp)).toEqual([]);
  await page.getByText("Nobody has signed in yet.").first().waitFor();

  const declined = await openBrowser(testApp);
  await visit(declined, { declines: true });
  await dialog(page)
    .getByRole("alert")
    .getByText(/refused the sign-in/)
    .waitFor();
  await focused(dialog(page).getByRole("heading", { name: "Sign in to GitHub" }));
  await press(page, "Try again");
  await dialog(page).getByRole("button", { name: "Open browser" }).press("Enter");
  const [, url = ""] = await opened(testApp);
  await putAway(page);
  // It goes on while the dialog is put away, and is taken up again.
  await page
    .getByText(/^Waiting for the browser/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Continue…" }).first().press("Enter");
  const elsewhere = dialog(page).getByText("Is the browser on another computer?");
  await elsewhere.press("Enter");
  const field = dialog(page).getByLabel("Paste the address");
  await paste(testApp, field, "http://127.0.0.1:1/callback?code=not-this&state=one");
  await page.keyboard.press("Enter");
  await dialog(page).locator("[aria-invalid=true]").waitFor();
  await paste(testApp, field, (await visitUntilSentBack(url)).href);
  await page.keyboard.press("Enter");
  await dialog(page).waitFor({ state: "detached" });
  await ready(page).waitFor();
  await page
    .getByText(/^Signed in/)
    .first()
    .waitFor();
});
