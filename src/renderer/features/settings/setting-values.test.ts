import { settings, settingsUpdate } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { matches, SETTING_ROWS, type SettingRow } from "./setting-table.ts";
import {
  commandFor,
  decidedBy,
  isLoopback,
  labelOf,
  readValue,
  saidValue,
  shownValue,
} from "./setting-values.ts";

const row = (key: SettingRow["key"]): SettingRow => {
  const found = SETTING_ROWS.find((one) => one.key === key);
  if (!found) throw new Error(`no row for ${key}`);
  return found;
};

it("has a row for every setting, once", () => {
  const keys = SETTING_ROWS.map(({ key }) => key);
  expect(keys.toSorted()).toEqual(settings.keyof().options.toSorted());
});

describe("a number with a unit", () => {
  it.each([
    ["startTimeoutMs", 30_000, "30"],
    ["callTimeoutMs", 1500, "1.5"],
    ["sessionIdleMs", 12 * 3_600_000, "12"],
    ["maxRequestBytes", 10 * 1024 * 1024, "10"],
    ["port", 4444, "4444"],
    ["maxConcurrentCalls", 64, "64"],
  ] as const)("%s of %i is shown as %s, and read back the same", (key, value, shown) => {
    expect(shownValue(row(key), value)).toBe(shown);
    expect(readValue(row(key), shown)).toEqual({ value, problem: null });
  });

  it.each([1000, 1001, 999_999, 2_591_999_999])("%i ms survives being shown in hours", (value) => {
    const shown = shownValue(row("sessionIdleMs"), value);
    expect(readValue(row("sessionIdleMs"), shown).value).toBe(value);
  });

  it("names the range in the unit that is shown", () => {
    expect(readValue(row("startTimeoutMs"), "4000").problem).toBe("Between 0.1 and 3,600 seconds.");
    expect(readValue(row("port"), "70000").problem).toBe("Between 0 and 65,535.");
  });

  it("a comma before decimals is one, before thousands it is refused", () => {
    expect(readValue(row("callTimeoutMs"), "2,5").value).toBe(2500);
    expect(readValue(row("callTimeoutMs"), "3,600").problem).toMatch(/number/);
  });

  it.each(["", " ", "ten", "1e400"])("“%s” is no number", (text) => {
    expect(readValue(row("callTimeoutMs"), text).problem).toMatch(/number/);
  });

  it("a port is whole", () => {
    expect(readValue(row("port"), "44.5").problem).toBe("Write a whole number.");
  });
});

describe("a time that may be never", () => {
  const idle = row("idleStopMs");

  it.each([
    ["never", 0],
    [" Never ", 0],
    ["0", 0],
    ["15", 900_000],
    ["0.17", 10_200],
  ])("“%s” is %i ms", (text, value) => {
    expect(readValue(idle, text)).toEqual({ value, problem: null });
  });

  it("shows the word, and a number with its unit", () => {
    expect(shownValue(idle, 0)).toBe("never");
    expect(shownValue(idle, 900_000)).toBe("15");
    expect(saidValue(idle, 0)).toBe("never");
    expect(saidValue(idle, 900_000)).toBe("15 minutes");
    expect(labelOf(idle)).toBe("Stop when idle for (minutes)");
  });

  it.each(["0.16", "10081", "-1"])("“%s” is out of a range that is named", (text) => {
    expect(readValue(idle, text).problem).toBe("Between 0.17 and 10,080 minutes, or “never”.");
  });

  it("has no least but the contract's own", () => {
    const { control } = idle;
    const least = control.kind === "number" ? (control.zero?.least ?? 0) : 0;
    expect(settingsUpdate.safeParse({ idleStopMs: least }).success).toBe(true);
    expect(settingsUpdate.safeParse({ idleStopMs: least - 1 }).success).toBe(false);
  });

  it("no other word means it", () => {
    expect(readValue(idle, "soon").problem).toBe("Write a number, for example 30, or “never”.");
    expect(readValue(row("callTimeoutMs"), "never").problem).toMatch(/number/);
  });
});

describe("a text", () => {
  it("is trimmed, and empty where that has a meaning", () => {
    expect(readValue(row("proxy"), " http://proxy:8080 ").value).toBe("http://proxy:8080");
    expect(readValue(row("proxy"), "")).toEqual({ value: "", problem: null });
    expect(readValue(row("host"), " ").problem).toMatch(/127\.0\.0\.1/);
  });

  it("of a proxy holds no password", () => {
    expect(readValue(row("proxy"), "http://me:word@proxy:8080").problem).toMatch(/HTTPS_PROXY/);
  });
});

describe("where a value comes from", () => {
  it("names the variable that decides it, and nothing where a person does", () => {
    expect(decidedBy({ key: "port", source: "environment" })).toBe(
      "Set in the environment (PORT), which goes before what is stored.",
    );
    expect(decidedBy({ key: "port", source: "argument" })).not.toContain("PORT");
    expect(decidedBy({ key: "port", source: "stored" })).toBeNull();
    expect(decidedBy({ key: "port", source: "default" })).toBeNull();
  });

  it("is given as a command that sets the same", () => {
    expect(commandFor({ key: "port", value: 4444 })).toBe("settings set port 4444");
    expect(commandFor({ key: "proxy", value: "" })).toBe('settings set proxy ""');
    expect(commandFor({ key: "noProxy", value: "a, b" })).toBe('settings set noProxy "a, b"');
  });
});

it.each([
  ["127.0.0.1", true],
  ["127.8.0.1", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["127.0.0.1.example.com", false],
  ["192.168.1.4", false],
])("%s is reached by this computer alone: %s", (host, alone) => {
  expect(isLoopback(host)).toBe(alone);
});

it("filters by every word, in any order and case", () => {
  const { label, about, key } = row("maxMessageBytes");
  expect(matches("server LARGEST", label, about, key)).toBe(true);
  expect(matches("maxmess", label, about, key)).toBe(true);
  expect(matches("largest port", label, about, key)).toBe(false);
  expect(matches("", label)).toBe(true);
});
