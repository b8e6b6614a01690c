import { describe, expect, it } from "vitest";
import { settings, settingsChange } from "./settings.ts";

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
