/** From the first launch to the first tool call, as a stranger goes; and that it never comes back. */
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { HttpError, McpClient } from "../fixtures/mcp-client.ts";
import { names } from "../fixtures/test-support.ts";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { CANARY, everythingOn, filesHolding } from "./canary.ts";
import { demoEntry, fixtureEntry, paste } from "./person.ts";

const STEPS = "Three steps to your first tool call";
const BOX = "Paste a command, a URL, or JSON from any client";

/** Keeps what the main process sends to the page, whoever in the page reads it. */
const recordAnswers = ({ page }: TestApp): Promise<void> =>
  page.evaluate(() => {
    const answers: string[] = [];
    Object.assign(globalThis, { answers });
    const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data");
    Object.defineProperty(MessageEvent.prototype, "data", {
      ...data,
      get(this: MessageEvent) {
        const value: unknown = data?.get?.call(this);
        answers.push(typeof value === "string" ? value : JSON.stringify(value));
        return value;
      },
    });
  });

const answersTo = ({ page }: TestApp): Promise<string> =>
  page.evaluate(() => {
    const answers: unknown = Reflect.get(globalThis, "answers");
    return Array.isArray(answers) ? answers.join("\n") : "";
  });

/** As a file manager drops it. */
async function drop({ page }: TestApp, name: string, text: string): Promise<void> {
  const dropped = await page.evaluateHandle(
    (file) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([file.text], file.name, { type: "application/json" }));
      return transfer;
    },
    { name, text },
  );
  const box = page.getByRole("textbox", { name: BOX });
  for (const type of ["dragenter", "dragover", "drop"])
    await box.dispatchEvent(type, { dataTransfer: dropped });
}

const lines = ({ page }: TestApp): Locator =>
  page.getByRole("list", { name: "What was observed" }).getByRole("listitem");

const observed = (testApp: TestApp): Promise<string[]> => lines(testApp).allInnerTexts();

/** The overview as it is once nobody needs the steps any more. */
const plainOverview = ({ page }: TestApp): Promise<void> =>
  page.getByRole("button", { name: "Connect a client…" }).waitFor();

/** From the dialog that shows what was recognised to a server that is ready. */
async function addAndStart({ page }: TestApp, added: string, titles: string[]): Promise<void> {
  await page
    .getByRole("dialog", { name: "Add server" })
    .getByRole("button", { name: added })
    .click();
  const review = page.getByRole("dialog", { name: /^Review command/ });
  for (const title of titles)
    await review.getByRole("list", { name: `Command of ${title}` }).waitFor();
  const start = titles.length === 1 ? `Start ${titles[0]}` : `Start ${titles.length} servers`;
  await review.getByRole("button", { name: start }).click();
  await review.waitFor({ state: "detached" });
}

test("a pasted file, a review, a token in a snippet, and four lines that turn true when seen", async () => {
  const home = appDirectory();
  const launched = performance.now();
  const testApp = await startApp({ home, keychain: "gnome" });
  const { page, dataDir } = testApp;
  await page.getByRole("heading", { name: STEPS }).waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await recordAnswers(testApp);

  // 1: two servers in a file of a client, one of them with a secret.
  const everything = fixtureEntry({ API_TOKEN: CANARY }, "--tools", "echo,env,add");
  const file = JSON.stringify({ mcpServers: { everything, files: demoEntry("files") } }, null, 2);
  await paste(testApp, page.getByRole("textbox", { name: BOX }), file);
  const dialog = page.getByRole("dialog", { name: "Add server" });
  await dialog.getByRole("group", { name: "API_TOKEN" }).getByText("to the vault").waitFor();
  expect(await dialog.innerText()).not.toContain(CANARY);
  const recognition = await answersTo(testApp);
  expect(recognition).toContain("API_TOKEN");
  expect(recognition).not.toContain(CANARY);
  await dialog.getByRole("button", { name: "Add 2 servers" }).waitFor();

  // 2: nothing runs before its whole command was seen.
  await page.getByRole("dialog").getByRole("button", { name: "Add 2 servers" }).click();
  const review = page.getByRole("dialog", { name: "Review commands" });
  const argv = review.getByRole("list", { name: /^Command of everything/ }).getByRole("listitem");
  await argv.first().waitFor();
  expect(await argv.allInnerTexts()).toEqual([everything.command, ...everything.args]);
  expect(await review.getByText("API_TOKEN").count()).toBe(1);
  expect(await page.getByText(/^Ready · /).count()).toBe(0);
  await review.getByRole("button", { name: "Start 2 servers" }).click();
  await page.getByText("2 ready, 10 tools").waitFor();
  expect(await everythingOn(page)).not.toContain(CANARY);

  // 3: a snippet with a token of its own.
  await page.getByRole("radio", { name: /^Cursor/ }).click();
  await page.getByRole("button", { name: "Create token for Cursor" }).click();
  await page.getByText("Copy it now: the token in it cannot be shown again.").waitFor();
  const snippet = await page.getByRole("group", { name: "Snippet for Cursor" }).innerText();
  const token = /lmg_[\w-]+/.exec(snippet)?.[0] ?? "";
  const url = /http:\/\/127\.0\.0\.1:\d+\/mcp\b[^"]*/.exec(snippet)?.[0] ?? "";
  expect(await observed(testApp)).toEqual([
    "Snippet not copied yet",
    "Waiting for Cursor",
    "Tools not listed yet",
    "No tool called yet",
  ]);
  await page.getByRole("button", { name: "Copy snippet" }).click();
  await lines(testApp).filter({ hasText: "Snippet copied" }).waitFor();
  expect(await testApp.app.evaluate(({ clipboard }) => clipboard.readText())).toBe(snippet);

  // 4: each line waits for what it says.
  const agent = { "user-agent": "Cursor/3.1.0" };
  const stranger = new McpClient(url, { authorization: "Bearer lmg_wrong", ...agent });
  await expect(stranger.initialize()).rejects.toBeInstanceOf(HttpError);
  const refused = page.getByText("“Cursor/3.1.0” called with a token that is not valid here.");
  await refused.waitFor();
  expect((await observed(testApp))[1]).toBe("Waiting for Cursor");

  const client = new McpClient(url, { authorization: `Bearer ${token}`, ...agent });
  await client.initialize({ clientInfo: { name: "Cursor", version: "3.1" } });
  await lines(testApp).filter({ hasText: "Cursor 3.1 connected" }).waitFor();
  await refused.waitFor({ state: "detached" });
  expect((await observed(testApp)).slice(2)).toEqual([
    "Tools not listed yet",
    "No tool called yet",
  ]);

  expect(names(await client.request("tools/list"))).toHaveLength(10);
  await lines(testApp).filter({ hasText: "Listed 10 tools" }).waitFor();
  await page.getByText("Use the echo tool to say hello.").waitFor();
  expect((await observed(testApp))[3]).toBe("No tool called yet");

  const echoed = await client.request("tools/call", {
    name: "echo",
    arguments: { message: "hello" },
  });
  const seconds = ((performance.now() - launched) / 1000).toFixed(1);
  expect(echoed).toMatchObject({ content: [{ text: "Echo: hello" }] });
  await lines(testApp)
    .filter({ hasText: /^First call: echo, \d/ })
    .waitFor();
  process.stdout.write(`first run: ${seconds} s from launch to the first tool call\n`);

  // The secret reached its server and nobody else.
  const given = await client.request("tools/call", {
    name: "env",
    arguments: { name: "API_TOKEN" },
  });
  expect(given).toMatchObject({ structuredContent: { value: CANARY } });
  expect(await everythingOn(page)).not.toContain(CANARY);
  expect(await answersTo(testApp)).not.toContain(CANARY);

  // 6: done is done.
  await page.getByRole("button", { name: "Finish setup" }).click();
  await page.getByText("Set up", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("link", { name: "Overview" }).click();
  await plainOverview(testApp);
  expect(await page.getByRole("heading", { name: STEPS }).count()).toBe(0);
  await testApp.close();
  expect(filesHolding(home, CANARY)).toEqual([]);
  expect(filesHolding(dataDir, token)).toEqual([]);

  const again = await startApp({ home, keychain: "gnome" });
  await plainOverview(again);
  expect(await again.page.getByRole("heading", { name: STEPS }).count()).toBe(0);
});

test("a dropped file opens the same way; a step can be skipped, and the whole as well", async () => {
  const testApp = await startApp();
  const { page } = testApp;
  await page.getByRole("heading", { name: STEPS }).waitFor();
  await drop(testApp, "mcp.json", JSON.stringify({ mcpServers: { files: demoEntry("files") } }));
  await addAndStart(testApp, "Add server", ["files"]);
  await page.getByText("1 ready, 7 tools").waitFor();
  await page.getByRole("button", { name: "Skip setup" }).click();
  await plainOverview(testApp);
  await page.reload();
  await plainOverview(testApp);
  expect(await page.getByRole("heading", { name: STEPS }).count()).toBe(0);
});
