import { app, ipcMain, protocol, session } from "electron";
import type { DesktopApp } from "../desktop-app.ts";
import { acceptPorts } from "../ipc.ts";
import { serveAsset } from "../protocol.ts";
import { APP_SCHEME } from "../security.ts";
import { restrict } from "../security-events.ts";
import { startedWithSession } from "../session-start.ts";
import { createWindowLine } from "../window-line.ts";
import { onPowerChanges } from "./power.ts";
import { onSignals } from "./signals.ts";

/** The page can be loaded, the system asked, the window shown. */
export async function whenReady(
  desktop: DesktopApp,
  options: { rendererDir: string; devServer: string | null; onAnswer: () => void },
): Promise<void> {
  const { rendererDir, devServer, onAnswer } = options;
  await app.whenReady();
  protocol.handle(APP_SCHEME, (request) => serveAsset(rendererDir, request));
  restrict(session.defaultSession, devServer);
  acceptPorts({
    ipcMain,
    isOurs: (event) => desktop.window.sent(event),
    serve: createWindowLine(desktop, onAnswer),
    onRefused: () => desktop.log.write("warn", "a message of another page was refused"),
  });
  onSignals(desktop);
  onPowerChanges(desktop);
  await desktop.ready(startedWithSession(desktop.launched));
}
