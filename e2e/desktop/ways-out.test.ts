/** However the app ends, nothing of its servers is left, and its log says what it ended. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LEDGER_VARIABLE, type LedgerEntry, readLedger } from "../fixtures/ledger.ts";
import { runs } from "../leaks/proc.ts";
import { isAlive } from "../processes.ts";
import { appDirectory, stage, startApp, type TestApp } from "./app.ts";
import { choose, heading } from "./person.ts";
import { seed } from "./seed.ts";
import { setTrayHost, withTrayHost } from "./tray-host.ts";

/** More at once would wait for each other. */
const SIDE_BY_SIDE = 3;
/** An app that ends before it has answered looks like a failure to Playwright; after so long, ms, it has. */
const ANSWERED_MS = 50;

/** An app with an ordinary server, and one that ignores what asks it to end and has a child. */
async function startWithServers(): Promise<TestApp & { left: () => LedgerEntry[] }> {
  const home = appDirectory();
  const ledger = join(home, "ledger");
  writeFileSync(ledger, "");
  const env = { [LEDGER_VARIABLE]: { value: ledger, plain: true } };
  const { node, fixtures } = stage();
  const servers = {
    ordinary: { command: "/bin/sh", args: [join(fixtures, "tiny-server.sh")] },
    stubborn: {
      command: node,
      args: [join(fixtures, "hostile-stdio.ts"), "ignores-eof", join(home, "child")],
    },
  };
  await seed(home, async (api) => {
    for (const [name, server] of Object.entries(servers)) {
      const config = { transport: "stdio" as const, ...server, env };
      await api.servers.create({ name, config, confirmed: true });
    }
  });
  const testApp = await startApp({ home, env: withTrayHost(home, false) });
  await heading(testApp.page, "Overview").waitFor();
  const left = (): LedgerEntry[] => readLedger(ledger).filter(runs);
  await expect
    .poll(
      () =>
        left()
          .map(({ name }) => name)
          .sort(),
      { timeout: 20_000 },
    )
    .toEqual(["ignores-eof", "ignores-eof", "tiny"]);
  return { ...testApp, left };
}

/** Its menu has no other way to be found than when it is made, which is when it gets a place. */
async function quitFromTray({ app, home }: TestApp): Promise<void> {
  await app.evaluate(({ Menu }) => {
    const build = Menu.buildFromTemplate.bind(Menu);
    Menu.buildFromTemplate = (template) => {
      const menu = build(template);
      const item = menu.items.find(({ label }) => label === "&Quit Local MCP Gateway");
      if (item) Object.assign(globalThis, { quitInTray: item });
      return menu;
    };
  });
  setTrayHost(home, true);
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  const chosen = (): Promise<boolean> =>
    app.evaluate(() => {
      const item: unknown = Reflect.get(globalThis, "quitInTray");
      if (typeof item !== "object" || item === null || !("click" in item)) return false;
      if (typeof item.click === "function") item.click();
      return true;
    });
  await expect.poll(chosen).toBe(true);
}

/** Sent to the app alone, as a desktop does; a terminal sends it to all of its processes. */
const signal =
  (name: NodeJS.Signals) =>
  ({ pid }: TestApp): void =>
    void process.kill(pid, name);

/** Where {@link relaunch} leaves a trace. */
const relaunched = (home: string): string => join(home, "relaunched");

const WAYS: Record<string, (testApp: TestApp) => unknown> = {
  "the menu bar": (testApp) => choose(testApp, "File", "Quit"),
  "the menu of the tray": quitFromTray,
  // Playwright's own keys reach the page alone, and this one is the menu bar's.
  "its key": ({ app }) =>
    app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.webContents.sendInputEvent({
        type: "rawKeyDown",
        keyCode: "Q",
        modifiers: ["control"],
      });
    }),
  SIGTERM: signal("SIGTERM"),
  SIGINT: signal("SIGINT"),
  SIGHUP: signal("SIGHUP"),
  "the end of the system": ({ app }) =>
    app.evaluate(({ powerMonitor }, ms) => {
      setTimeout(() => powerMonitor.emit("shutdown"), ms);
    }, ANSWERED_MS),
  "an update": ({ app }) =>
    app.evaluate(({ app: electronApp, autoUpdater, BrowserWindow }, ms) => {
      // In the order in which Electron does it on macOS.
      setTimeout(() => {
        autoUpdater.emit("before-quit-for-update");
        for (const window of BrowserWindow.getAllWindows()) window.close();
        electronApp.quit();
      }, ms);
    }, ANSWERED_MS),
  "a restart": ({ app, home }) =>
    app.evaluate(
      ({ app: electronApp }, args) => {
        electronApp.relaunch({ execPath: "/usr/bin/touch", args });
        electronApp.quit();
      },
      [relaunched(home)],
    ),
};

/** What the log tells of the end, and of what went wrong on the way. */
const told = ({ dataDir }: TestApp): unknown[] =>
  readFileSync(join(dataDir, "logs", "app.log"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line))
    .filter((line) => /the gateway has ended|something failed/.test(JSON.stringify(line)));

async function wayOut(name: string, way: (testApp: TestApp) => unknown) {
  const testApp = await startWithServers();
  const { pid, left } = testApp;
  await way(testApp);
  await expect.poll(() => isAlive(pid), { timeout: 20_000, message: name }).toBe(false);
  return { testApp, left: left(), told: told(testApp) };
}

test("every way out ends all servers, and the log says so", async () => {
  const ways = Object.entries(WAYS);
  const outcomes: Record<string, Awaited<ReturnType<typeof wayOut>>> = {};
  const goOn = async (): Promise<void> => {
    for (let next = ways.shift(); next; next = ways.shift()) {
      const [name, way] = next;
      outcomes[name] = await wayOut(name, way);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, goOn));
  for (const name of Object.keys(WAYS)) {
    expect.soft(outcomes[name]?.left, name).toEqual([]);
    expect.soft(outcomes[name]?.told, name).toEqual([
      expect.objectContaining({
        level: "info",
        message: "the gateway has ended",
        servers: 2,
        processes: 3,
        forced: ["stubborn"],
        left: [],
      }),
    ]);
  }
  const { home } = outcomes["a restart"]?.testApp ?? { home: "" };
  await expect.poll(() => existsSync(relaunched(home))).toBe(true);
});

test("where the app is killed its servers end all the same", async () => {
  const { pid, left } = await startWithServers();
  process.kill(pid, "SIGKILL");
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
});
