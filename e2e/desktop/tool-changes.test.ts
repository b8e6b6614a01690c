/** Tools that change after a person accepted them: seen, held back, read, accepted. */
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { appDirectory, startApp } from "./app.ts";
import { ACCEPTED, CHANGED, changingTools } from "./changing-tools.ts";
import { endpoint } from "./endpoint.ts";
import { focused, heading, launchAgain } from "./person.ts";
import { seed } from "./seed.ts";
import { go, press } from "./states/state.ts";
import { withTrayHost } from "./tray-host.ts";
import { watchTray } from "./tray-labels.ts";

/** An app with a server of files that its user has agreed to, and a client of it. */
async function startWithFiles({ holdChangedTools }: { holdChangedTools: boolean }) {
  const home = appDirectory();
  const files = changingTools(home, ACCEPTED);
  let id = "";
  let token = "";
  await seed(home, async (api) => {
    const { server } = await api.servers.create({
      name: "files",
      title: "Files",
      config: files.config,
      confirmed: true,
      holdChangedTools,
    });
    id = server.id;
    await api.profiles.create({ slug: "dev", name: "dev", servers: ["files"] });
    await api.profiles.activate({ profile: "dev" });
    ({ token } = await api.tokens.create({ name: "Cursor", profile: "dev", rights: ["use"] }));
  });
  const testApp = await startApp({ home, env: withTrayHost(home) });
  const { page, dataDir } = testApp;
  await heading(page, "Overview").waitFor();
  await page.getByRole("button", { name: "Skip setup" }).click();
  const client = new McpClient(`${endpoint(dataDir).url}/mcp/dev`, {
    authorization: `Bearer ${token}`,
  });
  await client.initialize();
  await expect.poll(() => namesOf(client)).toEqual(["read_file", "write_file", "list_files"]);
  return { testApp, page, client, files, id };
}

async function namesOf(client: McpClient): Promise<string[]> {
  const listed = JSON.stringify(await client.request("tools/list"));
  return [...listed.matchAll(/"name":"(\w+)"/g)].map(([, name = ""]) => name);
}

const section = (page: Page, name: string): Locator =>
  page.getByRole("region", { name, exact: true });
const title = (page: Page, name: string): Locator =>
  page.getByRole("heading", { level: 2, name, exact: true });
const marked = (within: Locator, mark: "ins" | "del"): Promise<string[]> =>
  within.locator(mark).allInnerTexts();

test("held back until they are read: everybody says so, one is kept, others are accepted", async () => {
  const { testApp, page, client, files } = await startWithFiles({ holdChangedTools: true });
  const tray = await watchTray(testApp);
  files.lists(CHANGED);
  const main = page.getByRole("main");
  await main.getByText(": 3 tools changed since you accepted them, held back").waitFor();
  await page.getByRole("heading", { name: "Needs attention (1)" }).waitFor();
  await expect.poll(tray).toContain("Files: 3 tools changed…");
  expect(await namesOf(client)).toEqual(["list_files"]);
  const refused = await client.request("tools/call", { name: "read_file" }).catch(String);
  expect(JSON.stringify(refused)).toMatch(/held back until a person accepts it/);

  // In its profile it stands where it was, and says why nobody gets it.
  await go(page, "/profiles/dev/tools?show=held");
  await main
    .getByText(/^held back until you accept what changed/)
    .nth(2)
    .waitFor();
  await main.getByText("list_files").waitFor({ state: "detached" });

  await press(page, "Review tools of Files");
  const read = section(page, "read_file");
  await read.getByRole("button", { name: "Accept read_file" }).waitFor();
  expect(await marked(read, "del")).toEqual(["a", "the shared folder"]);
  const added = (await marked(read, "ins")).join(" ");
  expect(added).toContain("any");
  // What cannot be seen is shown, and nothing is turned around.
  expect(added).toContain("U+200B");
  expect(added).toContain("U+202E");
  expect(await page.locator("body").innerText()).not.toMatch(/[\u200b\u202e]/);
  const write = section(page, "write_file");
  expect(await marked(write, "ins")).toEqual(expect.arrayContaining(["root of this computer"]));
  await write.getByText('"force": {').waitFor();
  await write.getByRole("table", { name: "Annotations" }).getByText("destructiveHint").waitFor();
  await section(page, "delete_file").getByText("New, never accepted · held back").waitFor();

  // All of them are accepted only from below the last.
  const [all, last] = await Promise.all([
    page.getByRole("button", { name: "Accept all 3" }).boundingBox(),
    section(page, "delete_file").boundingBox(),
  ]);
  expect(all?.y).toBeGreaterThan((last?.y ?? 0) + (last?.height ?? 0));

  await press(page, "Keep held back: read_file");
  await focused(title(page, "write_file"));
  await expect.poll(() => marked(read, "ins")).toEqual([]);
  await page.getByRole("button", { name: "Accept write_file" }).press("Enter");
  await focused(title(page, "delete_file"));
  await expect.poll(() => namesOf(client)).toEqual(["write_file", "list_files"]);

  // What becomes another while it is read is not what is accepted.
  const again = CHANGED.map((one) =>
    one["name"] === "delete_file" ? { ...one, description: "Deletes all files." } : one,
  );
  files.lists(again);
  const deletes = section(page, "delete_file");
  await deletes.getByText("delete_file has changed again since you began to read.").waitFor();
  await deletes.getByText("Deletes a file.").waitFor();
  expect(await page.getByRole("button", { name: "Accept delete_file" }).count()).toBe(0);
  await press(page, "Show it as it is now");
  await deletes.getByText("Deletes all files.").waitFor();
  await press(page, "Accept delete_file");
  await expect.poll(() => namesOf(client)).toEqual(["write_file", "list_files", "delete_file"]);
  await expect.poll(tray).toContain("Files: 1 tool changed…");

  await press(page, "Show what changed of read_file");
  await focused(title(page, "read_file"));
  await press(page, "Accept read_file");
  await main.getByText("Every tool of Files is as you accepted it.").waitFor();
  await focused(page.getByRole("heading", { level: 1 }));
  await expect.poll(tray).not.toContain("Files: 1 tool changed…");
  expect(await namesOf(client)).toHaveLength(4);
});

/** By the palette, to whatever its first match is. */
async function choose(page: Page, words: string): Promise<void> {
  await page.keyboard.press("ControlOrMeta+K");
  await page.getByRole("combobox", { name: /^Search commands/ }).fill(words);
  await page.getByRole("dialog").getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
}

test("shown where they are not held back, and held back from there; all are accepted at the end", async () => {
  const { testApp, page, client, files, id } = await startWithFiles({ holdChangedTools: false });
  files.lists(CHANGED);
  const main = page.getByRole("main");
  // What is new is accepted as the server itself was.
  await main.getByText(/: 2 tools changed since you accepted them$/).waitFor();
  expect(await namesOf(client)).toHaveLength(4);

  await launchAgain(testApp, `local-mcp-gateway://open/servers/${id}/changes`);
  await main.getByText(/^Clients see them as they are now\./).waitFor();
  expect(await page.getByRole("button", { name: /held back/ }).count()).toBe(0);
  await press(page, "Hold back changed tools");
  await main.getByText(/^Clients do not see them, and calls are refused/).waitFor();
  await expect.poll(() => namesOf(client)).toEqual(["list_files", "delete_file"]);

  // That they are given out again is said before it is stored.
  await go(page, `/servers/${id}/settings`);
  const holds = main.getByRole("checkbox", { name: "Hold back changed tools until I accept them" });
  expect(await holds.isChecked()).toBe(true);
  await holds.click();
  await main.getByText("2 tools that are held back now will be seen by clients").waitFor();
  await press(page, "Discard");

  await choose(page, "review changed tools of files");
  await press(page, "Accept all 2");
  await main.getByText("Every tool of Files is as you accepted it.").waitFor();
  await expect.poll(() => namesOf(client)).toHaveLength(4);
  await choose(page, "review changed tools of files");
  await page.getByRole("dialog").getByText("None has changed").waitFor();
});

const HARM = '<img src=x onerror="document.title=1">';

test("what a server writes of its tools is text, however much it is", async () => {
  const { page, files, id } = await startWithFiles({ holdChangedTools: true });
  const properties = Object.fromEntries(
    Array.from({ length: 2500 }, (_, at) => [`${HARM}${at}`, { description: HARM }]),
  );
  const hostile = ACCEPTED.map((tool) => ({
    ...tool,
    title: HARM,
    description: `${HARM}\u{e0041}`,
    inputSchema: { type: "object", properties },
  }));
  files.lists(hostile.slice(0, 1));
  await go(page, `/servers/${id}/changes`);
  const read = section(page, "read_file");
  await read.getByText("U+E0041").waitFor();
  expect(await page.locator("img").count()).toBe(0);
  // Nothing is accepted that was not shown.
  expect(await page.getByRole("button", { name: "Accept read_file" }).count()).toBe(0);
  await page.getByRole("button", { name: /^Show [\d,]+ more rows$/ }).click();
  await page.getByRole("button", { name: "Accept read_file" }).waitFor();
  await read.getByText(/>2499": \{$/).waitFor();
  expect(await page.locator("img").count()).toBe(0);
});
