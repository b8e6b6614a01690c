import { describe, expect, it } from "vitest";
import { resultOf } from "../jsonrpc.ts";
import { pageUrl, refusalOfAnswer, refusalOfQuestion } from "./page-url.ts";

describe("N-20, N-21, EL-5: a page that may be opened", () => {
  it.each([
    ["https://example.com/a?b=c#d", "https://example.com/a?b=c#d"],
    ["HTTPS://EXAMPLE.com:443/%41?q=(1)&r=$x;*", "https://example.com/%41?q=(1)&r=$x;*"],
    ["https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"],
    ["http://127.0.0.1:4444/x", "http://127.0.0.1:4444/x"],
    ["http://localhost", "http://localhost/"],
    ["http://[::1]:80/", "http://[::1]/"],
    // Forms of the loopback address that only look like others.
    ["http://127.1/", "http://127.0.0.1/"],
    ["http://0x7f000001/", "http://127.0.0.1/"],
  ])("%s", (url, opened) => {
    expect(pageUrl(url)).toBe(opened);
  });

  it.each([
    "",
    "example.com",
    "//example.com/",
    "http://example.com",
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://0.0.0.0/",
    "http://192.168.1.1/",
    "https://user:pass@example.com/",
    "https://user@example.com/",
    "https:",
    "file:///etc/passwd",
    "file://server/share",
    "smb://server/share",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "JaVaScRiPt:alert(1)//https://example.com/",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:MsgBox(1)",
    "ms-msdt:/id PCWDiagnostic",
    "ms-officecmd:{}",
    "ms-settings:privacy",
    "search-ms:query=x",
    "shell:startup",
    "vscode://x",
    "mailto:a@b.example",
    "ftp://example.com",
    "blob:https://example.com/1",
    "view-source:https://example.com/",
    "about:blank",
    "app://gateway/",
    "local-mcp-gateway://open/servers",
    "\\\\server\\share",
    "\\\\?\\C:\\Windows",
    "C:\\Windows\\System32\\calc.exe",
    "/bin/sh",
    "https://example.com\\@evil.example/",
    "https://example.com/$(calc.exe)",
    "https://example.com/?x=$(whoami)",
    "https://example.com/`id`",
    "https://example.com/%PATH%",
    "https://example.com/%",
    'https://example.com/"&calc.exe&"',
    "https://example.com/';Start-Process calc;'",
    "https://example.com/ --flag",
    "https://example.com/|calc",
    "https://example.com/^&calc",
    "https://example.com/\r\nX: y",
    "https://example.com/\n",
    "https://example.com/\u0000",
    "\thttps://example.com/",
    "-https://example.com/",
    "--new-window https://example.com/",
  ])("and one that may not: %j", (url) => {
    expect(pageUrl(url)).toBeNull();
  });
});

describe("N-20: a page that a server wants visited", () => {
  const refused = expect.objectContaining({ code: "page_refused", params: { server: "one" } });
  const visit = (url: unknown) => ({ mode: "url", url, message: "?" });
  const asked = (params: Record<string, unknown>, method = "elicitation/create") =>
    refusalOfQuestion("one", method, params);
  const answered = (response: Parameters<typeof refusalOfAnswer>[1]) =>
    refusalOfAnswer("one", response);

  it("is judged in a question", () => {
    expect(asked(visit("https://example.com/sign-in"))).toBeNull();
    expect(asked(visit("javascript:alert(1)"))).toEqual(refused);
    expect(asked(visit(undefined))).toEqual(refused);
    expect(asked(visit(["https://example.com/"]))).toEqual(refused);
    // What is no visit has no page.
    expect(asked({ mode: "form", url: "javascript:alert(1)" })).toBeNull();
    expect(asked(visit("javascript:alert(1)"), "sampling/createMessage")).toBeNull();
  });

  it("is judged in an answer, where one of several is enough", () => {
    const request = (url: string) => ({ method: "elicitation/create", params: visit(url) });
    const inputs = (...urls: string[]) =>
      resultOf(1, {
        resultType: "input_required",
        inputRequests: Object.fromEntries(urls.map((url, at) => [`q${at}`, request(url)])),
      });
    expect(answered(inputs("https://example.com/"))).toBeNull();
    expect(answered(inputs("https://example.com/", "file:///etc/passwd"))).toEqual(refused);
    expect(answered(resultOf(1, { content: [request("file:///x")] }))).toBeNull();
    const error = (...urls: string[]) => ({
      jsonrpc: "2.0" as const,
      id: 1,
      error: { code: -32042, message: "visit", data: { elicitations: urls.map(visit) } },
    });
    expect(answered(error("https://example.com/"))).toBeNull();
    expect(answered(error("https://example.com/", "ms-msdt:/x"))).toEqual(refused);
  });
});
