import type { LookupAddress, LookupOptions } from "node:dns";
import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import {
  assertAllowed,
  guardedLookup,
  onSameOrigin,
  REACHES,
  type AddressPolicy,
  type UrlPolicy,
} from "./address-guard.ts";

/** The rule that a URL is refused by; null where it is allowed. */
function ruleFor(url: string, policy: UrlPolicy, configured?: string): string | null {
  try {
    assertAllowed(new URL(url), policy, configured === undefined ? undefined : new URL(configured));
    return null;
  } catch (error) {
    if (error instanceof GatewayError && error.code === "address_blocked") {
      return String(error.params.rule);
    }
    throw error;
  }
}

const NEVER = [
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/",
  "http://0xA9FEA9FE/",
  "http://0251.0376.0251.0376/",
  "http://169.254.43518/",
  "http://169.254.169.254./",
  "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
  "http://user:pass@169.254.169.254/",
  "http://example.com@169.254.169.254/",
  "http://example.com%40x@169.254.169.254/",
  "http://169.254.169.254\\@example.com/",
  "http://[::ffff:169.254.169.254]/",
  "http://[::ffff:a9fe:a9fe]/",
  "http://[fd00:ec2::254]/",
  "http://[fe80::1]/",
  "http://[::]/",
  "http://0/",
  "http://0.0.0.0:8080/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[2002:a9fe:a9fe::]/",
  "http://metadata.google.internal/",
  "http://METADATA.google.internal./",
  "http://metadata.goog/",
  "https://169.254.169.254/",
  "ftp://example.com/",
  "file:///etc/passwd",
];

const OF_THE_PERSON = [
  "http://localhost:3000/",
  "http://localhost./",
  "http://api.localhost/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://017700000001/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://10.0.0.1/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "http://[fd12:3456::1]/",
  "http://nas/",
  "http://nas.local/",
  "http://printer.home.arpa/",
  "http://intranet.internal/",
  "http://example.com/",
];

describe("N-18: what is not connected to", () => {
  it.each(NEVER)("by nobody: %s", (url) => {
    expect(ruleFor(url, "person")).not.toBeNull();
    expect(ruleFor(url, "server")).not.toBeNull();
  });

  it.each(OF_THE_PERSON)("only where a person named it: %s", (url) => {
    expect(ruleFor(url, "person")).toBeNull();
    expect(ruleFor(url, "server")).not.toBeNull();
    // By https too, unless what is refused is that it is not.
    const secure = url.replace("http://", "https://");
    expect(ruleFor(secure, "server") === null).toBe(url === "http://example.com/");
  });

  it.each([
    "https://example.com/",
    "https://1.1.1.1/",
    "https://127.0.0.1.example.com/",
    "https://[2606:4700:4700::1111]/",
    "https://localhost.example.com/",
    "https://faß.example/",
  ])("allowed to whoever names it: %s", (url) => {
    expect(ruleFor(url, "server")).toBeNull();
  });

  it.each(["http://[fe80::1%25eth0]/", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://a b/"])(
    "no URL at all: %s",
    (url) => expect(URL.canParse(url)).toBe(false),
  );

  it("a server may name what is of the configured origin, and nothing beside it", () => {
    const configured = "http://127.0.0.1:3000/mcp";
    expect(ruleFor("http://127.0.0.1:3000/other", "server", configured)).toBeNull();
    expect(ruleFor("http://127.0.0.1:3001/", "server", configured)).not.toBeNull();
    expect(ruleFor("https://127.0.0.1:3000/", "server", configured)).not.toBeNull();
    expect(ruleFor("http://localhost:3000/", "server", configured)).not.toBeNull();
    // Being the configured one makes nothing allowed that never is.
    const metadata = "http://169.254.169.254/";
    expect(ruleFor(metadata, "server", metadata)).not.toBeNull();
  });

  const OTHERS = [
    "https://other.test/",
    "https://nas/",
    "https://10.9.9.9/",
    "https://[::1]/",
    "http://localhost:4000/",
    "http://other.test/",
    "http://10.9.9.9/",
  ];
  it.each([
    ["https://mcp.test/mcp", OTHERS.slice(0, 1)],
    ["https://10.0.0.1/", OTHERS.slice(0, 3)],
    ["http://nas.local/", OTHERS.slice(0, 3)],
    ["http://127.0.0.1:3000/", OTHERS.slice(0, 5)],
  ])("%s may name what is as far inside as it is itself, and nothing further", (own, named) => {
    const signInOf = new URL(own);
    const allowed = (url: string): boolean => {
      try {
        assertAllowed(new URL(url), { signInOf });
        return true;
      } catch {
        return false;
      }
    };
    for (const url of NEVER) expect([url, allowed(url)]).toEqual([url, false]);
    expect(allowed(new URL("/x", own).href)).toBe(true);
    expect(OTHERS.filter(allowed)).toEqual(named);
  });

  const apiOf = (url: string, reaches: typeof REACHES): UrlPolicy => ({
    apiOf: new URL(url),
    reaches,
  });
  it.each([...NEVER, ...OF_THE_PERSON])("of a REST tool: %s", (url) => {
    const isPublic = url === "http://example.com/";
    expect(ruleFor(url, apiOf(url, ["public"])) === null).toBe(isPublic);
    // With a person's leave this computer and its network too, and what never is still not.
    expect(ruleFor(url, apiOf(url, REACHES)) === null).toBe(OF_THE_PERSON.includes(url));
    // A redirect to another origin leads to what is public and https, whatever the tool may reach.
    for (const reaches of [REACHES, ["public"] as const]) {
      expect(ruleFor(url, apiOf("http://10.0.0.1/", reaches)) === null).toBe(
        url === "http://10.0.0.1/" && reaches === REACHES,
      );
    }
  });

  it("is told with the rule in words", () => {
    expect(ruleFor("http://0xA9FEA9FE/", "person")).toMatch(/cloud hands out credentials/);
    expect(() => assertAllowed(new URL("http://0.0.0.0:80/"), "person")).toThrow(
      "The gateway does not connect to “0.0.0.0”: it is no address of a host (0.0.0.0/8).",
    );
    expect(ruleFor("http://example.com/", "server")).toBe("not a URL that begins with https://");
  });
});

describe("N-17, N-18: what a name stands for", () => {
  const answering =
    (...addresses: string[]) =>
    (
      _name: string,
      _options: LookupOptions,
      callback: (error: null, found: LookupAddress[]) => void,
    ): void =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
  /** What a socket is given, or the rule. */
  const lookedUp = (
    policy: AddressPolicy,
    addresses: string[],
    options: LookupOptions = { all: true },
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      guardedLookup(policy, answering(...addresses))("mcp.test", options, (error, found) => {
        if (error) reject(error);
        else resolve(found);
      });
    });

  it("every address of the answer is judged, and only the allowed ones are handed on", async () => {
    expect(await lookedUp("person", ["fe80::1", "192.168.1.5", "169.254.169.254"])).toEqual([
      { address: "192.168.1.5", family: 4 },
    ]);
    expect(await lookedUp("server", ["10.0.0.1", "::ffff:127.0.0.1", "1.1.1.1"])).toEqual([
      { address: "1.1.1.1", family: 4 },
    ]);
    expect(await lookedUp("server", ["::1", "2606:4700::1"], {})).toBe("2606:4700::1");
  });

  it.each<[AddressPolicy, string[]]>([
    ["person", ["169.254.169.254"]],
    ["person", ["0.0.0.0", "::"]],
    ["person", ["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"]],
    ["server", ["127.0.0.1"]],
    ["server", ["192.168.0.1", "fd00::1", "100.64.1.1"]],
    ["server", ["64:ff9b::a00:1"]],
    ["server", []],
  ])("%s: nothing is left of %j", async (policy, addresses) => {
    const refused = lookedUp(policy, addresses);
    await expect(refused).rejects.toMatchObject({
      code: "address_blocked",
      params: { host: "mcp.test" },
    });
  });

  it("is asked of the system, whose failures stay what they are", async () => {
    const found = (name: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        guardedLookup("person")(name, { all: true }, (error, addresses) => {
          if (error) reject(error);
          else resolve(addresses);
        });
      });
    expect(await found("localhost")).toContainEqual({ address: "127.0.0.1", family: 4 });
    await expect(found("no such name")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});

it("a redirect on the same origin keeps who asked, and brings nobody else", () => {
  const base = new URL("https://me:secret@mcp.test/mcp");
  expect(onSameOrigin("/mcp/", base)?.href).toBe("https://me:secret@mcp.test/mcp/");
  expect(onSameOrigin("https://mcp.test:443/x", base)?.href).toBe("https://me:secret@mcp.test/x");
  expect(onSameOrigin("https://you:p@mcp.test/x", base)?.href).toBe("https://me:secret@mcp.test/x");
  const others = [
    "http://mcp.test/mcp",
    "https://mcp.test:444/",
    "//evil.test/",
    "https://mcp.test.evil/",
    "https://mcp.test@evil.test/",
    "\\\\evil.test/",
    "javascript:alert(1)",
    "data:,x",
    "http://",
  ];
  for (const other of others) {
    expect([other, onSameOrigin(other, base)]).toEqual([other, null]);
  }
});
