/** Everything a person does, done with the keyboard alone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { everythingOn } from "./canary.ts";
import { endpoint } from "./endpoint.ts";
import { copied, demoEntry, focused, heading, isFocused, saves } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";

/** Goes on with Tab until the focus is there; fails where it never comes. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < 80; stops += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never came to ${target.toString()}`);
}

/** An app with three servers, “files” among them, in a profile that is active. */
async function startWithServers(enabled = true): Promise<TestApp> {
  const home = appDirectory();
  await seed(home, async (api) => {
    await seedSmall(api);
    await api.servers.update({ server: "files", changes: { enabled } });
    for (const name of ["notion", "mail"])
      await api.servers.create({
        name,
        config: { transport: "stdio", ...demoEntry(name) },
        confirmed: true,
        enabled,
        profiles: ["dev"],
      });
  });
  const testApp = await startApp({ home });
  await heading(testApp.page, "Overview").waitFor();
  return testApp;
}

/** By the palette, to whatever its first match is. */
async function go({ page }: TestApp, words: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+K");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  await focused(palette.getByRole("combobox"));
  await page.keyboard.type(words);
  await palette.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await palette.waitFor({ state: "detached" });
}

test("a server is added, reviewed and started; Enter alone starts nothing", async () => {
  const testApp = await startWithServers();
  const { page } = testApp;
  await page.keyboard.press("ControlOrMeta+N");
  const add = page.getByRole("dialog", { name: "Add server" });
  await focused(add.getByRole("textbox", { name: /^Paste a command/ }));
  const { command, args } = demoEntry("browser");
  await copied(testApp, JSON.stringify({ mcpServers: { browser: { command, args } } }));
  await page.keyboard.press("ControlOrMeta+V");
  await add.getByText("browser").first().waitFor();
  await tabTo(page, add.getByRole("button", { name: "Add server" }));
  await page.keyboard.press("Enter");

  const review = page.getByRole("dialog", { name: "Review command" });
  await focused(review.getByRole("heading", { name: "Review command" }));
  // Enter that is pressed through, again and again, runs nothing.
  await page.keyboard.press("Enter");
  await review.getByRole("list", { name: /^Command of browser/ }).waitFor();
  await tabTo(page, review.getByRole("button", { name: "Start browser" }));
  await page.keyboard.press("Enter");
  await review.getByText("Press Space to start.").waitFor();
  await page.keyboard.press("Space");
  await review.waitFor({ state: "detached" });
  await go(testApp, "Go to Servers");
  const row = page.getByRole("row").filter({ hasText: "browser" });
  await row.getByText("Ready").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);

  // The list is one stop; letters lead to a row, Space turns it off, Enter opens it.
  await tabTo(page, page.getByRole("grid", { name: "Servers" }));
  await page.keyboard.type("bro");
  await page.keyboard.press("Space");
  await row.getByText("Off").first().waitFor();
  await page.keyboard.press("Space");
  await row.getByText("Ready").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: /^Tools/ }).waitFor();
  await page.getByRole("heading", { level: 1, name: /browser$/ }).waitFor();
});

test("servers are put in order, by lifting and by Alt with an arrow", async () => {
  const testApp = await startWithServers();
  const { page } = testApp;
  await page.keyboard.press("ControlOrMeta+2");
  await tabTo(page, page.getByRole("link", { name: "dev", exact: true }));
  await page.keyboard.press("Enter");
  const list = page.getByRole("list", { name: "Servers of dev, in order" });
  const handles = list.getByRole("button", { name: /^Reorder / });
  const order = (): Promise<string[]> =>
    handles.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? ""));
  const becomes = async (...names: string[]): Promise<void> => {
    const wanted = names.map((name) => `Reorder ${name}`);
    await expect.poll(order, { timeout: 5000 }).toEqual(wanted);
  };
  await becomes("files", "notion", "mail");

  const said = page.getByRole("status");
  await tabTo(page, list.getByRole("button", { name: "Reorder files" }));
  await page.keyboard.press("Space");
  await said.filter({ hasText: "files lifted, position 1 of 3." }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await said.filter({ hasText: "files, position 3 of 3." }).waitFor();
  await page.keyboard.press("Escape");
  await said.filter({ hasText: "Move cancelled." }).waitFor();
  await becomes("files", "notion", "mail");

  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await becomes("notion", "files", "mail");
  await focused(list.getByRole("button", { name: "Reorder files" }));
  await page.keyboard.press("Alt+ArrowDown");
  await becomes("notion", "mail", "files");
  await page.reload();
  await becomes("notion", "mail", "files");
});

test("a tool is called, and a token made, without a mouse", async () => {
  const testApp = await startWithServers();
  const { page } = testApp;
  await go(testApp, "files Server");
  await page.getByRole("heading", { level: 1, name: /files$/ }).waitFor();
  const tools = page.getByRole("listbox", { name: "tools of files" });
  await tabTo(page, tools);
  await page.keyboard.type("list");
  await page.getByRole("heading", { name: "Call list_directory" }).waitFor();
  await tabTo(page, page.getByRole("textbox", { name: "name", exact: true }));
  await page.keyboard.type("docs");
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.getByText("list_directory: done").waitFor();

  // One that changes data asks first, and Enter on what is focused then calls nothing.
  await tabTo(page, tools, "Shift+Tab");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("heading", { name: "Call write_file" }).waitFor();
  await tabTo(page, page.getByRole("textbox", { name: "name", exact: true }));
  await page.keyboard.type("docs");
  await page.keyboard.press("ControlOrMeta+Enter");
  const ask = page.getByRole("dialog", { name: "Call write_file?" });
  await focused(ask.getByRole("heading", { name: "Call write_file?" }));
  await page.keyboard.press("Enter");
  await tabTo(page, ask.getByRole("button", { name: "Call write_file" }));
  expect(await page.getByText("write_file: done").count()).toBe(0);
  await page.keyboard.press("Space");
  await page.getByText("write_file: done").waitFor();

  await go(testApp, "Access tokens");
  const create = page.getByRole("button", { name: "Create token…" });
  await tabTo(page, create);
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Create access token" });
  await focused(form.getByRole("textbox", { name: "Name" }));
  await page.keyboard.type("Cursor");
  await page.keyboard.press("Enter");
  const once = page.getByRole("dialog", { name: "Access token for “Cursor”" });
  expect(await once.getByRole("group", { name: "Access token" }).innerText()).toMatch(/^lmg_/);
  // It is shown once, so it does not go by a slip.
  await page.keyboard.press("Escape");
  await once.getByText("Copy the token first").waitFor();
  await tabTo(page, once.getByRole("button", { name: "I have copied it" }));
  await page.keyboard.press("Enter");
  await once.waitFor({ state: "detached" });
  await page.getByRole("row", { name: /Cursor/ }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement !== document.body)).toBe(true);
});

const PASSPHRASE = "a passphrase for tests";

/** By the list of sections, whose stop Tab comes to. */
async function goToSection(page: Page, name: string): Promise<void> {
  const sections = page.getByRole("navigation", { name: "Sections of the settings" });
  await tabTo(page, sections.getByRole("link", { name, exact: true }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
}

test("a recovery key is made, the data key replaced, the audit log read, without a mouse", async () => {
  const home = appDirectory();
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: PASSPHRASE });
    await seedSmall(api);
  });
  const testApp = await startApp({ home, env: { VAULT_PASSPHRASE: PASSPHRASE } });
  const { page, dataDir } = testApp;
  await heading(page, "Overview").waitFor();
  await page.keyboard.press("ControlOrMeta+,");
  await focused(heading(page, "Settings"));
  await tabTo(page, page.getByRole("link", { name: "General" }));
  await goToSection(page, "Vault");

  await tabTo(page, page.getByRole("button", { name: "Add recovery key…" }));
  await page.keyboard.press("Enter");
  const ask = page.getByRole("dialog", { name: "Add a recovery key" });
  await focused(ask.getByRole("heading", { name: "Add a recovery key" }));
  await tabTo(page, ask.getByRole("button", { name: "Make recovery key" }));
  await page.keyboard.press("Enter");
  const once = page.getByRole("dialog", { name: "Your recovery key" });
  const key = await once.getByRole("group", { name: "Recovery key" }).innerText();
  expect(key).toMatch(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
  // On paper there is the sheet and nothing else of the window.
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate(() => document.body.innerText);
  expect(printed).toMatch(new RegExp(`^Recovery key of Local MCP Gateway\\s+${key}\\s`));
  expect(printed).not.toContain("I have written it down");
  await page.emulateMedia({ media: null });
  // Neither Esc nor Done lets go of it before somebody says that it is on paper.
  await page.keyboard.press("Escape");
  await once.getByRole("alert").waitFor();
  await tabTo(page, once.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await tabTo(page, once.locator("[role=checkbox]"));
  await page.keyboard.press("Space");
  await tabTo(page, once.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await once.waitFor({ state: "detached" });
  await page.getByText("Protected by a passphrase and a recovery key.").waitFor();
  expect(await everythingOn(page)).not.toContain(key);

  const check = page.getByText(/^[0-9a-f]{4} [0-9a-f]{4}$/);
  const before = await check.innerText();
  await tabTo(page, page.getByRole("button", { name: "Replace the data key…" }));
  await page.keyboard.press("Enter");
  const replace = page.getByRole("dialog", { name: "Replace the data key?" });
  await tabTo(page, replace.getByRole("button", { name: "Replace data key" }));
  await page.keyboard.press("Enter");
  await replace.waitFor({ state: "detached" });
  await expect.poll(() => check.innerText()).not.toBe(before);
  await page.getByText("Protected by a passphrase and a recovery key.").waitFor();

  await goToSection(page, "Audit log");
  const rows = page.getByRole("table").getByRole("button");
  const filter = page.getByRole("searchbox", { name: "Filter audit log" });
  await tabTo(page, filter);
  await page.keyboard.type("new key");
  await expect.poll(() => rows.allInnerTexts()).toEqual(["Secrets sealed under a new key"]);
  await tabTo(page, rows.first());
  await page.keyboard.press("Enter");
  await page.getByText("vault.rotate", { exact: true }).waitFor();
  await tabTo(page, filter, "Shift+Tab");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Key to the vault added" }).waitFor();

  const file = join(home, "audit.jsonl");
  await saves(testApp, file);
  await tabTo(page, page.getByRole("button", { name: "Export…" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByText(/^\d+ entries written to audit\.jsonl\.$/).waitFor();
  const exported = readFileSync(file, "utf8");
  expect(exported).toContain('"vault.rotate"');
  expect(exported).not.toContain(key);

  // What happens meanwhile waits until it is wanted, so that nothing moves.
  const all = await rows.allInnerTexts();
  const { url, token } = endpoint(dataDir);
  const created = await fetch(`${url}/api/profiles`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ slug: "extra" }),
  });
  expect(created.status).toBe(201);
  const show = page.getByRole("button", { name: "Show 2 new" });
  await tabTo(page, show);
  expect(await rows.allInnerTexts()).toEqual(all);
  await page.keyboard.press("Enter");
  await expect
    .poll(() => rows.allInnerTexts())
    .toEqual(["Profile added", "Audit log exported", ...all]);
  await focused(rows.first());
  await page.getByRole("row", { name: /Command line.*Profile added.*extra.*Done/ }).waitFor();
});

test("every shortcut leads where the list of shortcuts says", async () => {
  const testApp = await startWithServers();
  const { page } = testApp;
  const places = {
    "1": "Overview",
    "2": "Profiles",
    "3": "Servers",
    "6": "Metrics",
    ",": "Settings",
  };
  for (const [key, name] of Object.entries(places)) {
    await page.keyboard.press(`ControlOrMeta+${key}`);
    await heading(page, name).waitFor();
    await focused(heading(page, name));
  }
  await page.keyboard.press("Alt+ArrowLeft");
  await heading(page, "Metrics").waitFor();
  await page.keyboard.press("Alt+ArrowRight");
  await heading(page, "Settings").waitFor();

  const pages = page.getByRole("navigation", { name: "Pages" });
  const widths = { wide: (await pages.boundingBox())?.width ?? 0, narrow: 0 };
  await page.keyboard.press("ControlOrMeta+B");
  await expect.poll(async () => (await pages.boundingBox())?.width ?? 0).toBeLessThan(widths.wide);
  await page.keyboard.press("ControlOrMeta+B");
  await expect.poll(async () => (await pages.boundingBox())?.width ?? 0).toBe(widths.wide);

  // F6 goes round the panes, and each time the focus is inside one.
  const pane = (): Promise<string> =>
    page.evaluate(
      () => document.activeElement?.closest("[data-pane]")?.tagName.toLowerCase() ?? "none",
    );
  await page.keyboard.press("F6");
  const first = await pane();
  await page.keyboard.press("F6");
  expect([first, await pane()].toSorted()).toEqual(["main", "nav"]);

  // Esc closes what lies on top and nothing below it; the focus goes back to what opened it.
  await page.keyboard.press("ControlOrMeta+3");
  const add = page.getByRole("button", { name: "Add server" });
  await tabTo(page, add);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add server" });
  const profile = dialog.getByRole("combobox", { name: "Profile" });
  await tabTo(page, profile);
  await page.keyboard.press("Enter");
  await page.getByRole("listbox").getByRole("option", { name: /dev/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("listbox").waitFor({ state: "detached" });
  await focused(profile);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await focused(add);
  await page.keyboard.press("Escape");
  await heading(page, "Servers").waitFor();

  await page.keyboard.press("ControlOrMeta+/");
  const shortcuts = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await shortcuts.getByRole("row", { name: /Command palette.*Ctrl\+K|⌘K/ }).waitFor();
  await page.keyboard.press("Escape");
  await shortcuts.waitFor({ state: "detached" });
  await focused(add);
});

test("a slash goes to the filter; a letter alone does nothing outside of a list", async () => {
  // Of servers that are off, at one moment, nothing changes by itself.
  const { page } = await startWithServers(false);
  await page.clock.setFixedTime(Date.now());
  await page.keyboard.press("ControlOrMeta+3");
  await focused(heading(page, "Servers"));
  const off = page.getByRole("row").filter({ hasText: "Off" });
  await expect.poll(() => off.count()).toBe(3);
  const before = await page.getByRole("main").innerHTML();
  for (const letter of "abcdefghijklmnopqrstuvwxyz0123456789?.-") await page.keyboard.press(letter);
  await page.keyboard.press("Delete");
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await page.getByRole("main").innerHTML()).toBe(before);
  await focused(heading(page, "Servers"));

  await page.keyboard.press("/");
  const filter = page.getByRole("searchbox", { name: "Filter servers" });
  await focused(filter);
  await page.keyboard.type("/no");
  expect(await filter.inputValue()).toBe("/no");
  await page.keyboard.press("Escape");
  expect(await filter.inputValue()).toBe("");
  await page.keyboard.type("not");
  await page.getByText("1 of 3 servers").waitFor();
});

/** Where Tab stops, from the heading of the page until it comes round, and whether it is seen. */
async function stopsOf(page: Page): Promise<{ what: string; ring: boolean }[]> {
  const seen = await page.evaluateHandle(() => new Set<Element>());
  const stops: { what: string; ring: boolean }[] = [];
  while (stops.length < 200) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate((before) => {
      const at = document.activeElement;
      if (at === null || before.has(at)) return null;
      before.add(at);
      // In a list the row shows the focus of the whole.
      const row = document.getElementById(at.getAttribute("aria-activedescendant") ?? "");
      const looks = [at, row].filter((one) => one !== null).map((one) => getComputedStyle(one));
      return {
        what: `${at.tagName} ${at.getAttribute("aria-label") ?? at.textContent.slice(0, 40)}`,
        ring: looks.some(
          ({ outlineStyle, outlineWidth, outlineColor }) =>
            outlineStyle === "solid" &&
            Number.parseFloat(outlineWidth) >= 2 &&
            !/, 0\)$|transparent/.test(outlineColor),
        ),
      };
    }, seen);
    if (stop === null) return stops;
    stops.push(stop);
  }
  throw new Error("Tab never came round.");
}

test("on every page Tab comes round, never to nothing, and each stop shows its ring", async () => {
  const testApp = await startWithServers();
  const { page } = testApp;
  for (const name of ["Overview", "Profiles", "Servers", "Access tokens", "Settings"]) {
    await go(testApp, `Go to ${name}`);
    await focused(heading(page, name));
    const stops = await stopsOf(page);
    expect(stops.length).toBeGreaterThan(8);
    const bare = stops.filter(({ ring, what }) => !ring || what.startsWith("BODY"));
    expect(bare.map(({ what }) => `${name}: ${what}`)).toEqual([]);
  }
});
