import { once } from "node:events";
import { createServer, type IncomingMessage, request as send, type Server } from "node:http";
import { GatewayError } from "@local-mcp/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addressOf,
  checkMethod,
  checkOrigin,
  decoded,
  isBearer,
  isFromPage,
  isLocal,
  isLoopbackHost,
  pathOf,
} from "./guard.ts";

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

let look: (request: IncomingMessage) => void = () => {};
const server = createServer((request, response) => {
  look(request);
  response.end();
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

/** Sends these header lines as they are, the repeated ones too, and has the request looked at. */
const asked = <T>(
  headers: readonly string[],
  how: (request: IncomingMessage) => T,
  { method = "GET", path = "/mcp" } = {},
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    look = (request) => {
      try {
        resolve(how(request));
      } catch (error) {
        reject(error);
      }
    };
    const outgoing = send({
      port: portOf(server),
      host: "127.0.0.1",
      method,
      path,
      setHost: false,
      headers: [...headers],
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => response.resume());
    outgoing.end();
  });

interface How {
  host?: string;
  method?: string;
  path?: string;
}

const LOCAL = ["Host", "127.0.0.1:4444"];

const judged = async (headers: readonly string[], how: How = {}) => {
  const address = { host: how.host ?? "127.0.0.1", port: 4444 };
  try {
    await asked(headers, (request) => checkOrigin(request, address), how);
    return "let in";
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { code: error.code, ...error.params };
  }
};

describe("whose name a request is for", () => {
  test.each([
    "127.0.0.1",
    "127.0.0.1:4444",
    "127.0.0.1:1",
    "localhost:65535",
    "LOCALHOST:4444",
    "[::1]",
    "[::1]:4444",
  ])("%s is this computer", async (host) => {
    expect(await judged(["Host", host])).toBe("let in");
  });

  test.each([
    "evil.example",
    "evil.example:4444",
    "localhost.evil.example",
    "evil.localhost",
    "127.0.0.1.evil.example",
    "127.0.0.2",
    "192.168.1.5",
    "localhost:",
    "localhost:123456",
    "localhost:4444x",
    "xlocalhost/",
    "[::1",
    "[::1]x",
    "x[::1]",
    "[::2]",
    "::1",
    "user@localhost",
    "localhost:80:80",
  ])("%s is not", async (host) => {
    const refused = { code: "host_refused", host, url: "http://127.0.0.1:4444" };
    expect(await judged(["Host", host])).toEqual(refused);
  });

  test("where others are served too, an address is, and a name only if it is ours", async () => {
    const host = "0.0.0.0";
    expect(await judged(["Host", "192.168.1.5:4444"], { host })).toBe("let in");
    expect(await judged(["Host", "[fe80::1]:4444"], { host })).toBe("let in");
    expect(await judged(["Host", "localhost"], { host })).toBe("let in");
    const refused = { code: "host_refused", host: "evil.example", url: "http://127.0.0.1:4444" };
    expect(await judged(["Host", "evil.example"], { host })).toEqual(refused);
    expect(await judged(["Host", "evil.example"], { host: "[::]" })).toEqual(refused);
    expect(await judged(["Host", "Box.Lan:80"], { host: "box.LAN" })).toBe("let in");
    expect(await judged(["Host", "evil.example"], { host: "box.lan" })).toEqual({
      ...refused,
      url: "http://box.lan:4444",
    });
  });

  test("there is exactly one, and a path", async () => {
    expect(await judged([...LOCAL, "Host", "evil.example"])).toEqual({
      code: "host_refused",
      host: "127.0.0.1:4444, evil.example",
      url: "http://127.0.0.1:4444",
    });
    expect(await judged(LOCAL, { path: "http://evil.example/mcp" })).toMatchObject({
      code: "host_refused",
      host: "http://evil.example/mcp",
    });
    expect(await judged(LOCAL, { path: "*", method: "OPTIONS" })).toMatchObject({
      code: "host_refused",
      host: "*",
    });
  });

  test("no more of a name is repeated than a person reads", async () => {
    const refused = await judged(["Host", "x".repeat(300)]);
    expect(refused).toMatchObject({ host: "x".repeat(200) });
    const page = await judged([...LOCAL, "Origin", `http://${"x".repeat(300)}`]);
    expect(page).toEqual({ code: "origin_refused", origin: `http://${"x".repeat(193)}` });
  });
});

describe("which page a request is from", () => {
  test.each(["http://127.0.0.1:4444", "http://LOCALHOST:4444", "http://[::1]:4444"])(
    "%s is ours",
    async (origin) => {
      expect(await judged([...LOCAL, "Origin", origin])).toBe("let in");
    },
  );

  test("the address that is listened on is ours, and no other", async () => {
    const at = { host: "10.0.0.7" };
    expect(await judged([...LOCAL, "Origin", "http://10.0.0.7:4444"], at)).toBe("let in");
    expect(await judged([...LOCAL, "Origin", "http://10.0.0.8:4444"], at)).not.toBe("let in");
  });

  test.each([
    "http://127.0.0.1",
    "http://127.0.0.1:4445",
    "https://127.0.0.1:4444",
    "http://evil.example:4444",
    "http://localhost:4444.evil.example",
    "null",
    "",
  ])("“%s” is not", async (origin) => {
    expect(await judged([...LOCAL, "Origin", origin])).toEqual({ code: "origin_refused", origin });
  });

  test("one of several that is another's is enough", async () => {
    const both = ["Origin", "http://127.0.0.1:4444", "Origin", "http://evil.example"];
    expect(await judged([...LOCAL, ...both])).toMatchObject({ code: "origin_refused" });
  });

  test.each([
    ["same-origin", "let in"],
    ["none", "let in"],
    ["same-site", { code: "origin_refused", origin: "another site" }],
    ["cross-site", { code: "origin_refused", origin: "another site" }],
  ])("a browser says %s", async (site, outcome) => {
    expect(await judged([...LOCAL, "Sec-Fetch-Site", site])).toEqual(outcome);
  });

  test("a form is not sent by navigating, and a page is read so", async () => {
    const form = [...LOCAL, "Sec-Fetch-Mode", "navigate"];
    const refused = { code: "origin_refused", origin: "a form" };
    expect(await judged(form, { method: "POST" })).toEqual(refused);
    expect(await judged(form, { method: "GET" })).toBe("let in");
    expect(await judged(form, { method: "HEAD" })).toBe("let in");
    expect(await judged([...LOCAL, "Sec-Fetch-Mode", "cors"], { method: "POST" })).toBe("let in");
  });
});

test.each([
  "Authorization",
  "Content-Type",
  "Last-Event-ID",
  "MCP-Protocol-Version",
  "Mcp-Session-Id",
])("%s is there once", async (name) => {
  expect(await judged([...LOCAL, name, "a"])).toBe("let in");
  expect(await judged([...LOCAL, name, "a", name.toUpperCase(), "b"])).toEqual({
    code: "header_repeated",
    name: name.toLowerCase(),
  });
});

test("what is not judged by may be repeated", async () => {
  expect(await judged([...LOCAL, "Accept", "a", "Accept", "b"])).toBe("let in");
});

describe("who it comes from", () => {
  test("a program here is local, unless it was handed on", async () => {
    expect(await asked(LOCAL, isLocal)).toBe(true);
    expect(await asked(LOCAL, addressOf)).toBe("127.0.0.1");
    for (const name of ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"]) {
      expect([name, await asked([...LOCAL, name, "x"], isLocal)]).toEqual([name, false]);
    }
  });

  test("a program here is local at a socket that takes IPv6 too", async () => {
    const both = createServer((request, response) => response.end(String(isLocal(request))));
    both.listen({ port: 0, host: "::", ipv6Only: false });
    try {
      await once(both, "listening");
      expect(await (await fetch(`http://127.0.0.1:${portOf(both)}`)).text()).toBe("true");
    } finally {
      both.close();
    }
  });

  test.each([
    ["localhost", true],
    ["127.0.0.1", true],
    ["127.8.8.8", true],
    ["[::1]", true],
    ["::1", true],
    ["0.0.0.0", false],
    ["10.127.0.1", false],
    ["127.evil.example", false],
    ["", false],
  ])("“%s” as a loopback: %s", (host, is) => {
    expect(isLoopbackHost(host)).toBe(is);
  });

  test("a browser says so, by either of two words", async () => {
    expect(await asked(LOCAL, isFromPage)).toBe(false);
    expect(await asked([...LOCAL, "Origin", "x"], isFromPage)).toBe(true);
    expect(await asked([...LOCAL, "Sec-Fetch-Site", "none"], isFromPage)).toBe(true);
  });

  test.each([
    ["Bearer abc", true],
    ["bearer abc", true],
    ["Bearerabc", false],
    ["Basic Bearer x", false],
  ])("“%s” is a token: %s", async (value, is) => {
    expect(await asked([...LOCAL, "Authorization", value], isBearer)).toBe(is);
    expect(await asked(LOCAL, isBearer)).toBe(false);
  });
});

describe("what is asked", () => {
  test("the path ends where the query begins", async () => {
    expect(await asked(LOCAL, pathOf, { path: "/a/b?c=/d?e" })).toBe("/a/b");
  });

  test("a name is decoded where it can be", () => {
    expect(decoded("a%20b")).toBe("a b");
    expect(decoded("a%2")).toBe("a%2");
  });

  test("a method that is not taken is named, with those that are", async () => {
    const path = `/${"p".repeat(300)}`;
    const how = (request: IncomingMessage): void => checkMethod(request, ["GET", "POST"]);
    await expect(asked(LOCAL, how, { method: "POST" })).resolves.toBeUndefined();
    await expect(asked(LOCAL, how, { method: "DELETE", path })).rejects.toMatchObject({
      code: "method_not_allowed",
      params: { method: "DELETE", path: path.slice(0, 200), allowed: "GET or POST" },
    });
  });
});
