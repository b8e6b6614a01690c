import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownAddresses, Surroundings } from "./surroundings.ts";

const networkInterfaces = vi.spyOn(os, "networkInterfaces");
syncBuiltinESMExports();
afterAll(() => {
  networkInterfaces.mockRestore();
  syncBuiltinESMExports();
});

const WIFI = "wlan0 192.0.2.7/24";
const VPN = `tun0 10.8.0.2/24\n${WIFI}`;

let addresses: () => string;
let changes: string[];
let failures: unknown[];
let surroundings: Surroundings;

const watch = (): Surroundings =>
  new Surroundings({
    now: Date.now,
    addresses: () => addresses(),
    onChange: (reason) => changes.push(reason),
    onFailure: (error) => failures.push(error),
  });

beforeEach(() => {
  vi.useFakeTimers();
  addresses = () => WIFI;
  changes = [];
  failures = [];
  surroundings = watch();
  surroundings.start();
});
afterEach(() => {
  surroundings.close();
  vi.useRealTimers();
  networkInterfaces.mockReset();
});

/** The clock goes on, timers do not. */
const sleep = (ms: number): void => void vi.setSystemTime(Date.now() + ms);
const pass = (ms: number): void => void vi.advanceTimersByTime(ms);

describe("sleep", () => {
  it("is noticed within two seconds after it, once", () => {
    pass(60_000);
    expect(changes).toEqual([]);
    sleep(3_600_000);
    pass(2000);
    expect(changes).toEqual(["resume"]);
    pass(60_000);
    expect(changes).toEqual(["resume"]);
  });

  it("is none where the machine was busy, or somebody put the clock back", () => {
    sleep(9_900);
    pass(2000);
    sleep(-3_600_000);
    pass(10_000);
    expect(changes).toEqual([]);
  });

  it.each(["system", "clock"])("is one where the %s tells of it first", (first) => {
    pass(1000);
    sleep(600_000);
    if (first === "system") surroundings.noticed("resume");
    pass(1000);
    if (first === "clock") surroundings.noticed("resume");
    pass(2000);
    expect(changes).toEqual(["resume"]);
  });

  it("after sleep is another", () => {
    surroundings.noticed("resume");
    sleep(20_000);
    pass(2000);
    expect(changes).toEqual(["resume", "resume"]);
  });
});

describe("another network", () => {
  it("is noticed once it has settled, within five seconds", () => {
    addresses = () => VPN;
    pass(2400);
    expect(changes).toEqual([]);
    pass(100);
    expect(changes).toEqual(["network"]);
    pass(60_000);
    expect(changes).toEqual(["network"]);
  });

  it("is noticed when it goes and when it comes back", () => {
    addresses = () => "";
    pass(2500);
    addresses = () => WIFI;
    pass(2500);
    expect(changes).toEqual(["network", "network"]);
  });

  it("that is still changing is left until it has settled", () => {
    addresses = () => "";
    pass(2100);
    addresses = () => VPN;
    pass(500);
    expect(changes).toEqual([]);
    pass(2000);
    expect(changes).toEqual(["network"]);
  });

  it("is none where all is as before when it has settled", () => {
    addresses = () => "";
    pass(2100);
    addresses = () => WIFI;
    pass(10_000);
    expect(changes).toEqual([]);
  });

  it("is not looked for any more where addresses cannot be read, and sleep still is", () => {
    const refused = new Error("not permitted");
    addresses = () => {
      throw refused;
    };
    pass(10_000);
    expect(failures).toEqual([refused]);
    addresses = () => VPN;
    sleep(60_000);
    pass(10_000);
    expect(changes).toEqual(["resume"]);
  });
});

describe("watching", () => {
  it("keeps nothing running that was closed, and hears of nothing more", () => {
    addresses = () => VPN;
    pass(2000);
    expect(vi.getTimerCount()).toBe(2);
    surroundings.close();
    expect(vi.getTimerCount()).toBe(0);
    surroundings.noticed("resume");
    sleep(60_000);
    pass(10_000);
    expect(changes).toEqual([]);
  });

  it("begins once, and is no reason for a process to stay", () => {
    surroundings.start();
    expect(vi.getTimerCount()).toBe(1);
    vi.useRealTimers();
    const before = process.getActiveResourcesInfo();
    const real = watch();
    real.start();
    expect(process.getActiveResourcesInfo()).toEqual(before);
    real.close();
  });
});

describe("own addresses", () => {
  const address = (text: string, internal = false) => ({
    address: text,
    cidr: `${text}/64`,
    netmask: "ffff:ffff:ffff:ffff::",
    family: "IPv6" as const,
    mac: "00:00:00:00:00:00",
    internal,
    scopeid: 0,
  });

  it("are those that lead somewhere, in whatever order the system names them", () => {
    networkInterfaces.mockReturnValue({
      lo: [address("::1", true)],
      veth1: [address("fe80::1")],
      eth0: [address("2001:db8::2"), address("169.254.7.7"), address("192.0.2.7")],
      gone: undefined,
    });
    expect(ownAddresses()).toBe("eth0 192.0.2.7/64\neth0 2001:db8::2/64");
    const once = ownAddresses();
    networkInterfaces.mockReturnValue({
      eth0: [address("192.0.2.7"), address("2001:db8::2")],
    });
    expect(ownAddresses()).toBe(once);
    networkInterfaces.mockReturnValue({ wlan0: [address("192.0.2.7")] });
    expect(ownAddresses()).not.toBe(once);
  });
});
