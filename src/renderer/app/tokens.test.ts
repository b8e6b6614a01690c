import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** WCAG 2.2, relative luminance and contrast ratio. */
const channel = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) =>
    channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** All but the shade behind a dialog. */
const OWN_COLOUR = /#[0-9a-fA-F]{6}\b|\b(?:rgb|hsl)a?\((?!0_0_0\/0\.4\))/g;

const css = readFileSync(new URL("./theme.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");
const colours = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/--color-([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [
      name,
      hex,
    ]),
  );
const THEMES: Record<"light" | "dark", Record<string, string>> = {
  light: colours(light),
  dark: { white: "#ffffff", ...colours(dark) },
};

const FLAT = ["bg", "sunken", "surface", "raised"];
const SOFT = ["accent-soft", "ok-soft", "warn-soft", "err-soft"];
/**
 * What is written or drawn on what, with the ratio that each theme has today, rounded down. All are
 * above what WCAG 2.2 asks (1.4.3: 4.5 for text, 1.4.11: 3 for edges); none may get worse unseen.
 */
const PAIRS: { on: string[]; what: string[]; light: number; dark: number }[] = [
  { on: [...FLAT, ...SOFT], what: ["text"], light: 14.2, dark: 11.1 },
  { on: [...FLAT, ...SOFT], what: ["text-2"], light: 6.6, dark: 6.4 },
  { on: [...FLAT, "accent-soft"], what: ["text-3"], light: 4.7, dark: 4.7 },
  { on: [...FLAT, "accent-soft"], what: ["accent-text"], light: 5.9, dark: 6.8 },
  { on: [...FLAT, "ok-soft", "accent-soft"], what: ["ok"], light: 5.3, dark: 7.7 },
  { on: [...FLAT, "warn-soft", "accent-soft"], what: ["warn"], light: 5.5, dark: 8.1 },
  { on: [...FLAT, "err-soft", "accent-soft"], what: ["err"], light: 5.4, dark: 6 },
  { on: ["accent", "accent-hover"], what: ["white"], light: 6.6, dark: 5.1 },
  { on: ["danger"], what: ["white"], light: 6.1, dark: 5 },
  { on: ["added", "removed"], what: ["text"], light: 13.8, dark: 11.2 },
  {
    on: ["surface", "sunken"],
    what: ["json-key", "json-string", "json-number", "json-literal"],
    light: 6.3,
    dark: 8.7,
  },
  {
    on: ["added", "removed"],
    what: ["json-key", "json-string", "json-number", "json-literal"],
    light: 5.6,
    dark: 5.6,
  },
  { on: ["surface"], what: ["chart-1", "chart-2", "chart-3"], light: 4.4, dark: 7 },
  { on: FLAT, what: ["border-strong"], light: 3.2, dark: 3.1 },
  { on: [...FLAT, ...SOFT], what: ["focus"], light: 5.4, dark: 6 },
];

describe.each(["light", "dark"] as const)("%s", (name) => {
  const theme = THEMES[name];
  for (const { on, what, [name]: atLeast } of PAIRS) {
    test.each(on.flatMap((ground) => what.map((ink) => ({ ink, ground }))))(
      `$ink on $ground reaches ${atLeast}`,
      ({ ink, ground }) => {
        expect(
          contrast(theme[ink] ?? "#000000", theme[ground] ?? "#000000"),
        ).toBeGreaterThanOrEqual(atLeast);
      },
    );
  }
});

test("both themes have the same colours", () => {
  const { white: _, ...named } = THEMES.light;
  const { white: __, ...inDark } = THEMES.dark;
  expect(Object.keys(inDark).sort()).toEqual(Object.keys(named).sort());
});

test("no component brings a colour of its own", () => {
  const folder = fileURLToPath(new URL("../", import.meta.url));
  const own = globSync(`${folder}**/*.tsx`).flatMap((file) =>
    (readFileSync(file, "utf8").match(OWN_COLOUR) ?? []).map((colour) => `${file}: ${colour}`),
  );
  expect(own).toEqual([]);
});
