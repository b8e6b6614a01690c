/** However the app ends, nothing of its servers is left, and its log says what it ended. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { LEDGER_VARIABLE, type LedgerEntry, readLedger } from "../fixtures/ledger.ts";
import { runs } from "../leaks/proc.ts";
import { isAlive } from "../processes.ts";
import { appDirectory, stage, startApp, type TestApp } from "./app.ts";
import { choose, heading } from "./person.ts";
import { seed } from "./seed.ts";
import { setTrayHost, withTrayHost } from "./tray-host.ts";

/** More at once would wait for each other. */
const SIDE_BY_SIDE = 2;
/** An app that ends before it has answered looks like a failure to Playwright; after so long, ms, it has. */
const ANSWERED_MS = 50;

const logLine = z.looseObject({ message: z.string() });

/** An app with an ordinary server, and one that ignores what asks it to end and has a child. */
interface Started extends TestApp {
  /** Which of the servers' processes run. */
  left: () => LedgerEntry[];
  /** The entries with one of these messages that have come to the log since all was up. */
  logged: (...messages: string[]) => unknown[];
}

async function startWithServers(): Promise<Started> {
  const home = appDirectory();
  const ledger = join(home, "ledger");
  writeFileSync(ledger, "");
  const env = { [LEDGER_VARIABLE]: { value: ledger, plain: true } };
  const { node, fixtures } = stage();
  const servers = {
    ordinary: { command: "/bin/sh", args: [join(fixtures, "tiny-server.sh")] },
    stubborn: {
      command: node,
      args: [join(fixtures, "hostile-stdio.mjs"), "ignores-eof", join(home, "child")],
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
  const names = (): string[] =>
    left()
      .map(({ name }) => name)
      .sort();
  await expect.poll(names, { timeout: 20_000 }).toEqual(["ignores-eof", "ignores-eof", "tiny"]);
  const log = (): string => readFileSync(join(testApp.dataDir, "logs", "app.log"), "utf8");
  const before = log().length;
  const logged = (...messages: string[]): unknown[] =>
    log()
      .slice(before)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => logLine.parse(JSON.parse(line)))
      .filter(({ message }) => messages.includes(message));
  return { ...testApp, left, logged };
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

/** Playwright's own keys reach the page alone, and this one is the menu bar's. */
async function pressKey({ app, logged }: Started): Promise<void> {
  const press = (): Promise<void> =>
    app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      // Without a focus, which another window may take, a key goes nowhere.
      window?.focus();
      window?.webContents.sendInputEvent({
        type: "rawKeyDown",
        keyCode: "Q",
        modifiers: ["control"],
      });
    });
  const isClosing = async (): Promise<boolean> => {
    await press();
    return logged("closing").length > 0;
  };
  await expect.poll(isClosing, { timeout: 10_000, interval: 200 }).toBe(true);
}

/** Where the app that is started again leaves a trace. */
const relaunched = (home: string): string => join(home, "relaunched");

/** Nothing of the app is left that could end anything. */
const KILL = "SIGKILL";

const WAYS: Record<string, (started: Started) => unknown> = {
  "the menu bar": (started) => choose(started, "File", "Quit"),
  "the menu of the tray": quitFromTray,
  "its key": pressKey,
  SIGTERM: signal("SIGTERM"),
  SIGINT: signal("SIGINT"),
  SIGHUP: signal("SIGHUP"),
  [KILL]: signal(KILL),
  "the end of the system": ({ app }) =>
    app.evaluate(({ powerMonitor }, ms) => {
      setTimeout(() => powerMonitor.emit("shutdown"), ms);
    }, ANSWERED_MS),
  "an update": ({ app }) =>
    app.evaluate(({ autoUpdater, BrowserWindow }, ms) => {
      // As Electron does on macOS, where it goes on once there is no window any more.
      setTimeout(() => {
        autoUpdater.emit("before-quit-for-update");
        for (const window of BrowserWindow.getAllWindows()) window.close();
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

/** Starts the app, takes the way, and sees that nothing is left. Also tells what the log says then. */
async function wayOut(name: string, way: (started: Started) => unknown) {
  const started = await startWithServers();
  const { pid, home, left, logged } = started;
  await way(started);
  await expect.poll(() => isAlive(pid), { timeout: 20_000, message: name }).toBe(false);
  const timeout = name === KILL ? 10_000 : 1000;
  await expect.poll(left, { timeout, message: name }).toEqual([]);
  const told = logged("the gateway has ended", "something failed");
  return { home, told };
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
  const ended = expect.objectContaining({
    level: "info",
    message: "the gateway has ended",
    servers: 2,
    processes: 3,
    forced: ["stubborn"],
    left: [],
  });
  for (const name of Object.keys(WAYS)) {
    expect.soft(outcomes[name]?.told, name).toEqual(name === KILL ? [] : [ended]);
  }
  await expect.poll(() => existsSync(relaunched(outcomes["a restart"]?.home ?? ""))).toBe(true);
});
