import { app, dialog } from "electron";
import type { DesktopApp } from "../desktop-app.ts";
import { describe } from "../problem.ts";
import { CLOSING_LIMIT_MS } from "../quit.ts";

/** A fault that nobody caught: it is logged, everything is ended, and a person is told once. */
export function onFatalError(desktop: DesktopApp): void {
  let first = true;
  const end = async (thrown: unknown): Promise<void> => {
    desktop.log.write("error", "a fault that nobody caught", { error: describe(thrown) });
    if (!first) return;
    first = false;
    const closed = desktop.startup.close().catch(desktop.onFailure);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSING_LIMIT_MS))]);
    dialog.showErrorBox(
      "Local MCP Gateway has stopped",
      "Something went wrong that it could not recover from. Clients are no longer served. Start it again; its log has the details.",
    );
    app.exit(1);
  };
  process.on("uncaughtException", (error) => void end(error));
  process.on("unhandledRejection", (reason) => void end(reason));
}
