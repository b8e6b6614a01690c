import { pageUrl } from "@local-mcp/gateway";
import { type Session, shell, type WebContents } from "electron";
import { isOwnUrl } from "./security.ts";

/** Nothing the page does may leave it: no navigation, frame, window or embedded page. */
export function confine(contents: WebContents, devServer: string | null): void {
  contents.on("will-navigate", (event) => {
    // The development server reloads its page; a page of the package never goes anywhere.
    if (devServer === null || !isOwnUrl(event.url, devServer)) event.preventDefault();
  });
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-frame-navigate", (event) => {
    if (!event.isMainFrame || devServer === null) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

/** A page of ours needs no permission and no network. */
export function restrict(session: Session, devServer: string | null): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  const urls = ["http://*/*", "https://*/*", "ws://*/*", "wss://*/*", "ftp://*/*", "file://*/*"];
  session.webRequest.onBeforeRequest({ urls }, ({ url }, answer) => {
    const ours = devServer !== null && new URL(url).host === new URL(devServer).host;
    answer({ cancel: !ours });
  });
  session.on("will-download", (event) => event.preventDefault());
}

/** Opens a page in the system's browser; what is not {@link pageUrl} is not opened. */
export async function openInBrowser(text: string): Promise<boolean> {
  const url = pageUrl(text);
  if (url === null) return false;
  await shell.openExternal(url);
  return true;
}
