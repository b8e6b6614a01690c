import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startGateway } from "./test-gateway.ts";

/** A folder of built pages, as far as serving them goes. */
function pages(): string {
  const root = mkdtempSync(join(tmpdir(), "admin-pages-"));
  mkdirSync(join(root, "renderer", "assets"), { recursive: true });
  writeFileSync(join(root, "renderer", "index.html"), "<!doctype html><title>pages</title>");
  writeFileSync(join(root, "renderer", "assets", "app.js"), "1;");
  writeFileSync(join(root, "renderer", "notes.txt"), "no file of a page");
  writeFileSync(join(root, "secret.json"), "outside");
  return join(root, "renderer");
}

async function served() {
  const { api, gateway } = await startGateway({ pages: pages() });
  const { url } = await gateway.listen();
  const { token } = await api.tokens.create({
    name: "browser",
    rights: ["use", "manage", "processes"],
  });
  return { api, url, token };
}

it("are served at /admin without a token, under a policy that lets them talk to the gateway only", async () => {
  const { url } = await served();
  const moved = await fetch(`${url}/admin`, { redirect: "manual" });
  expect([moved.status, moved.headers.get("location")]).toEqual([308, "/admin/"]);
  const page = await fetch(`${url}/admin/`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("<title>pages</title>");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy");
  expect(policy).toMatch(/default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/);
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const script = await fetch(`${url}/admin/assets/app.js`, { method: "HEAD" });
  expect([script.status, script.headers.get("content-length")]).toEqual([200, "2"]);
});

it.each([
  "/admin/..%2fsecret.json",
  "/admin/%2e%2e%2fsecret.json",
  "/admin/assets/..%2f..%2fsecret.json",
  "/admin/..%5csecret.json",
  "/admin/notes.txt",
  "/admin/none.js",
  "/admin/assets",
  "/administer",
])("%s is no page of theirs, and needs a token like anything else", async (path) => {
  const { url } = await served();
  const answer = await fetch(url + path);
  expect(answer.status).toBe(401);
  expect(await answer.text()).not.toContain("outside");
});

it("are not there where none are given, and take nothing", async () => {
  const { gateway } = await startGateway();
  const { url } = await gateway.listen();
  expect((await fetch(`${url}/admin/`)).status).toBe(401);
  const other = await served();
  const answer = await fetch(`${other.url}/admin/`, { method: "POST", body: "x" });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

const COMMAND = { name: "evil", config: { transport: "stdio", command: "sh" }, confirmed: true };

it("start no command, whatever the token may do elsewhere", async () => {
  const { api, url, token } = await served();
  const send = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const fromPage = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
  const refused = await send("POST", "/api/servers", COMMAND, fromPage);
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain("page_starts_nothing");
  const atRoot = { name: "evil", command: "sh", transport: "STDIO", confirmed: true };
  expect((await send("POST", "/gateways", atRoot, fromPage)).status).toBe(403);
  expect(await api.servers.list()).toEqual([]);

  expect((await send("POST", "/api/servers", COMMAND, {})).status).toBe(201);
  for (const changes of [{ command: "id" }, { confirmed: true }, { enabled: true }]) {
    const changed = await send("PATCH", "/api/servers/evil", { changes }, fromPage);
    expect([changes, changed.status]).toEqual([changes, 403]);
  }
  expect((await send("POST", "/api/servers/evil/restart", {}, fromPage)).status).toBe(403);
  // What starts nothing goes on working there.
  const named = await send("PATCH", "/api/servers/evil", { changes: { title: "Named" } }, fromPage);
  expect(named.status).toBe(200);
});
