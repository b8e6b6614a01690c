import { expect, test } from "vitest";
import { isShortcut, shortcutText } from "./keys.ts";

const pressed = (
  key: string,
  held: Partial<Record<"ctrl" | "alt" | "shift" | "meta", true>> = {},
) => ({
  key,
  ctrlKey: held.ctrl ?? false,
  altKey: held.alt ?? false,
  shiftKey: held.shift ?? false,
  metaKey: held.meta ?? false,
});

test("a shortcut is its keys and no others", () => {
  expect(isShortcut(pressed("k", { ctrl: true }), "mod+k")).toBe(true);
  expect(isShortcut(pressed("k"), "mod+k")).toBe(false);
  expect(isShortcut(pressed("k", { ctrl: true, shift: true }), "mod+k")).toBe(false);
  expect(isShortcut(pressed("N", { ctrl: true, shift: true }), "shift+mod+n")).toBe(true);
  expect(isShortcut(pressed("F6", { shift: true }), "shift+f6")).toBe(true);
  expect(isShortcut(pressed("F6", { shift: true }), "f6")).toBe(false);
});

test("AltGr, which arrives as Ctrl with Alt, is never one", () => {
  expect(isShortcut(pressed("b", { ctrl: true, alt: true }), "mod+b")).toBe(false);
});

test("a sign may need Shift on one keyboard and not on another", () => {
  expect(isShortcut(pressed("/", { ctrl: true }), "mod+/")).toBe(true);
  expect(isShortcut(pressed("/", { ctrl: true, shift: true }), "mod+/")).toBe(true);
});

test("it is written as people read it", () => {
  expect(shortcutText("shift+mod+n")).toBe("Ctrl+Shift+N");
  expect(shortcutText("alt+arrowleft")).toBe("Alt+←");
  expect(shortcutText("f6")).toBe("F6");
  expect(shortcutText("/")).toBe("/");
});
