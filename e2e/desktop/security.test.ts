/** The hardening of the app, asserted on the running app; the packaged one is in e2e/package. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { descendants } from "../processes.ts";
import { stage, startApp } from "./app.ts";

const commandOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");

/** A server on loopback that counts who comes. */
async function bait(): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

test.runIf(process.platform === "linux")(
  "EL-1: every renderer has the system's sandbox, and no page is started without it",
  async () => {
    const { app, pid } = await startApp();
    const renderers = descendants(pid).filter((id) => commandOf(id).includes("--type=renderer"));
    expect(renderers.length).toBeGreaterThan(0);
    for (const id of renderers)
      expect(readFileSync(`/proc/${id}/status`, "utf8")).toMatch(/^Seccomp:\t2$/m);
    for (const id of [pid, ...descendants(pid)])
      expect(commandOf(id)).not.toMatch(/--no-sandbox|--disable-web-security|--allow-file-access/);
    const preferences = await app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents): unknown =>
        // Left out of the typings, and the only place that tells what a page really runs with.
        Reflect.apply(Reflect.get(contents, "getLastWebPreferences"), contents, []),
      ),
    );
    expect(preferences.length).toBeGreaterThan(0);
    for (const one of preferences) {
      expect(one).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
      });
    }
  },
);

test("EL-1, EL-6: the page has neither Node nor Electron, and one channel leads out of it", async () => {
  const { app, page } = await startApp();
  const reach = await page.evaluate(() =>
    ["require", "process", "module", "Buffer", "electron", "ipcRenderer"].filter(
      (name) => name in globalThis,
    ),
  );
  expect(reach).toEqual([]);
  const channels = await app.evaluate(({ ipcMain }) =>
    ipcMain.eventNames().map((name) => String(name)),
  );
  // Electron itself listens for errors.
  expect(channels.filter((name) => name !== "error")).toEqual(["local-mcp-gateway:port"]);
});

test("EL-2: the app's protocol hands out the app's files and nothing above them", async () => {
  const { app, page } = await startApp();
  expect(new URL(page.url()).protocol).toBe("app:");
  const status = async (path: string): Promise<number> =>
    app.evaluate(async ({ net }, url) => (await net.fetch(url)).status, `app://gateway/${path}`);
  expect(await status("index.html")).toBe(200);
  for (const path of [
    "../main/index.mjs",
    "..%2fmain%2findex.mjs",
    "%2e%2e/main/index.mjs",
    "..%5cmain%5cindex.mjs",
    "assets/../../main/index.mjs",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "index.html%00.png",
    "nothing.html",
  ])
    expect([path, await status(path)]).toEqual([path, 404]);
});

test("EL-3: no script, style or picture but the app's own runs or loads", async () => {
  const { app, page } = await startApp();
  const remote = await bait();
  const policy = await app.evaluate(async ({ net }) =>
    (await net.fetch("app://gateway/index.html")).headers.get("content-security-policy"),
  );
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*|http/);
  const ran = await page.evaluate(async (url) => {
    const marks: string[] = [];
    Object.assign(globalThis, { mark: (name: string) => marks.push(name) });
    const add = (html: string): void => {
      const holder = document.createElement("div");
      holder.innerHTML = html;
      document.body.append(holder);
    };
    const script = document.createElement("script");
    script.textContent = "mark('inline script')";
    document.body.append(script);
    const foreign = document.createElement("script");
    foreign.src = `${url}/script.js`;
    document.body.append(foreign);
    add(`<img src="${url}/picture.png" onerror="mark('handler')">`);
    add(`<iframe src="${url}/frame"></iframe><object data="${url}/object"></object>`);
    add(`<style>body { --injected: 1 }</style>`);
    // In a task of the page's own: what Playwright itself evaluates may do more.
    await new Promise<void>((done) => {
      setTimeout(() => {
        try {
          // oxlint-disable-next-line no-implied-eval -- that it fails is the point
          new Function("mark('function')")();
        } catch {
          // Refused, as it should be.
        }
        done();
      });
    });
    await fetch(`${url}/fetch`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (getComputedStyle(document.body).getPropertyValue("--injected") !== "") marks.push("style");
    return marks;
  }, remote.url);
  expect(ran).toEqual([]);
  expect(remote.seen).toEqual([]);
});

test("EL-4: the page cannot be led elsewhere, and opens no window", async () => {
  const { app, page } = await startApp();
  const remote = await bait();
  const at = page.url();
  for (const url of [`${remote.url}/away`, "file:///etc/passwd", "data:text/html,away"]) {
    await page
      .evaluate((to) => {
        const link = document.createElement("a");
        link.href = to;
        document.body.append(link);
        link.click();
        location.assign(to);
      }, url)
      .catch(() => undefined);
    expect(await page.evaluate((to) => window.open(to) === null, url)).toBe(true);
  }
  await page.waitForTimeout(300);
  expect(page.url()).toBe(at);
  expect(remote.seen).toEqual([]);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

/** Asks the main process by the one channel, from whatever page runs this. */
const ASK = `new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => resolve("answered");
  port1.start();
  window.postMessage("local-mcp-gateway:port", "*", [port2]);
  port1.postMessage('{"i":"1","p":{"u":"/desktop/info","b":{}}}');
  setTimeout(() => resolve("silence"), 1500);
})`;

test("EL-6: the app's own page is answered, another with the same preload script is not", async () => {
  const { app, page } = await startApp();
  const ask = { preload: join(stage().app, "out/preload/index.cjs"), script: ASK };
  const stranger = await app.evaluate(async ({ BrowserWindow }, { preload, script }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await window.loadURL("about:blank");
    const reply: unknown = await window.webContents.executeJavaScript(script);
    window.destroy();
    return reply;
  }, ask);
  expect(stranger).toBe("silence");
  expect(await page.evaluate(ASK)).toBe("answered");
});

test("EL-7: every permission is refused", async () => {
  const { page } = await startApp();
  const refused = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    geolocation: (await navigator.permissions.query({ name: "geolocation" })).state,
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => "granted",
      () => "denied",
    ),
  }));
  expect(refused).toEqual({ notifications: "denied", geolocation: "denied", camera: "denied" });
});
