/** What a person or their computer gets wrong while the app runs: said in words, and nothing lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { asUser } from "../../scripts/electron/account.ts";
import { testAccount } from "./account.ts";
import { appDirectory, stage, startApp, type TestApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { chooses, demoEntry, heading, paste } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";

const account = await testAccount();

const healthOf = async (dataDir: string): Promise<number> =>
  (await fetch(`${endpoint(dataDir).url}/health`)).status;

/** A port that is free now, and the one after it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return address.port;
}

/** Another program of the same user, on that port. */
async function occupy(port: number): Promise<ChildProcess> {
  const code = `process.title = "squatter"; require("node:net").createServer().listen(${port}, "127.0.0.1", () => console.log("on"))`;
  const { program, args } = asUser(account, stage().node, ["-e", code]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

test("what is no configuration is told as such, half of one by line and column; the text stays", async () => {
  const testApp = await startApp();
  const { page } = testApp;
  await heading(page, "Overview").waitFor();
  await page.keyboard.press("ControlOrMeta+N");
  const dialog = page.getByRole("dialog", { name: "Add server" });
  const box = dialog.getByRole("textbox", { name: /^Paste a command/ });
  const saidOf = async (text: string, words: RegExp): Promise<void> => {
    await box.fill("");
    await paste(testApp, box, text);
    // Whoever cannot see the line below the box hears it.
    const said = (): Promise<string[]> =>
      box.evaluate((field) =>
        (field.getAttribute("aria-describedby") ?? "")
          .split(" ")
          .map((id) => document.getElementById(id)?.textContent ?? ""),
      );
    await expect.poll(said, { timeout: 5000 }).toContainEqual(expect.stringMatching(words));
    expect(await box.getAttribute("aria-invalid")).toBe("true");
    expect((await said()).join(" ")).not.toMatch(/oops|please|invalid|error/i);
    expect(await box.inputValue()).toBe(text);
    expect(await dialog.getByRole("button", { name: "Add server" }).isEnabled()).toBe(false);
  };
  await saidOf(
    "¯\\_(ツ)_/¯ lorem ipsum; dolor && sit <amet>",
    /^This is neither a command nor a URL, nor JSON or TOML of a client\.$/,
  );
  await saidOf(
    '{\n  "mcpServers": {\n    "files": { "command": "npx", "args": ["-y"',
    /line 3, column 47\b/,
  );
  await saidOf('{ "mcpServers": { "files": { "command": } } }', /line 1, column 41\b/);

  // Mended in place, it is taken.
  await paste(testApp, box, "");
  await box.fill(JSON.stringify({ mcpServers: { files: demoEntry("files") } }));
  await expect
    .poll(() => dialog.getByRole("button", { name: "Add server" }).isEnabled())
    .toBe(true);
  expect(await box.getAttribute("aria-invalid")).not.toBe("true");
});

test("a command that is not there: where it was looked for, and another one chosen", async () => {
  const testApp = await startApp();
  const { page } = testApp;
  await heading(page, "Overview").waitFor();
  await page.keyboard.press("ControlOrMeta+N");
  const add = page.getByRole("dialog", { name: "Add server" });
  const entry = { ...demoEntry("files"), command: "no-such-program" };
  const box = add.getByRole("textbox", { name: /^Paste a command/ });
  await paste(testApp, box, JSON.stringify({ mcpServers: { files: entry } }));
  await add.getByRole("button", { name: "Add server" }).click();
  const review = page.getByRole("dialog", { name: "Review command" });
  const result = page.getByRole("dialog", { name: "1 server added" });
  await result.getByText(/“no-such-program” was not found\. Looked in \d+ folders/).waitFor();
  await result.getByRole("button", { name: "Review command…" }).click();
  await review.getByText("It cannot start until it is installed.").waitFor();
  await review.getByRole("button", { name: "Start files" }).click();
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("link", { name: "files", exact: true }).click();
  const trouble = page.getByRole("region", { name: /“no-such-program” was not found/ });
  await trouble.waitFor();
  await trouble.getByText("Folders searched").click();
  const folders = await trouble.getByRole("group", { name: "Folders searched" }).innerText();
  expect(folders).toContain("/usr/bin");
  await trouble.getByRole("button", { name: "Check again" }).click();
  await trouble.waitFor();

  await chooses(testApp, null);
  await trouble.getByRole("button", { name: "Choose file…" }).click();
  await trouble.waitFor();
  await chooses(testApp, stage().node);
  await trouble.getByRole("button", { name: "Choose file…" }).click();
  const argv = review.getByRole("list", { name: /^Command of files/ }).getByRole("listitem");
  await argv.first().waitFor();
  expect(await argv.allInnerTexts()).toEqual([stage().node, ...entry.args]);
  await review.getByRole("button", { name: "Start files" }).click();
  await page.getByRole("tab", { name: "Tools 7" }).waitFor();
  expect(await trouble.count()).toBe(0);
});

test("a port in use: who has it, tried again when it is free, or another one", async () => {
  const home = appDirectory();
  const port = await freePort();
  await seed(home, async (api) => {
    await seedSmall(api);
    await api.settings.update({ port });
  });
  const squatter = await occupy(port);
  const first = await startApp({ home, env: { PORT: "" } });
  const banner = first.page.getByRole("region", { name: `Port ${port} is used by` });
  await banner.waitFor();
  expect(await banner.innerText()).toContain(`(pid ${squatter.pid}). Clients cannot connect.`);
  await banner.getByRole("button", { name: "Try again" }).click();
  await banner.getByText("Tried again; nothing has changed.").waitFor();
  // The rest works meanwhile.
  await first.page.getByRole("link", { name: "Servers" }).click();
  await first.page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  squatter.kill("SIGKILL");
  await once(squatter, "exit");
  await banner.getByRole("button", { name: "Try again" }).click();
  await banner.waitFor({ state: "detached" });
  expect(endpoint(first.dataDir).url).toBe(`http://127.0.0.1:${port}`);
  expect(await healthOf(first.dataDir)).toBe(200);
  await first.close();

  await occupy(port);
  const second = await startApp({ home, env: { PORT: "" } });
  const again = second.page.getByRole("region", { name: `Port ${port} is used by` });
  await again.getByRole("button", { name: `Use port ${port + 1}` }).click();
  await again.waitFor({ state: "detached" });
  expect(endpoint(second.dataDir).url).toBe(`http://127.0.0.1:${port + 1}`);
  expect(await healthOf(second.dataDir)).toBe(200);
});

/** What the app's window shows, whichever page Playwright still knows. */
const shown = ({ app }: TestApp): Promise<string> =>
  app.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // A page that is gone never answers.
    const text: unknown = await Promise.race([
      window?.webContents.executeJavaScript("document.querySelector('h1')?.textContent ?? ''"),
      new Promise((resolve) => setTimeout(resolve, 300)),
    ]);
    return typeof text === "string" ? text : "";
  });

const crash = ({ app }: TestApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );

test("a page that crashes comes back; twice in a row a person is asked; clients notice nothing", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const testApp = await startApp({ home });
  const { app, page, dataDir } = testApp;
  await page.getByRole("link", { name: "Servers" }).click();
  await page.getByRole("row", { name: /files/ }).getByText("Ready").waitFor();
  await app.evaluate(({ dialog }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = async (...args: unknown[]) => {
      asked.push(JSON.stringify(args.at(-1)));
      return { response: 1, checkboxChecked: false };
    };
  });
  await crash(testApp);
  await expect.poll(() => shown(testApp), { timeout: 30_000 }).toBe("Servers");
  expect(await healthOf(dataDir)).toBe(200);
  await crash(testApp);
  const asked = (): Promise<string> =>
    app.evaluate(() => JSON.stringify(Reflect.get(globalThis, "asked")));
  await expect.poll(asked, { timeout: 30_000 }).toContain("The window stopped twice in a row.");
  expect(await asked()).toContain("Clients are still served.");
  await expect.poll(() => shown(testApp), { timeout: 30_000 }).toBe("Servers");
  expect(await healthOf(dataDir)).toBe(200);
});

test("a lost line is told while it lasts, what is shown stays, and all is live again after", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const testApp = await startApp({ home });
  const { page } = testApp;
  await page.getByRole("link", { name: "Servers" }).click();
  const row = page.getByRole("row", { name: /files/ });
  await row.getByText("Ready").waitFor();
  // The main process has one line to the page: a second one ends the first, whoever holds it.
  await page.evaluate(() => {
    const { port2 } = new MessageChannel();
    window.postMessage("local-mcp-gateway:port", window.origin, [port2]);
  });
  const banner = page.getByRole("region", {
    name: "The app lost its connection to the gateway.",
  });
  await banner.getByText("Clients may still be served.").waitFor();
  expect(await row.getByText("Ready").count()).toBe(1);
  await banner.waitFor({ state: "detached" });
  await page.getByRole("switch", { name: "files on" }).click();
  await row.getByText("Off").first().waitFor();
});
