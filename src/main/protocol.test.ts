import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assetOf, CONTENT_SECURITY_POLICY, serveAsset } from "./protocol.ts";

let base: string;
let root: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "protocol-"));
  root = join(base, "renderer");
  mkdirSync(join(root, "assets"), { recursive: true });
  mkdirSync(join(base, "renderer-other"));
  writeFileSync(join(root, "index.html"), "<!doctype html>");
  writeFileSync(join(root, "assets", "app.js"), "1");
  writeFileSync(join(root, "assets", "font.woff2"), "font");
  writeFileSync(join(root, "notes.txt"), "not for the page");
  writeFileSync(join(base, "secret.json"), "secret");
  writeFileSync(join(base, "renderer-other", "x.js"), "secret");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const get = (url: string, method = "GET") => serveAsset(root, new Request(url, { method }));

test.each([
  ["app://gateway/", "text/html; charset=utf-8"],
  ["app://gateway/index.html?x#/servers", "text/html; charset=utf-8"],
  ["app://gateway/assets/app.js", "text/javascript; charset=utf-8"],
  ["app://gateway/assets/font.woff2", "font/woff2"],
])("%s is served as %s, under the policy", async (url, type) => {
  const response = await get(url);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe(type);
  expect(response.headers.get("content-security-policy")).toBe(CONTENT_SECURITY_POLICY);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("the policy allows the page's own files and nothing that is inline", () => {
  expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
  expect(CONTENT_SECURITY_POLICY).toContain("connect-src 'none'");
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
});

test.each([
  "app://gateway/../secret.json",
  "app://gateway/..%2fsecret.json",
  "app://gateway/%2e%2e/secret.json",
  "app://gateway/%2e%2e%2fsecret.json",
  "app://gateway/assets/..%2f..%2fsecret.json",
  "app://gateway/..%5csecret.json",
  "app://gateway/%252e%252e%252fsecret.json",
  "app://gateway//etc/passwd",
  "app://gateway/%2fetc%2fpasswd",
  "app://gateway/..%2frenderer-other%2fx.js",
  "app://gateway/assets/app.js%00.html",
  "app://gateway/C:%2fsecret.json",
  "app://gateway/assets",
  "app://gateway/assets/",
  "app://gateway/none.js",
  "app://gateway/notes.txt",
  "app://gateway/%",
  "app://other/index.html",
  "app://gateway.evil/index.html",
  "file:///etc/passwd",
])("%s is not there", async (url) => {
  const response = await get(url);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe("Not found");
  expect(response.headers.get("content-security-policy")).toBe(CONTENT_SECURITY_POLICY);
});

test("only reading is possible", async () => {
  expect((await get("app://gateway/", "POST")).status).toBe(404);
});

test("a path stays below the root whatever it is called", () => {
  expect(assetOf(root, "app://gateway/a/../../x.js")?.path).toBe(join(root, "x.js"));
  expect(assetOf(root, "app://gateway/....//x.js")?.path).toBe(join(root, "....", "x.js"));
  expect(assetOf(root, "app://gateway/assets/app.js")?.path).toBe(join(root, "assets", "app.js"));
});

test("a file that cannot be read is a fault and not an absence", async () => {
  symlinkSync("loop.js", join(root, "loop.js"));
  await expect(get("app://gateway/loop.js")).rejects.toThrow("ELOOP");
});
