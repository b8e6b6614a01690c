/** EL-12: what servers and strangers write is shown as text, in every view. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { appDirectory, stage, startApp } from "./app.ts";
import { launchAgain, paste } from "./person.ts";
import { seed } from "./seed.ts";
import { PAYLOADS } from "./servers/payloads.ts";
import { go, putAway } from "./states/state.ts";

const [, scripted = "", , pictured = "", drawn = ""] = PAYLOADS;

const hostile = (...args: string[]) => ({
  transport: "stdio" as const,
  command: stage().node,
  args: [join(stage().app, "e2e/desktop/servers/payloads-server.ts"), ...args],
});

async function seedHostile(home: string): Promise<string> {
  let id = "";
  await seed(home, async (api) => {
    const { server } = await api.servers.create({
      name: "hostile",
      title: pictured,
      config: hostile(),
      confirmed: true,
    });
    id = server.id;
    await api.servers.create({
      name: "crashing",
      title: drawn,
      config: hostile("crash"),
      confirmed: true,
    });
    await api.profiles.create({ slug: "dev", name: scripted, servers: ["hostile", "crashing"] });
    await api.profiles.update({ profile: "dev", changes: { description: scripted } });
    await api.profiles.activate({ profile: "dev" });
    for (const name of PAYLOADS.slice(0, 40)) {
      await api.tokens.create({ name: name.slice(0, 100), rights: ["use"] });
    }
  });
  return id;
}

/** Watches the page from now on: which payloads it shows, and whether one became anything but text. */
const watch = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const seen = new Set<string>();
    const harm: string[] = [];
    const FOREIGN =
      /^(script|iframe|frame|object|embed|base|meta|link|style|video|audio|source|marquee|math|image|animate)$/i;
    const look = (node: Node): void => {
      for (const [number] of (node.textContent ?? "").matchAll(/x\d+x/g)) seen.add(number);
      if (!(node instanceof Element)) return;
      for (const element of [node, ...node.querySelectorAll("*")]) {
        if (FOREIGN.test(element.tagName)) harm.push(element.outerHTML);
        for (const { name, value } of element.attributes) {
          if (name.startsWith("on") || /^\s*(javascript|data:text)/i.test(value)) {
            if (name !== "value" && !name.startsWith("aria-") && name !== "title")
              harm.push(`${element.tagName} ${name}=${value}`);
          }
        }
      }
    };
    const ran = (n: number): void => void harm.push(`ran ${n}`);
    Object.assign(globalThis, { seen, harm, ran });
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, sample }) => {
      harm.push(`${effectiveDirective} ${sample}`);
    });
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        for (const node of addedNodes) look(node);
        if (target instanceof Element) look(target.cloneNode());
        else look(target);
      }
    }).observe(document, {
      childList: true,
      subtree: true,
      attributes: true,
      characterData: true,
    });
  });

const seenOn = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const seen: unknown = Reflect.get(globalThis, "seen");
    return seen instanceof Set ? seen.size : 0;
  });
/** The first of what happened that should not. */
const harmOn = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const harm: unknown = Reflect.get(globalThis, "harm");
    return Array.isArray(harm) ? harm.slice(0, 10).map(String) : harm;
  });

/** Goes through everything that can be scrolled, a screen at a time. */
const scrollThrough = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));
    for (const element of document.querySelectorAll("*")) {
      const { clientHeight, scrollHeight } = element;
      if (clientHeight < 100 || scrollHeight <= clientHeight + 4) continue;
      for (let top = 0; top < element.scrollHeight; top += clientHeight) {
        element.scrollTop = top;
        await frame();
        await frame();
      }
    }
  });

/** Shows a route until it holds a payload, and goes through it. */
async function view(page: Page, route: string): Promise<void> {
  await go(page, route);
  await expect.poll(() => page.locator("main").textContent(), { timeout: 15_000 }).toMatch(/x\d+x/);
  await scrollThrough(page);
}

/** Calls a tool that answers with nothing but payloads. */
async function callOne(page: Page): Promise<void> {
  await page.getByRole("option").filter({ hasText: /x\d+x/ }).last().click();
  await page.getByRole("button", { name: /^Call tool/ }).click();
  const ask = page.getByRole("dialog").getByRole("button", { name: /^Call / });
  const answer = page.getByText("x77x").filter({ visible: true }).first();
  await ask.or(answer).first().waitFor();
  if ((await ask.count()) > 0) await ask.click();
  await answer.waitFor();
  await scrollThrough(page);
}

test("EL-12: five hundred payloads are text in every view", async () => {
  expect(PAYLOADS.length).toBeGreaterThanOrEqual(500);
  const home = appDirectory();
  const id = await seedHostile(home);
  const testApp = await startApp({ home });
  const { app, page } = testApp;
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await watch(page);

  await view(page, "/servers");
  await view(page, `/servers/${id}/tools`);
  // The list is drawn once it has come from the gateway.
  const seen = async (): Promise<number> => {
    await scrollThrough(page);
    return seenOn(page);
  };
  await expect.poll(seen, { timeout: 30_000 }).toBeGreaterThanOrEqual(PAYLOADS.length - 5);
  await callOne(page);
  for (const tab of ["prompts", "resources", "output", "settings"]) {
    await view(page, `/servers/${id}/${tab}`);
  }
  await view(page, "/servers/crashing/output");
  await view(page, "/overview");
  await view(page, "/profiles");
  await view(page, "/profiles/dev/tools");
  await view(page, "/tokens");
  await view(page, "/settings?section=audit");

  await page.keyboard.press("ControlOrMeta+K");
  await page.getByRole("dialog").getByText(/x\d+x/).first().waitFor();
  await putAway(page);
  await page.keyboard.press("ControlOrMeta+N");
  const box = page.getByRole("textbox", { name: /^Paste a command/ });
  const server = { command: scripted, args: PAYLOADS.slice(0, 20), env: { [pictured]: drawn } };
  await paste(testApp, box, JSON.stringify({ mcpServers: { [pictured]: server } }));
  await page.getByRole("dialog").getByText(/x3x/).first().waitFor();
  await putAway(page);

  // EL-11: a link of a stranger fills the box, and neither starts nor changes anything.
  const servers = await page.evaluate(() => document.querySelector("nav")?.textContent);
  const link = JSON.stringify({ mcpServers: { stranger: { command: "/bin/sh", args: [drawn] } } });
  const target = `local-mcp-gateway://add-servers?text=${encodeURIComponent(link)}`;
  await launchAgain(testApp, target);
  await page.getByRole("dialog", { name: "Add server" }).getByText(/x4x/).first().waitFor();
  expect(await page.evaluate(() => document.querySelector("nav")?.textContent)).toBe(servers);
  await putAway(page);

  expect(await harmOn(page)).toEqual([]);
  expect(dialogs).toEqual([]);
  expect(page.url()).toMatch(/^app:\/\/gateway\//);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});
