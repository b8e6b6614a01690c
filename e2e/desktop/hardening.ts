/**
 * How closed the app is, found out inside its main process. {@link lookInside} is handed over as
 * text, by Playwright or by an inspector, so it uses nothing but what it is given.
 */
import type * as Electron from "electron";
import { z } from "zod";

/** Ways to write a path out of the folder of the page's files. */
export const TRAVERSALS = [
  "../main/index.mjs",
  "..%2fmain%2findex.mjs",
  "%2e%2e/main/index.mjs",
  "%2e%2e%2fmain%2findex.mjs",
  "..%5cmain%5cindex.mjs",
  "..\\main\\index.mjs",
  "assets/../../main/index.mjs",
  "assets/..%2f..%2fmain/index.mjs",
  "%252e%252e%252fmain%252findex.mjs",
  "..%c0%afmain%c0%afindex.mjs",
  "....//main/index.mjs",
  "%2fetc%2fpasswd",
  "/etc/passwd",
  "//etc/passwd",
  "file:///etc/passwd",
  "C:%2fWindows%2fwin.ini",
  "..%2f..%2fpackage.json",
  "..%2f..%2fnode_modules%2fbetter-sqlite3%2fpackage.json",
  "..%2fpreload%2findex.cjs",
  "index.html%00.png",
  "index.html%2f..%2f..%2fmain%2findex.mjs",
  "%",
  "nothing.html",
];

export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What has to stay in the page whoever asks, as Electron names the events. */
export const LEAVING = [
  "will-navigate",
  "will-redirect",
  "will-frame-navigate",
  "will-attach-webview",
];

export const inside = z.object({
  preferences: z.array(z.record(z.string(), z.unknown())),
  /** Traversals that were answered with anything but “not found”. */
  reached: z.array(z.string()),
  page: z.object({ status: z.number(), headers: z.record(z.string(), z.string()) }),
  /** Events that could be gone through with. */
  leaves: z.array(z.string()),
  /** Everything that listens to pages. */
  channels: z.array(z.string()),
  handlers: z.array(z.string()),
  permissions: z.array(z.string()),
  devTools: z.boolean(),
});

export type Look = { traversals: string[]; leaving: string[] };

export async function lookInside(
  { ipcMain, net, webContents }: Pick<typeof Electron, "ipcMain" | "net" | "webContents">,
  { traversals, leaving }: Look,
): Promise<unknown> {
  const pages = webContents.getAllWebContents();
  const [page] = pages;
  if (!page) throw new Error("There is no page.");

  const reached: string[] = [];
  for (const path of traversals) {
    const { status } = await net.fetch(`app://gateway/${path}`);
    if (status !== 404) reached.push(`${status} ${path}`);
  }
  const { status, headers } = await net.fetch("app://gateway/index.html");

  const leaves = leaving.filter((name) => {
    let prevented = false;
    const event = {
      url: "https://elsewhere.example/",
      isMainFrame: true,
      preventDefault: () => {
        prevented = true;
      },
    };
    // Each is emitted with the event first, and what else it has is not looked at.
    Reflect.apply(Reflect.get(page, "emit"), page, [name, event, {}, {}]);
    return !prevented;
  });

  const listeners: unknown[] = [ipcMain, ...pages.flatMap((one) => [one.ipc, one.mainFrame.ipc])];
  const namesOf = (of: unknown): string[] => {
    const names: unknown = Reflect.apply(Reflect.get(Object(of), "eventNames"), of, []);
    return Array.isArray(names) ? names.map(String) : [];
  };
  const handlersOf = (of: unknown): string[] => {
    const kept: unknown = Reflect.get(Object(of), "_invokeHandlers");
    return kept instanceof Map ? [...kept.keys()].map(String) : [];
  };

  page.openDevTools({ mode: "detach" });
  for (let polls = 0; polls < 100 && !page.isDevToolsOpened(); polls += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const devTools = page.isDevToolsOpened();
  page.closeDevTools();

  const permissions: unknown = await page.executeJavaScript(`Promise.all([
    Notification.requestPermission(),
    navigator.permissions.query({ name: "geolocation" }).then(({ state }) => state),
    navigator.mediaDevices.getUserMedia({ video: true }).then(() => "granted", () => "denied"),
    navigator.clipboard.readText().then(() => "granted", () => "denied"),
  ])`);
  return {
    preferences: pages.map((one): unknown =>
      // Left out of the typings, and the only place that tells what a page really runs with.
      Reflect.apply(Reflect.get(one, "getLastWebPreferences"), one, []),
    ),
    reached,
    page: { status, headers: Object.fromEntries(headers) },
    leaves,
    // Electron itself listens for errors.
    channels: listeners.flatMap(namesOf).filter((name) => name !== "error"),
    handlers: listeners.flatMap(handlersOf),
    permissions,
    devTools,
  };
}

/** What every build has to be like; of DevTools only a package is closed to. */
export const CLOSED = {
  reached: [],
  page: {
    status: 200,
    headers: {
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  },
  leaves: [],
  channels: ["local-mcp-gateway:port"],
  handlers: [],
  permissions: ["denied", "denied", "denied", "denied"],
};

export const LOCKED_DOWN = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  webviewTag: false,
};
