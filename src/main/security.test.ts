import { expect, test } from "vitest";
import { externalUrl, isOwnUrl } from "./security.ts";

test.each([
  ["https://example.com/a?b=c#d", "https://example.com/a?b=c#d"],
  ["http://127.0.0.1:4444/x", "http://127.0.0.1:4444/x"],
  ["http://localhost", "http://localhost/"],
  ["http://[::1]:80/", "http://[::1]/"],
  // Forms of the loopback address that only look like others.
  ["http://127.1/", "http://127.0.0.1/"],
  ["http://0x7f000001/", "http://127.0.0.1/"],
])("%s is opened", (url, opened) => {
  expect(externalUrl(url)).toBe(opened);
});

test.each([
  "",
  "example.com",
  "http://example.com",
  "http://127.0.0.1.evil.example/",
  "http://localhost.evil.example/",
  "http://0.0.0.0/",
  "https://user:pass@example.com/",
  "https://user@example.com/",
  "https:",
  "file:///etc/passwd",
  "file://server/share",
  "smb://server/share",
  "javascript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "ms-msdt:/id",
  "ms-officecmd:{}",
  "search-ms:query=x",
  "vscode://x",
  "mailto:a@b.example",
  "ftp://example.com",
  "app://gateway/",
  "local-mcp-gateway://open/servers",
  "\\\\server\\share",
  "C:\\Windows\\System32\\calc.exe",
])("%s is not", (url) => {
  expect(externalUrl(url)).toBeNull();
});

test("only our own page is ours", () => {
  expect(isOwnUrl("app://gateway/index.html#/x", null)).toBe(true);
  expect(isOwnUrl("http://localhost:5173/x", "http://localhost:5173/")).toBe(true);
  expect(isOwnUrl("http://localhost:5174/x", "http://localhost:5173/")).toBe(false);
});

test.each([
  "app://gateway.evil/",
  "app://evil/",
  "app://gateway:1/",
  "https://gateway/",
  "file:///gateway",
  "about:blank",
  "",
  "http://localhost:5173/",
])("%s is not", (url) => {
  expect(isOwnUrl(url, null)).toBe(false);
});
