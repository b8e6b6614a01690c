/**
 * The pictures of README and docs, made anew where they are asked for: `run.ts --full`, or with
 * E2E_SCREENSHOTS=1.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { visit } from "../fixtures/browser.ts";
import { FAULTS } from "../fixtures/http-plumbing.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { TOOL_FOR_ADMINS } from "../fixtures/protected-server.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { appDirectory, startApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { makeOlder, seedBackups } from "./pictures/backups.ts";
import { seedCalls } from "./pictures/calls.ts";
import { Camera, type Mask } from "./pictures/camera.ts";
import { demoPrograms, PASSPHRASE, seedDemo } from "./pictures/demo.ts";
import { opened, opensNoPages } from "./person.ts";
import { callTool, seedProtected } from "./protected.ts";
import { hostile, seed, seedSmall } from "./seed.ts";
import { loseKeys, startSealedElsewhere } from "./states/lost-keys.ts";
import { dialogOf, go, press, putAway } from "./states/state.ts";
import { isFull } from "../full.ts";

const isWanted = isFull || process.env["E2E_SCREENSHOTS"] === "1";
const timeout = 120_000;
const IMAGES = resolve(import.meta.dirname, "../../docs/images");

/** What servers take differs from run to run. */
const USAGE: Mask[] = [
  [String.raw`\b\d+ MB\b`, "64 MB"],
  [String.raw`\b\d+ %`, "0 %"],
];

/** What is drawn anew each time, and what must not be on a picture for that it is a key. */
const RANDOM: Mask[] = [
  [String.raw`\b([0-9A-Z]{4}-){7}[0-9A-Z]{4}\b`, "7K3M-9QXT-EXAM-P1E0-0PEN-SN0T-H1NG-0000"],
  [String.raw`\b[0-9a-f]{4} [0-9a-f]{4}\b`, "4f2a 91c7"],
  [
    String.raw`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`,
    "3d8a8f1e-0f5c-4b54-9a3e-2f6f0f3f4c11",
  ],
  [String.raw`\b[A-Z][a-z]{2} \d+, \d{4}, \d\d:\d\d:\d\d`, "Nov 21, 2026, 09:41:07"],
  [String.raw`\b[A-Z][a-z]{2} \d+, \d\d:\d\d:\d\d`, "Nov 21, 09:41:07"],
];

const CURSOR = { clientInfo: { name: "Cursor", version: "3.1" } };
const client = (dataDir: string, token: string): McpClient =>
  new McpClient(`${endpoint(dataDir).url}/mcp`, { authorization: `Bearer ${token}` });

const PASTED = JSON.stringify(
  {
    mcpServers: {
      GitHub: {
        command: "npx",
        args: ["-y", "@modelcontextprotocol/server-github"],
        env: { GITHUB_TOKEN: "ghp_EXAMPLE0000000000000000000000000000" },
      },
      Files: { command: "npx", args: ["-y", "@modelcontextprotocol/server-files"] },
    },
  },
  null,
  2,
);

const add = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.press("Control+n");
  await dialogOf(page).getByRole("textbox").first().fill(text);
  await dialogOf(page).getByText("Recognised as").waitFor();
  await page.keyboard.press("Control+Home");
};

test.runIf(isWanted)("an empty desk, and the first run", { timeout }, async () => {
  const home = appDirectory();
  await seed(home, async (api) => void (await api.vault.init({ passphrase: PASSPHRASE })));
  const app = await startApp({
    home,
    scale: 2,
    env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
  });
  const { page } = app;
  const camera = new Camera(app);
  await camera.prepare();
  await page.getByText("Three steps to your first tool call").waitFor();
  await camera.take("first-run-1");
  await go(page, "/servers");
  await page.getByText("Add a server once").waitFor();
  await camera.take("servers-empty");
  await go(page, "/profiles");
  await page.getByText("A profile is what one client sees").waitFor();
  await camera.take("profiles-empty");
  await go(page, "/tokens");
  await page.getByText("Each client gets its own token").waitFor();
  await camera.take("tokens-empty");

  await go(page, "/overview");
  await add(page, PASTED);
  await camera.take("add-server-paste");
  await press(page, "Add 2 servers");
  await page.getByRole("button", { name: "Start 2 servers", disabled: false }).waitFor();
  await press(page, "Start 2 servers");
  await page.getByText(/^2 ready/).waitFor();
  const linear = { command: "npx", args: ["-y", "@modelcontextprotocol/server-linear"] };
  await add(page, JSON.stringify({ mcpServers: { Linear: linear } }));
  await press(page, "Add server");
  await page.getByRole("button", { name: /^Start/, disabled: false }).waitFor();
  await camera.take("review-command");
  await press(page, "Not now");
  await page.getByRole("button", { name: "2 Start it" }).click();
  await page.getByRole("button", { name: "Review command…" }).waitFor();
  await camera.take("first-run-2");
  await press(page, "Review command…");
  await page.getByRole("button", { name: "Start Linear", disabled: false }).click();
  await page.getByText(/^3 ready/).waitFor();
  await page.getByRole("button", { name: "3 Connect a client" }).click();
  await page.getByRole("radio", { name: "Cursor" }).click();
  await press(page, "Create token for Cursor");
  await page.getByText("Copy it now").waitFor();
  const snippet = await page
    .getByText(/lmg_[\w-]{20}/)
    .first()
    .innerText();
  await camera.take("first-run-3");
  await press(page, "Copy snippet");
  const cursor = client(app.dataDir, /lmg_[\w-]+/.exec(snippet)?.[0] ?? "");
  await cursor.initialize(CURSOR);
  await cursor.request("tools/list");
  await cursor.request("tools/call", { name: "list_issues", arguments: { name: "a" } });
  await page.getByRole("button", { name: "Finish setup" }).waitFor();
  await page.getByRole("list", { name: "What was observed" }).scrollIntoViewIfNeeded();
  await camera.take("first-run-4");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)("a system without a keychain", { timeout }, async () => {
  const app = await startApp({ scale: 2 });
  const camera = new Camera(app);
  await camera.prepare();
  await go(app.page, "/settings?section=vault");
  await app.page.getByText("Set a passphrase…").first().waitFor();
  await camera.take("vault-weak");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)(
  "a vault that was sealed elsewhere, and one without its key",
  { timeout },
  async () => {
    const app = await startSealedElsewhere(2);
    const camera = new Camera(app, RANDOM);
    await camera.prepare();
    await go(app.page, "/settings?section=vault");
    await app.page.getByText("(KWallet → GNOME Keyring)").waitFor();
    await camera.take("vault-changed");
    await loseKeys(app);
    await app.page.getByText("No new key was made.").waitFor();
    await camera.take("vault-lost");
    expect(camera.leaks).toEqual([]);
  },
);

test.runIf(isWanted)("a server that crashes again and again", { timeout }, async () => {
  const home = appDirectory();
  await seed(home, async (api) => {
    await api.vault.init({ passphrase: PASSPHRASE });
    await seedSmall(api);
    await api.servers.create({
      name: "weather",
      title: "Weather",
      config: hostile("exit"),
      confirmed: true,
      profiles: ["dev"],
    });
  });
  const app = await startApp({ home, scale: 2, env: { VAULT_PASSPHRASE: PASSPHRASE } });
  const camera = new Camera(app);
  await camera.prepare();
  await go(app.page, "/servers/weather/tools");
  await app.page.getByText("was left stopped").waitFor();
  await app.page.getByText("Last output").click();
  await app.page.getByRole("link", { name: "All of it is in Output" }).waitFor();
  // What a server takes is read again some seconds after it has ended.
  await app.page.getByText(/^Processes/).waitFor({ state: "detached" });
  await camera.take("server-stopped");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)("a server that is signed in to", { timeout }, async () => {
  const { authorization, server, home, env } = await seedProtected();
  const app = await startApp({ home, scale: 2, env });
  const { page } = app;
  const camera = new Camera(app, [
    [authorization.issuer, "https://login.example.com"],
    [new URL(authorization.origin).host, "login.example.com"],
    [new URL(server.url).host, "mcp.example.com"],
    [String.raw`\b[A-Z]{4}-[A-Z]{4}\b`, "WDJB-MJHT"],
    ...RANDOM,
  ]);
  await camera.prepare();
  await opensNoPages(app);
  const begin = async (button: string): Promise<void> => {
    await press(page, button);
    await dialogOf(page).getByRole("button", { name: "Open browser" }).waitFor();
  };
  const finish = async (): Promise<void> => {
    await press(page, "Open browser");
    await dialogOf(page).getByText("Waiting for the browser").waitFor();
    await visit((await opened(app)).at(-1) ?? "", { account: "ada@example.com" });
    await dialogOf(page).waitFor({ state: "detached" });
  };
  await page.getByText("Three steps to your first tool call").waitFor();
  await press(page, "Skip setup");
  await go(page, "/servers/github/tools");
  await page.getByText("Nobody has signed in").waitFor();
  await camera.take("server-sign-in");
  await begin("Sign in…");
  await camera.take("sign-in");
  await press(page, "On another device…");
  await dialogOf(page).getByText("type this code").waitFor();
  await camera.take("sign-in-device");
  await press(page, "Cancel sign-in");
  await begin("Sign in…");
  await press(page, "Open browser");
  await dialogOf(page).getByText("Waiting for the browser").waitFor();
  await dialogOf(page).getByText("Is the browser on another computer?").click();
  await camera.take("sign-in-waiting");
  await finish();
  await page.getByText(/^Signed in until/).waitFor();
  await camera.take("signed-in");
  await callTool(app, TOOL_FOR_ADMINS);
  await page.getByText("More access wanted: admin.").waitFor();
  await camera.take("more-access-wanted");
  await go(page, "/servers/github/settings");
  await press(page, "Add API key");
  await page.getByText("Advanced", { exact: true }).click();
  await page.getByLabel("Client id").scrollIntoViewIfNeeded();
  await camera.take("sign-in-settings");
  await press(page, "Discard");
  server.distrust();
  authorization.trouble({ at: "token", fault: TROUBLES.refused });
  await callTool(app, "test_simple_text");
  await go(page, "/servers/github/tools");
  await page.getByText(/^Sign in again, because/).waitFor();
  await camera.take("sign-in-again");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)("a working day", { timeout }, async () => {
  const signIn = await startHttpServer({ fault: () => FAULTS.unauthorized });
  afterTest(() => signIn.close());
  const home = appDirectory();
  let token = "";
  await seed(home, async (api) => {
    ({ token } = await seedDemo(signIn.url)(api));
  });
  const app = await startApp({
    home,
    scale: 2,
    env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
  });
  const { page } = app;
  const camera = new Camera(app, [
    [new URL(signIn.url).host, "jira.example.com"],
    [String.raw`\b\d+ min ago|just now`, "1 min ago"],
    ...USAGE,
    ...RANDOM,
  ]);
  await camera.prepare();
  await camera.freeze();
  const cursor = client(app.dataDir, token);
  await cursor.initialize(CURSOR);
  const stream = await cursor.listen(() => undefined);
  afterTest(() => stream.close());
  await press(page, "Skip setup");
  await page.getByText("Cursor 3.1").waitFor();
  await page.getByText("Jira").first().waitFor();
  await page.getByText("Python").first().waitFor();
  await page.getByText("157 tools").first().waitFor();
  await cursor.request("tools/list");
  await cursor.request("tools/call", { name: "list_issues", arguments: { name: "a" } });
  await camera.take("overview", "readme");
  await press(page, "Connect a client…");
  await page.getByRole("radio", { name: "Cursor" }).click();
  await camera.take("connect-client");
  await putAway(page);

  await go(page, "/profiles/dev/tools");
  await page.getByText("create_issue").first().waitFor();
  await camera.take("profile-detail", "readme");
  await go(page, "/profiles");
  await page.getByRole("link", { name: "writing" }).waitFor();
  await camera.take("profiles");
  await go(page, "/servers");
  await page.getByRole("link", { name: "Sentry" }).waitFor();
  await page
    .getByText(/^\d+ %$/)
    .first()
    .waitFor();
  await page.getByText("starts on the next call").waitFor();
  await camera.take("servers");
  await go(page, "/servers/github/tools?item=list_issues");
  await page.getByRole("button", { name: "Write as JSON" }).waitFor();
  await page.getByText(/^Processes 1 · .* %/).waitFor();
  await camera.take("server-detail");
  await go(page, "/servers/github/settings");
  await page.getByText("One connection for all clients").first().scrollIntoViewIfNeeded();
  await camera.take("server-settings");
  await go(page, "/servers/python/tools");
  await page.getByText("was not found").first().waitFor();
  await camera.take("command-not-found");

  await go(page, "/tokens");
  await press(page, "Create token…");
  await dialogOf(page).getByLabel("Name").fill("Claude Code");
  await press(page, "Create token");
  await page.getByRole("dialog", { name: "Access token for “Claude Code”" }).waitFor();
  await camera.take("token-once");
  await press(page, "I have copied it");
  await page.getByRole("row", { name: /Claude Code/ }).waitFor();
  await camera.take("tokens");
  await go(page, "/settings?section=vault");
  await page.getByText("Protected by a passphrase.").waitFor();
  await press(page, "Add recovery key…");
  await press(page, "Make recovery key");
  await page.getByRole("dialog", { name: "Your recovery key" }).waitFor();
  await camera.take("recovery-key");
  await dialogOf(page).locator("[role=checkbox]").click();
  await press(page, "Done");
  await page.getByText("Protected by a passphrase and a recovery key.").waitFor();
  await camera.take("vault");
  // Which server started first differs from run to run; what was written before is in order.
  await go(page, "/settings?section=audit&who=cli");
  await page.getByRole("button", { name: "Settings changed" }).first().click();
  await page.getByText("setting.update").waitFor();
  await camera.take("audit-log");
  await go(page, "/settings?changed=1");
  await page.getByText("Changed ·").first().waitFor();
  await camera.take("settings-changed");
  await go(page, "/servers");
  await page.getByRole("link", { name: "GitHub" }).click();
  await page.getByRole("button", { name: "Write as JSON" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("git");
  await page.getByRole("option").nth(3).waitFor();
  await camera.take("palette");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)(
  "backups: none yet, the sheet, one, a restore, late, damaged",
  { timeout: 3 * timeout },
  async () => {
    const masks: Mask[] = [
      [hostname(), "your-computer"],
      [String.raw`T\d\d-\d\d-\d\dZ`, "T09-41-07Z"],
      [String.raw`\b\d+(\.\d)? KB\b`, "412 KB"],
      ...RANDOM,
    ];
    const empty = appDirectory();
    await seed(empty, async (api) => {
      await api.vault.init({ passphrase: PASSPHRASE });
      await seedSmall(api);
    });
    const env = { VAULT_PASSPHRASE: PASSPHRASE };
    const first = await startApp({ home: empty, scale: 2, env });
    const before = new Camera(first, masks);
    await before.prepare();
    await go(first.page, "/backups");
    await first.page.getByText("A backup is one encrypted file").waitFor();
    await before.take("backups-empty");
    await press(first.page, "Keep one…");
    await press(first.page, "Make one for me…");
    await first.page.getByRole("dialog", { name: "Passphrase of your backups" }).waitFor();
    await before.take("recovery-sheet");
    expect(before.leaks).toEqual([]);
    await first.close();

    const home = appDirectory();
    const { dataDir } = await seed(home, seedBackups);
    const app = await startApp({ home, scale: 2, env });
    const { page } = app;
    const camera = new Camera(app, masks);
    await camera.prepare();
    await go(page, "/backups");
    await page.getByText("Last good backup: today").waitFor();
    await camera.take("backups");
    await page.getByRole("button", { name: /^Restore the backup/ }).click();
    await dialogOf(page).getByText("Commands that may start").waitFor({ timeout });
    await camera.take("backup-restore-preview", "readme");
    await press(page, "Replace with this backup");
    await dialogOf(page).getByText("Stopping servers…").waitFor({ timeout });
    await camera.take("backup-restore-running");
    await dialogOf(page)
      .getByText(/^Restored\./)
      .waitFor({ timeout });
    await app.close();

    makeOlder(dataDir, 9);
    const late = await startApp({ home, scale: 2, env });
    const later = new Camera(late, masks);
    await later.prepare();
    await go(late.page, "/backups");
    await late.page.getByText("The last good backup is 9 days old").first().waitFor();
    await later.take("backups-late");
    await late.close();

    const database = join(dataDir, "local-mcp-gateway.db");
    writeFileSync(database, readFileSync(database).fill(0xff, 4096, 12_288));
    const damaged = await startApp({ home, scale: 2, env });
    const last = new Camera(damaged, masks);
    await last.prepare();
    await damaged.page.getByText(/^The last good backup is from/).waitFor();
    await last.take("database-damaged");
    expect([...camera.leaks, ...later.leaks, ...last.leaks]).toEqual([]);
  },
);

test.runIf(isWanted)("what was called in a day", { timeout }, async () => {
  const home = appDirectory();
  await seed(home, async (api) => {
    await seedDemo("http://127.0.0.1:1/mcp")(api);
    await seedCalls(api, home);
  });
  const app = await startApp({
    home,
    scale: 2,
    env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
  });
  const { page } = app;
  const camera = new Camera(app, [], { figures: true });
  await camera.prepare();
  await press(page, "Skip setup");
  await go(page, "/metrics");
  await page.getByRole("application").nth(1).waitFor();
  await camera.take("metrics");
  await go(page, "/metrics?profile=writing");
  await page.getByText("Nothing was called in this range.").waitFor();
  await camera.take("metrics-empty");
  expect(camera.leaks).toEqual([]);
});

test.runIf(isWanted)("all of them together are small enough for a repository", () => {
  const pictures = readdirSync(IMAGES).filter((name) => name.endsWith(".png"));
  const bytes = pictures.reduce((sum, name) => sum + statSync(join(IMAGES, name)).size, 0);
  console.log(`Screenshots: ${pictures.length}, ${(bytes / 1024 / 1024).toFixed(1)} MB.`);
  expect(bytes).toBeLessThan(7 * 1024 * 1024);
});
