/** The hardening of the app, asserted on the running app; the packaged one is in e2e/package. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { descendants } from "../processes.ts";
import { stage, startApp } from "./app.ts";
import { CLOSED, inside, LEAVING, LOCKED_DOWN, lookInside, TRAVERSALS } from "./hardening.ts";

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

test("EL-1 to EL-7: sandboxed, under its policy, with one channel and no way out", async () => {
  const { app, page, pid } = await startApp();
  const look = { traversals: TRAVERSALS, leaving: LEAVING };
  const found = inside.parse(await app.evaluate(lookInside, look));
  // The tools of developers open where the app is not packaged, and only there.
  expect(found).toMatchObject({ ...CLOSED, devTools: true });
  expect(found.preferences).toHaveLength(1);
  expect(found.preferences[0]).toMatchObject(LOCKED_DOWN);
  expect(page.url()).toMatch(/^app:\/\/gateway\//);
  const reach = await page.evaluate(() =>
    ["require", "process", "module", "Buffer", "electron", "ipcRenderer", "global"].filter(
      (name) => name in globalThis,
    ),
  );
  expect(reach).toEqual([]);
  if (process.platform !== "linux") return;
  const processes = [pid, ...descendants(pid)];
  for (const id of processes)
    expect(commandOf(id)).not.toMatch(/--no-sandbox|--disable-web-security|--allow-file-access/);
  const renderers = processes.filter((id) => commandOf(id).includes("--type=renderer"));
  expect(renderers.length).toBeGreaterThan(0);
  for (const id of renderers)
    expect(readFileSync(`/proc/${id}/status`, "utf8")).toMatch(/^Seccomp:\t2$/m);
});

test("EL-3: no script, style or picture but the app's own runs or loads", async () => {
  const { page } = await startApp();
  const remote = await bait();
  const ran = await page.evaluate(async (url) => {
    const marks: string[] = [];
    Object.assign(globalThis, { mark: (name: string) => marks.push(name) });
    const refusals = new Set([
      "script-src-elem",
      "script-src-attr",
      "img-src",
      "frame-src",
      "object-src",
      "style-src-elem",
      "connect-src",
    ]);
    const refused = new Promise<void>((done) => {
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        refusals.delete(effectiveDirective);
        if (refusals.size === 0) done();
      });
    });
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
    await refused;
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
  await app.evaluate(({ webContents }) => {
    const tried: unknown[] = [];
    Object.assign(globalThis, { tried });
    webContents.getAllWebContents()[0]?.on("will-frame-navigate", ({ url, defaultPrevented }) => {
      tried.push([url, defaultPrevented]);
    });
  });
  const away = `${remote.url}/away`;
  // The last is the one that the page itself lets go.
  for (const url of ["file:///etc/passwd", "data:text/html,away", "javascript:void 0", away]) {
    expect(await page.evaluate((to) => window.open(to) === null, url)).toBe(true);
    await page.evaluate((to) => {
      const link = document.createElement("a");
      link.href = to;
      document.body.append(link);
      link.click();
    }, url);
  }
  const tried = () => app.evaluate(() => Reflect.get(globalThis, "tried"));
  await expect.poll(tried, { timeout: 10_000 }).toEqual([[away, true]]);
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
