/** Whether the key ⌘ (macOS) or Ctrl (elsewhere) is the one that shortcuts are built on. */
export const isMac = navigator.userAgent.includes("Mac OS X");

type Keys = Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

/**
 * Whether an event is a shortcut such as `mod+k`, `shift+mod+n`, `alt+arrowup`. `mod` is ⌘ or Ctrl;
 * Ctrl with Alt is never one, since it is how AltGr arrives.
 */
export function isShortcut(event: Keys, shortcut: string): boolean {
  const parts = shortcut.split("+");
  const key = parts.at(-1);
  const wants = (name: string): boolean => parts.slice(0, -1).includes(name);
  const mod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const anyMod = event.metaKey || event.ctrlKey;
  return (
    event.key.toLowerCase() === key &&
    (wants("mod") ? mod : !anyMod) &&
    event.altKey === wants("alt") &&
    // A sign such as ? or / may need Shift on one keyboard and not on another.
    (event.shiftKey === wants("shift") || !/^[a-z0-9]$|^.{2,}$/.test(key ?? ""))
  );
}

const ARROWS: Record<string, string> = { arrowleft: "←", arrowright: "→" };

/** As a person reads it: ⇧⌘N, or Ctrl+Shift+N. */
export function shortcutText(shortcut: string): string {
  const parts = shortcut.split("+");
  const key = parts.at(-1) ?? "";
  const shown = ARROWS[key] ?? key.toUpperCase();
  if (!isMac) {
    return [
      parts.includes("mod") && "Ctrl",
      parts.includes("alt") && "Alt",
      parts.includes("shift") && parts.length > 1 && "Shift",
      shown,
    ]
      .filter(Boolean)
      .join("+");
  }
  return [
    parts.includes("alt") && "⌥",
    parts.includes("shift") && "⇧",
    parts.includes("mod") && "⌘",
    shown,
  ]
    .filter(Boolean)
    .join("");
}
