import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { afterTest } from "../../fixtures/test-support.ts";
import { request, sendBytes } from "./raw.ts";
import { INITIALIZE, startStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const HOST = "Host: 127.0.0.1";
const JSON_TYPE = "Content-Type: application/json";
const CRLF = "\r\n";
const length = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}`;
const authorization = (): string => `Authorization: Bearer ${stage.token}`;

/** A whole request that a badly delimited one might let through behind it. */
const smuggled = (): string => {
  const body = '{"slug":"smuggled"}';
  return request("POST /api/profiles", [HOST, authorization(), length(body)], body);
};

const profiles = async (): Promise<string[]> =>
  (await stage.api.profiles.list()).map(({ slug }) => slug);

describe("a request that can be read in two ways", () => {
  it.each([
    ["two lengths", [length(INITIALIZE), "Content-Length: 3"]],
    ["a length in a list", ["Content-Length: 3, 3"]],
    ["a length that is signed", ["Content-Length: +3"]],
    ["a length that is negative", ["Content-Length: -3"]],
    ["a length in another base", ["Content-Length: 0x10"]],
    ["a length and chunks", [length(INITIALIZE), "Transfer-Encoding: chunked"]],
    ["chunks twice", ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"]],
    ["chunks that are not last", ["Transfer-Encoding: chunked, gzip"]],
    ["chunks by another name", ["Transfer-Encoding: xchunked"]],
    ["a folded header", ["X-Long: a", " b"]],
    ["a space before the colon", ["X-Space : a"]],
    ["a header without a name", [": a"]],
    ["a zero byte", ["X-Zero: a\0b"]],
    ["a bare line end", ["X-Bare: a\nX-Next: b"]],
    ["a bare return", ["X-Bare: a\rX-Next: b"]],
  ])("by %s is refused, and nothing behind it is read", async (_, headers) => {
    const first = ["POST /mcp/dev HTTP/1.1", HOST, JSON_TYPE, authorization(), ...headers, "", ""];
    const answer = await sendBytes(stage.url, `${first.join(CRLF)}${smuggled()}`);
    expect([answer.status, answer.isClosed]).toEqual([400, true]);
    expect(answer.body).not.toContain("HTTP/1.1");
    expect(await profiles()).toEqual(["dev"]);
  });

  it.each(["authorization", "mcp-session-id", "mcp-protocol-version", "last-event-id"])(
    "by %s twice is refused",
    async (name) => {
      const twice = [`${name}: Bearer lmg_x`, `${name}: Bearer ${stage.token}`];
      const answer = await sendBytes(stage.url, request("GET /mcp/dev", [HOST, ...twice]));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body).error.data).toMatchObject({ code: "header_repeated" });
    },
  );

  it("by a second one in its body is answered once", async () => {
    const body = `${INITIALIZE}${CRLF}${smuggled()}`;
    const headers = [HOST, JSON_TYPE, authorization(), length(body)];
    const answer = await sendBytes(stage.url, request("POST /mcp/dev", headers, body));
    expect(answer.status).toBe(400);
    expect(await profiles()).toEqual(["dev"]);
  });
});

describe("a method", () => {
  it.each(["TRACE", "OPTIONS", "PUT", "PATCH", "PROPFIND"])("%s is for nothing", async (method) => {
    const canary = "X-Canary: 5f1e0d";
    for (const path of ["/mcp/dev", "/mcp/dev/sse"]) {
      const said = [HOST, authorization(), canary];
      const answer = await sendBytes(stage.url, request(`${method} ${path}`, said));
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")?.[0]).toMatch(/^(POST, GET, DELETE|GET, POST)$/);
      expect(answer.body).not.toContain("5f1e0d");
    }
  });

  it("CONNECT leads nowhere", async () => {
    for (const target of ["127.0.0.1:80", "evil.example:443"]) {
      const answer = await sendBytes(stage.url, request(`CONNECT ${target}`, [HOST]));
      expect([0, 400, 403, 405]).toContain(answer.status);
    }
  });

  it("that there is not is refused", async () => {
    const answer = await sendBytes(stage.url, request("GRAB /health", [HOST]));
    expect(answer.status).toBe(400);
  });
});

describe("sizes", () => {
  it("of headers end at 16 KB, in one or in many", async () => {
    const one = await sendBytes(
      stage.url,
      request("GET /health", [HOST, `X: ${"a".repeat(17_000)}`]),
    );
    expect(one.status).toBe(431);
    const many = Array.from({ length: 3000 }, (_, at) => `x${at}: 1`);
    expect((await sendBytes(stage.url, request("GET /health", [HOST, ...many]))).status).toBe(431);
    const target = `GET /health?${"a".repeat(17_000)}`;
    expect((await sendBytes(stage.url, request(target, [HOST]))).status).toBe(431);
  });

  it("of a count that others would drop: the last of 3000 headers still counts", async () => {
    const many = Array.from({ length: 3000 }, () => "a:");
    const last = "Origin: https://evil.example";
    const answer = await sendBytes(stage.url, request("GET /health", [HOST, ...many, last]));
    expect(answer.status).toBe(403);
  });

  it("a body that still comes when it is refused: the answer arrives, and the rest is let go by", async () => {
    const { hostname, port } = new URL(stage.url);
    const socket = connect(Number(port), hostname);
    afterTest(() => socket.destroy());
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    const size = 64 * 1024 * 1024;
    socket.write(
      ["POST /mcp/dev HTTP/1.1", HOST, JSON_TYPE, `Content-Length: ${size}`, "", ""].join(CRLF),
    );
    const megabyte = Buffer.alloc(1024 * 1024, 97);
    for (let sent = 0; sent < size; sent += megabyte.length) {
      if (!socket.write(megabyte)) await once(socket, "drain");
    }
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain("token_missing");
  });

  it("a body that never comes to its end does not hold the connection", async () => {
    const head = ["POST /mcp/dev HTTP/1.1", HOST, JSON_TYPE, "Content-Length: 1000", "", "{"];
    const answer = await sendBytes(stage.url, head.join(CRLF));
    expect([answer.status, answer.isClosed]).toEqual([401, true]);
  });
});

describe("what we write into headers", () => {
  it.each([
    "/mcp/%0d%0aX-Injected:%201",
    "/api/x%0d%0aX-Injected:%201",
    "/health?challenge=%0d%0aX-Injected:%201",
    "/mcp/dev/sse?a=%0d%0aX-Injected:%201",
    "/mcp/dev%E5%98%8A%E5%98%8DX-Injected:%201",
  ])("%s adds none", async (path) => {
    for (const headers of [[HOST], [HOST, authorization()]]) {
      for (const method of ["GET", "DELETE"]) {
        const text = request(`${method} ${path}`, [...headers, "Accept: text/plain"]);
        const answer = await sendBytes(stage.url, text);
        expect([...answer.headers.keys()]).not.toContain("x-injected");
        expect(answer.status).toBeGreaterThanOrEqual(200);
      }
    }
  });

  it("a session id, an event id or a version is never said back", async () => {
    for (const name of ["mcp-session-id", "last-event-id", "mcp-protocol-version"]) {
      const said = [HOST, authorization(), `${name}: 5f1e0d`, "Accept: text/event-stream"];
      const answer = await sendBytes(stage.url, request("GET /mcp/dev", said));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect([...answer.headers.values()].flat().join()).not.toContain("5f1e0d");
    }
  });
});
