import type { SignInStarted } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { notGrantedText, startedText, wantedText } from "./sign-in-views.ts";

const started: SignInStarted = {
  id: "1",
  way: "browser",
  url: "https://login.example.com/authorize",
  host: "login.example.com",
  issuer: "https://login.example.com",
  scopes: ["repo", "read:org"],
  userCode: null,
  endsAt: 0,
};

test("what is missing is named, and nothing where nothing is", () => {
  expect(wantedText([])).toBeNull();
  expect(wantedText(["admin"])).toBe("A call was refused for want of more access: admin.");
  expect(notGrantedText(["a", "b"], ["b", "c"])).toBe("Not granted: a.");
  expect(notGrantedText(["b"], ["b", "c"])).toBeNull();
});

test("the host, what is asked for and by whom are named before anything opens", () => {
  expect(startedText("github", started, true)).toBe(
    "Opens login.example.com in your browser to sign in to “github” (asked for: repo, read:org).",
  );
  expect(startedText("github", { ...started, scopes: [] }, false)).toBe(
    "Visit login.example.com in a browser to sign in to “github”:",
  );
  expect(startedText("github", { ...started, way: "device", userCode: "WDJB-MJHT" }, false)).toBe(
    "Visit login.example.com on any device to sign in to “github” (asked for: repo, read:org), and type the code WDJB-MJHT there:",
  );
});
