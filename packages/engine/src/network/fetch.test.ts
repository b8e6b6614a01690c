import { readFileSync } from "node:fs";
import http, { type ServerResponse } from "node:http";
import https from "node:https";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Route } from "../definitions.ts";
import { type Got, sendJson, serve, type TestServer } from "../upstream/http.fixture.ts";
import { TooLargeError } from "../upstream/http-exchange.ts";
import { REACHES } from "./address-guard.ts";
import { createFetch, type FetchOptions, TooLateError } from "./fetch.ts";
import { resolveTo } from "./resolver.fixture.ts";

/** What the resolver of this computer answers for any name. */
const answers = { address: "127.0.0.1" };
resolveTo(() => [answers.address]);

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  answers.address = "127.0.0.1";
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function server(answer: (got: Got, response: ServerResponse) => void): Promise<TestServer> {
  const made = await serve(answer);
  open.push(made);
  return made;
}

const DIRECT: Route = { proxy: null, certificates: [] };
/** The same server by a name that is public as far as the name tells. */
const named = (url: string): string => url.replace("127.0.0.1", "mcp.test");

const fetchOf = (namedBy: string, change: Partial<FetchOptions> = {}) =>
  createFetch({
    routeTo: () => DIRECT,
    policy: { signInOf: new URL(namedBy) },
    timeoutMs: 20_000,
    ...change,
  });

/** What a promise was rejected with, as it is told. */
const refusal = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => "it was not refused",
    (thrown: unknown) => thrown,
  );
  return error;
};
const unreachable = (reason: RegExp, host: unknown = expect.any(String)) =>
  expect.objectContaining({
    code: "host_unreachable",
    params: { host, reason: expect.stringMatching(reason) },
  });
const blocked = (host: string, rule: RegExp) =>
  expect.objectContaining({
    code: "address_blocked",
    params: { host, rule: expect.stringMatching(rule) },
  });
const redirect = (response: ServerResponse, location: string, status = 302): void =>
  void response.writeHead(status, { location }).end();

describe("one exchange", () => {
  it("answers as the Fetch standard has it", async () => {
    const there = await server((_, response) => {
      response.setHeader("www-authenticate", ["Basic", "Bearer"]);
      sendJson(response, 403, { größe: 1 });
    });
    const response = await fetchOf(there.url)(there.url, { headers: { Authorization: "Basic x" } });
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok]).toEqual([403, false]);
    expect(response.headers.get("www-authenticate")).toBe("Basic, Bearer");
    expect(await response.json()).toEqual({ größe: 1 });
    expect(there.got[0]?.headers).toMatchObject({
      authorization: "Basic x",
      "accept-encoding": "identity",
    });
  });

  it("sends a form, and reads an answer without a body", async () => {
    const got: unknown[] = [];
    const form = http.createServer((request, response) => {
      got.push(request.headers["content-type"]);
      request.once("data", (bytes: Buffer) => {
        got.push(bytes.toString());
        response.writeHead(204).end();
      });
    });
    const url = await portOf(form, "http");
    const body = new URLSearchParams({ token: "a b" });
    const response = await fetchOf(url)(url, { method: "POST", body });
    expect([response.status, response.body]).toEqual([204, null]);
    expect(got).toEqual(["application/x-www-form-urlencoded;charset=UTF-8", "token=a+b"]);
  });

  it("leaves no connection open", async () => {
    const there = await server((_, response) => sendJson(response, 200, {}));
    await fetchOf(there.url)(there.url, {});
    await vi.waitFor(() => expect(there.sockets()).toBe(0));
  });
});

describe("an answer that is not waited for to its end", () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ["silence", () => {}],
    ["a head alone", (response) => response.writeHead(200).flushHeaders()],
    ["drops", (response) => drip(response)],
  ])("%s", async (_, answer) => {
    const there = await server((_got, response) => answer(response));
    const asked = fetchOf(there.url, { timeoutMs: 200 })(there.url, {});
    expect(await refusal(asked)).toEqual(unreachable(/did not answer within 0.2 s/));
    await vi.waitFor(() => expect(there.sockets()).toBe(0));
  });

  it("one byte too many, and not one less", async () => {
    const there = await server((_, response) => response.end("x".repeat(1000)));
    const exact = await fetchOf(there.url, { maxBytes: 1000 })(there.url, {});
    expect(await exact.text()).toHaveLength(1000);
    const asked = fetchOf(there.url, { maxBytes: 999 })(there.url, {});
    expect(await refusal(asked)).toEqual(unreachable(/more than 999 bytes/));
  });

  it("one that is packed", async () => {
    const there = await server((_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
    );
    expect(await refusal(fetchOf(there.url)(there.url, {}))).toEqual(unreachable(/cannot be read/));
  });

  it("one that nobody wants any more, or never did", async () => {
    const there = await server(() => {});
    const stop = new AbortController();
    const asked = refusal(fetchOf(there.url)(there.url, { signal: stop.signal }));
    await vi.waitFor(() => expect(there.got).toHaveLength(1));
    stop.abort();
    const cancelled = expect.objectContaining({ code: "request_cancelled" });
    expect(await asked).toEqual(cancelled);
    const late = fetchOf(there.url)(there.url, { signal: stop.signal });
    expect(await refusal(late)).toEqual(cancelled);
    expect(there.got).toHaveLength(1);
  });
});

describe("a redirect", () => {
  it("is followed three times, by GET alone", async () => {
    const there = await server(({ path }, response) => {
      const nth = Number(path.slice(2));
      if (nth === 3) sendJson(response, 200, { nth });
      else redirect(response, `/r${nth + 1}`, [301, 307, 308][nth]);
    });
    const at = (path: string) => new URL(path, there.url).href;
    const response = await fetchOf(there.url)(at("/r0"), { headers: { "x-own": "1" } });
    expect(await response.json()).toEqual({ nth: 3 });
    expect(there.got.map(({ headers }) => headers["x-own"])).toEqual(["1", "1", "1", "1"]);
    const posted = await fetchOf(there.url)(at("/r2"), { method: "POST", body: "{}" });
    expect([posted.status, posted.headers.get("location")]).toEqual([308, "/r3"]);
    expect(there.got).toHaveLength(5);
  });

  it("is not followed for ever", async () => {
    const there = await server((_, response) => redirect(response, "/mcp"));
    const asked = fetchOf(there.url)(there.url, {});
    expect(await refusal(asked)).toEqual(unreachable(/redirects again and again/));
    expect(there.got).toHaveLength(4);
  });

  it("to another origin takes nothing along but what is accepted, and back neither", async () => {
    const there: TestServer = await server(({ path }, response) => {
      if (path === "/mcp") redirect(response, `${other.url}?from=there`);
      else sendJson(response, 200, {});
    });
    const other = await server((_, response) =>
      redirect(response, new URL("/back", there.url.replace("//", "//u:p@")).href),
    );
    const headers = { Authorization: "Bearer a", "X-Own": "b", Accept: "application/json" };
    const response = await fetchOf(there.url)(there.url, { headers });
    expect(response.status).toBe(200);
    for (const { headers: got } of [...other.got, ...there.got.slice(1)]) {
      expect(got.accept).toBe("application/json");
      expect(JSON.stringify(got)).not.toMatch(/authorization|x-own/);
    }
    expect([other.got.length, there.got.length]).toEqual([1, 2]);
  });

  it.each<[string, RegExp]>([
    ["https://127.0.0.1/x", /this computer/],
    ["https://localhost:9000/x", /this computer/],
    ["https://[::1]/x", /this computer/],
    ["https://10.1.2.3/x", /a private address/],
    ["https://nas.local/x", /a private network/],
    ["https://169.254.169.254/x", /hands out credentials/],
    ["http://public.test/x", /not a URL that begins with https/],
    ["javascript:alert(1)", /not a URL/],
    // What its name stands for is this computer.
    ["https://public.test/x", /this computer/],
  ])("of a public server to what is not: %s", async (location, rule) => {
    const there = await server((_, response) => redirect(response, location));
    const { host, protocol } = new URL(location);
    const asked = fetchOf(named(there.url))(named(there.url), {});
    expect(await refusal(asked)).toEqual(blocked(host || protocol, rule));
    expect(there.got).toHaveLength(1);
  });
});

describe("N-17, N-18: what a server names", () => {
  it("is judged after its name was looked up, also its own", async () => {
    const there = await server((_, response) => sendJson(response, 200, {}));
    const own = fetchOf(named(there.url));
    expect((await own(named(there.url), {})).status).toBe(200);
    answers.address = "169.254.169.254";
    expect(await refusal(own(named(there.url), {}))).toEqual(
      blocked("mcp.test", /hands out credentials/),
    );
    answers.address = "10.0.0.1";
    expect(await refusal(fetchOf("https://public.test/")("https://login.test/", {}))).toEqual(
      blocked("login.test", /private address/),
    );
  });

  it("may be another port of this computer where it is there itself", async () => {
    const there = await server((_, response) => sendJson(response, 200, {}));
    expect((await fetchOf("http://localhost:1/")(there.url, {})).status).toBe(200);
    const refused = refusal(fetchOf("https://10.0.0.1/")(there.url, {}));
    expect(await refused).toEqual(blocked(new URL(there.url).host, /not a URL that begins/));
  });

  it("is told without its path, its query and what was sent", async () => {
    const there = await server(() => {});
    await there.close();
    const url = `${there.url}/path?code=hidden`;
    const init = { method: "POST", body: "secret=hidden", headers: { authorization: "hidden" } };
    const { host } = new URL(url);
    const error = await refusal(fetchOf(there.url)(url, init));
    expect(error).toEqual(unreachable(/nothing listens there/, host));
    const told = error instanceof Error ? [error.message, error.stack, String(error.cause)] : [];
    expect(told.join()).not.toMatch(/hidden|path/);
    expect(await refusal(fetchOf(there.url)("no url ?code=hidden", {}))).toEqual(
      blocked("…", /not a URL/),
    );
  });
});

describe("a REST tool", () => {
  const tool = (url: string, reaches: typeof REACHES, change: Partial<FetchOptions> = {}) =>
    fetchOf(url, { policy: { apiOf: new URL(url), reaches }, ...change });

  it("asks public addresses only, also by name, unless it may reach more", async () => {
    const there = await server((_, response) => sendJson(response, 200, {}));
    const url = named(there.url);
    expect(await refusal(tool(url, ["public"])(url, {}))).toEqual(
      blocked("mcp.test", /this computer/),
    );
    expect((await tool(url, REACHES)(url, {})).status).toBe(200);
    for (const address of ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"]) {
      answers.address = address;
      const asked = tool(url, REACHES)(url, {});
      expect(await refusal(asked)).toEqual(blocked("mcp.test", /hands out credentials/));
    }
    expect(there.got).toHaveLength(1);
  });

  it.each([
    "http://169.254.169.254/latest",
    "http://2852039166/",
    "https://10.0.0.1/",
    "https://nas.local/",
    "http://public.test/",
    "https://127.0.0.1:1/",
  ])("that may reach this computer is not led elsewhere inside: %s", async (location) => {
    const there = await server((_, response) => redirect(response, location));
    const asked = tool(there.url, REACHES)(there.url, {});
    expect(await refusal(asked)).toMatchObject({ code: "address_blocked" });
    expect(there.got).toHaveLength(1);
  });

  it("is told by its cause that an answer was too late or too large", async () => {
    const silent = await server(() => {});
    const late = tool(silent.url, REACHES, { timeoutMs: 100 })(silent.url, {});
    expect(await refusal(late)).toMatchObject({ cause: expect.any(TooLateError) });
    const large = await server((_, response) => response.end("x".repeat(10)));
    const asked = tool(large.url, REACHES, { maxBytes: 9 })(large.url, {});
    expect(await refusal(asked)).toMatchObject({ cause: expect.any(TooLargeError) });
  });
});

describe("the way", () => {
  it("is that of the address that is asked: a proxy for one, none for the other", async () => {
    const proxy = await server((_, response) => redirect(response, direct.url));
    const direct = await server((_, response) => sendJson(response, 200, {}));
    const asked = fetchOf("http://localhost/", {
      routeTo: ({ hostname }) =>
        hostname === "localhost" ? { ...DIRECT, proxy: new URL(proxy.url) } : DIRECT,
    });
    expect((await asked("http://localhost/metadata", {})).status).toBe(200);
    expect(proxy.got.map(({ path }) => path)).toEqual(["http://localhost/metadata"]);
    expect(direct.got).toHaveLength(1);
  });

  it("has the certificates that are trusted beside the usual ones", async () => {
    const tls = (name: string): string =>
      readFileSync(
        fileURLToPath(new URL(`../../../../e2e/fixtures/tls/${name}`, import.meta.url)),
        "utf8",
      );
    const secure = https.createServer(
      { cert: tls("server.pem"), key: tls("server-key.pem") },
      (_, response) => response.end("{}"),
    );
    const url = await portOf(secure, "https");
    expect(await refusal(fetchOf(url)(url, {}))).toEqual(unreachable(/is not trusted/));
    const routeTo = () => ({ proxy: null, certificates: [tls("ca.pem")] });
    expect(await (await fetchOf(url, { routeTo })(url, {})).text()).toBe("{}");
  });
});

async function portOf(made: http.Server, scheme: string): Promise<string> {
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  open.push(made);
  const address = made.address();
  return `${scheme}://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
}

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write("x"), 20);
  response.once("close", () => clearInterval(timer));
}
