import { describe, expect, it } from "vitest";
import { serverLimits } from "./servers.ts";
import { settings, settingsChange } from "./settings.ts";

describe("limits", () => {
  it("have a default each", () => {
    expect(settings.parse({})).toMatchObject({
      startTimeoutMs: 30_000,
      callTimeoutMs: 600_000,
      maxConcurrentCalls: 64,
      idleStopMs: 0,
    });
  });

  it.each([
    ["idleStopMs", [0, 10_000, 604_800_000], [-1, 1, 9999, 604_800_001, 10_000.5]],
    ["maxConcurrentCalls", [1, 10_000], [0, 10_001, 1.5]],
  ])("of %s are the same for a setting and for one server", (key, taken, refused) => {
    for (const schema of [settings, settingsChange, serverLimits]) {
      for (const value of taken) expect(schema.safeParse({ [key]: value }).success).toBe(true);
      for (const value of refused) expect(schema.safeParse({ [key]: value }).success).toBe(false);
    }
  });

  it("of one server may be missing, and have no default of their own", () => {
    expect(serverLimits.parse({})).toEqual({});
  });
});

describe("the proxy of the settings", () => {
  const isTaken = (proxy: string): boolean => settingsChange.safeParse({ proxy }).success;

  it.each(["", "direct", "http://host:3128", "https://host", "http://[::1]:3128/"])(
    "may be %j",
    (proxy) => expect(isTaken(proxy)).toBe(true),
  );

  it.each([
    "host:3128",
    "socks5://host:1",
    "http://me:secret@host:1",
    "http://host:99999",
    "http://:3128",
    "http://%zz",
  ])("may not be %j, which would mean none at all or show a password", (proxy) => {
    expect(isTaken(proxy)).toBe(false);
  });

  it("is what the environment says by default", () => {
    expect(settings.parse({}).proxy).toBe("");
  });
});
