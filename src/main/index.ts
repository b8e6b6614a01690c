import { existsSync } from "node:fs";
import inspector from "node:inspector";
import { join } from "node:path";
import { app, Menu, protocol } from "electron";
import { onActivate } from "./app-events/activate.ts";
import { onBeforeQuit } from "./app-events/before-quit.ts";
import { onChildProcessGone } from "./app-events/child-process-gone.ts";
import { onFatalError } from "./app-events/fatal-error.ts";
import { onOpenFile } from "./app-events/open-file.ts";
import { onOpenUrl } from "./app-events/open-url.ts";
import { onRenderProcessGone } from "./app-events/render-process-gone.ts";
import { onSecondInstance } from "./app-events/second-instance.ts";
import { onWebContentsCreated } from "./app-events/web-contents-created.ts";
import { whenReady } from "./app-events/when-ready.ts";
import { onWindowAllClosed } from "./app-events/window-all-closed.ts";
import { AppLog } from "./app-log.ts";
import { readArguments } from "./arguments.ts";
import { createBench } from "./bench.ts";
import { refusedSwitch } from "./debugging.ts";
import { DesktopApp } from "./desktop-app.ts";
import { fitsInMessage, handOver, withoutWhatToOpen } from "./hand-over.ts";
import { keepOwnBinding } from "./native-binding.ts";
import { dataPaths, userDataPath } from "./paths.ts";
import { describe } from "./problem.ts";
import { APP_ORIGIN, APP_SCHEME } from "./security.ts";

const NAME = "Local MCP Gateway";

/** What has to be said before Electron is ready. The name is also that of the keychain's entry. */
app.setName(NAME);
app.setAppUserModelId("com.local-mcp-gateway.app");
app.setAboutPanelOptions({ applicationName: NAME, applicationVersion: app.getVersion() });
app.enableSandbox();
Menu.setApplicationMenu(null);
protocol.registerSchemesAsPrivileged([
  {
    scheme: APP_SCHEME,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
]);

const launched = readArguments(process.argv.slice(1), process.cwd());
const userData = userDataPath(launched, process.env) ?? join(app.getPath("appData"), NAME);
app.setPath("userData", userData);

const refused = refusedSwitch({
  packaged: app.isPackaged,
  inspected: inspector.url() !== undefined,
  has: (name) => app.commandLine.hasSwitch(name),
});
if (refused !== null) {
  process.stderr.write(
    `Local MCP Gateway lets no debugger into its window: start it without --${refused}.\n`,
  );
  app.exit(1);
} else if (!fitsInMessage(process.argv, process.cwd(), launched)) {
  process.stderr.write("What the app was asked to open is too long, and was left out.\n");
  app.relaunch({ args: withoutWhatToOpen(process.argv.slice(1)) });
  app.exit(0);
} else if (launched.showRunning) {
  app.exit(app.requestSingleInstanceLock(handOver(launched)) ? 1 : 0);
} else if (!app.requestSingleInstanceLock(handOver(launched))) {
  process.stdout.write("The app is running already; its window is shown.\n");
  app.exit(0);
} else {
  start();
}

function start(): void {
  keepOwnBinding(process.env, app.isPackaged ? process.resourcesPath : null);
  const devServer = app.isPackaged ? null : (process.env["ELECTRON_RENDERER_URL"] ?? null);
  const bench = createBench({
    enabled: process.env["LOCAL_MCP_BENCH"] === "1",
    sinceStart: () => Date.now() - (process.getCreationTime() ?? performance.timeOrigin),
    write: (line) => process.stdout.write(line),
  });
  const log = new AppLog({
    now: Date.now,
    onFailure: (error) => process.stderr.write(`The log cannot be written: ${describe(error)}\n`),
  });
  const desktop = new DesktopApp({
    launched,
    paths: dataPaths(launched, process.env),
    stateFile: join(userData, "desktop.json"),
    devServer,
    pageUrl: devServer ?? `${APP_ORIGIN}/`,
    preload: join(app.getAppPath(), "out", "preload", "index.cjs"),
    icon: [
      join(app.getAppPath(), "resources", "icons", "256x256.png"),
      join(process.resourcesPath, "icon.png"),
    ].find(existsSync),
    log,
    onListening: bench.listening,
    onPainted: () => bench.mark("painted"),
  });

  onFatalError(desktop);
  onWebContentsCreated(devServer);
  onSecondInstance(desktop);
  onWindowAllClosed();
  onBeforeQuit(desktop);
  onActivate(desktop);
  onOpenUrl(desktop);
  onOpenFile(desktop);
  onRenderProcessGone(desktop);
  onChildProcessGone(desktop);

  desktop.start();
  whenReady(desktop, {
    rendererDir: join(app.getAppPath(), "out", "renderer"),
    devServer,
    onAnswer: () => bench.mark("answered"),
  }).catch(desktop.onFailure);
}
