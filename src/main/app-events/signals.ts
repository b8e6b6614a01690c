import type { DesktopApp } from "../desktop-app.ts";

/**
 * Whoever sends a signal has decided already. Listened to only once the app is ready, since
 * Chromium puts its own handlers in place before.
 */
export function onSignals(desktop: DesktopApp): void {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => desktop.quit.request("system"));
  }
}
