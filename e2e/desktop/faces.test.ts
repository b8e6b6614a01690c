/** What the app is on the desktop beside its page: menu bar, links, theme, session, clipboard. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../processes.ts";
import { appDirectory, startApp, type TestApp } from "./app.ts";
import { CANARY } from "./canary.ts";
import { choose, heading, launchAgain } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";

/** An entry of the menu bar, as a person reads it. */
interface Entry {
  label: string;
  accelerator: string | null;
  enabled: boolean;
}

/** The entries of one menu, without the lines between them. */
const menu = ({ app }: TestApp, name: string): Promise<Entry[]> =>
  app.evaluate(({ Menu }, wanted) => {
    const plain = (label: string): string => label.replaceAll("&", "");
    const found = Menu.getApplicationMenu()?.items.find(({ label }) => plain(label) === wanted);
    return (found?.submenu?.items ?? [])
      .filter(({ type }) => type !== "separator")
      .map(({ label, accelerator, enabled }) => ({
        label: plain(label),
        accelerator: accelerator ?? null,
        enabled,
      }));
  }, name);

test.runIf(process.platform === "linux")(
  "the menu bar has every entry in its place, with its key, each page among them",
  async () => {
    const testApp = await startApp();
    const { page } = testApp;
    await heading(page, "Overview").waitFor();
    const entry = (label: string, accelerator: string | null = null): Entry => ({
      label,
      accelerator: accelerator === null ? null : accelerator.replace("Mod", "CmdOrCtrl"),
      enabled: true,
    });
    expect(await menu(testApp, "File")).toEqual([
      entry("Add server…", "Mod+N"),
      entry("New profile…", "Mod+Shift+N"),
      entry("Import…", "Mod+O"),
      entry("Export…", "Mod+Shift+E"),
      entry("Back up now…", "Mod+Shift+B"),
      entry("Restore from backup…"),
      entry("Close window", "Mod+W"),
      entry("Settings…", "Ctrl+,"),
      entry("Quit", "Ctrl+Q"),
    ]);
    expect((await menu(testApp, "View")).slice(0, 9)).toEqual([
      entry("Command palette…", "Mod+K"),
      entry("Overview", "Mod+1"),
      entry("Profiles", "Mod+2"),
      entry("Servers", "Mod+3"),
      entry("Debug logs", "Mod+4"),
      entry("Sessions", "Mod+5"),
      entry("Metrics", "Mod+6"),
      entry("Backups", "Mod+7"),
      entry("Sidebar", "Mod+B"),
    ]);
    const help = (await menu(testApp, "Help")).map(({ label }) => label);
    expect(help).toContain("Copy diagnostics (no secrets)");
    await choose(testApp, "View", "Servers");
    await heading(page, "Servers").waitFor();
    await choose(testApp, "File", "Add server…");
    await page.getByRole("dialog", { name: "Add server" }).waitFor();
  },
);

test("a link opens a place or fills the box, and never acts; a hostile one does nothing", async () => {
  const home = appDirectory();
  await seed(home, seedSmall);
  const testApp = await startApp({ home });
  const { page } = testApp;
  await heading(page, "Overview").waitFor();
  const scheme = "local-mcp-gateway://";
  const hostile = [
    "open/nowhere",
    "open/servers/%2e%2e/tokens%0a",
    "open/servers?run=delete",
    "open//evil.example/servers",
    "open/javascript:alert(1)",
    "run/restart_failed",
    "add-servers?text=a&text=b",
    "add-servers/now?text=npx",
    "user:password@open/servers",
  ];
  await launchAgain(testApp, ...hostile.map((link) => scheme + link), "javascript:alert(1)");
  const log = (): string => readFileSync(join(testApp.dataDir, "logs", "app.log"), "utf8");
  await expect
    .poll(() => log().split("a link was not understood").length - 1, { timeout: 5000 })
    .toBe(hostile.length);
  expect(new URL(page.url()).hash).toMatch(/^#\/overview|^$/);
  expect(await page.getByRole("dialog").count()).toBe(0);

  // One that is too long for the way to the running app must not harm it.
  await launchAgain(testApp, `${scheme}add-servers?text=${"x".repeat(30_000)}`);
  expect(isAlive(testApp.pid)).toBe(true);

  await launchAgain(testApp, `${scheme}open/servers`);
  await heading(page, "Servers").waitFor();
  await launchAgain(testApp, `${scheme}add-servers?text=${encodeURIComponent("npx -y evil")}`);
  const dialog = page.getByRole("dialog", { name: "Add server" });
  await dialog.getByRole("button", { name: "Add server" }).waitFor();
  expect(await dialog.getByRole("textbox", { name: /^Paste/ }).inputValue()).toBe("npx -y evil");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.getByText("1 server", { exact: true }).waitFor();
});

test("settings reach the desktop: the theme at once, the start at login as a file that comes and goes", async () => {
  const testApp = await startApp();
  const { app, page, home } = testApp;
  await heading(page, "Overview").waitFor();
  await page.keyboard.press("ControlOrMeta+,");
  await page.getByRole("link", { name: "Appearance" }).click();
  const theme = page.getByRole("combobox", { name: "Theme" });
  for (const [name, source] of [
    ["Dark", "dark"],
    ["Light", "light"],
  ] as const) {
    await theme.click();
    await page.getByRole("option", { name }).click();
    await page.waitForFunction(
      (dark) => matchMedia("(prefers-color-scheme: dark)").matches === dark,
      source === "dark",
    );
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe(source);
  }
  // The menu bar knows, and does the same.
  await choose(testApp, "View", "Appearance", "Dark");
  await page.waitForFunction(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await theme.getByText("Dark").waitFor();

  const entries = (): string[] => {
    const directory = join(home, ".config", "autostart");
    return existsSync(directory) ? readdirSync(directory) : [];
  };
  await page.getByRole("link", { name: "General" }).click();
  const login = page.getByRole("switch", { name: "Start at login" });
  await login.click();
  await expect.poll(entries).toHaveLength(1);
  const entry = readFileSync(join(home, ".config", "autostart", entries()[0] ?? ""), "utf8");
  expect(entry).toContain(`"--data-dir" "${testApp.dataDir}" "--hidden"`);
  await login.click();
  await expect.poll(entries).toEqual([]);
});

test("what is copied for a report holds facts and no secret", async () => {
  const home = appDirectory();
  const token = { text: "" };
  await seed(home, async (api) => {
    await seedSmall(api);
    const arg = `--key=${CANARY}`;
    await api.servers.create({
      name: "loud",
      title: `Loud ${CANARY}`,
      config: { transport: "stdio", command: "sh", args: ["-c", `echo ${arg} >&2; exit 3`] },
      confirmed: true,
      profiles: ["dev"],
    });
    const made = await api.tokens.create({ name: CANARY, profile: null, rights: ["use"] });
    token.text = made.token;
  });
  const testApp = await startApp({ home, env: { AUTH_ENCRYPTION_SECRET: `secret ${CANARY}` } });
  const { app, page } = testApp;
  await page.getByRole("link", { name: /^Servers/ }).click();
  await page
    .getByRole("row", { name: /Loud/ })
    .getByText(/Retrying|Failed/)
    .first()
    .waitFor();
  await app.evaluate(({ clipboard }) => clipboard.clear());
  await choose(testApp, "Help", "Copy diagnostics (no secrets)");
  const read = (): Promise<string> => app.evaluate(({ clipboard }) => clipboard.readText());
  await expect.poll(read).toContain('"electron"');
  const text = await read();
  expect(text).toContain("listening");
  expect(text).toContain('"state": "ready"');
  for (const secret of [CANARY, token.text, home]) expect(text).not.toContain(secret);
});
