import { describe, expect, it } from "vitest";
import { enveloped, parse } from "../fixtures/conformance/modern-client.ts";
import { META, MODERN_VERSION } from "../fixtures/conformance/protocol.ts";
import { call } from "../fixtures/test-support.ts";
import { serveEra, textOf } from "./era-gateway.ts";

type Headers = Record<string, string | undefined>;

/** Sends exactly these headers and this body, and returns the refusal. */
async function refused(
  { endpoint, authorization }: { endpoint: string; authorization: Record<string, string> },
  { headers, body, method = "POST" }: { headers?: Headers; body?: unknown; method?: string },
) {
  const given = Object.entries({
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...authorization,
    ...headers,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const response = await fetch(endpoint, {
    method,
    headers: new Headers(given.map(([name, value]) => [name, value])),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    message: text === "" ? undefined : parse(text),
  };
}

const HEADERS = {
  "mcp-protocol-version": MODERN_VERSION,
  "mcp-method": "tools/call",
  "mcp-name": "test_simple_text",
};
const REQUEST = {
  jsonrpc: "2.0",
  id: "r-1",
  method: "tools/call",
  params: enveloped(call("test_simple_text")),
};

const withMeta = (meta: Record<string, unknown>) => ({
  ...REQUEST,
  params: { ...call("test_simple_text"), _meta: meta },
});
const whole = REQUEST.params._meta;
const { [META.protocolVersion]: _version, ...withoutVersion } = whole;
const { [META.clientCapabilities]: _capabilities, ...withoutCapabilities } = whole;
const speaking = (version: string) => ({
  headers: { ...HEADERS, "mcp-protocol-version": version },
  body: withMeta({ ...whole, [META.protocolVersion]: version }),
});

describe("a modern request", () => {
  it.each([
    ["no version in its envelope", HEADERS, withMeta(withoutVersion), -32602],
    ["no capabilities in its envelope", HEADERS, withMeta(withoutCapabilities), -32602],
    [
      "capabilities that are no object",
      HEADERS,
      withMeta({ ...whole, [META.clientCapabilities]: true }),
      -32602,
    ],
    ["no version header", { ...HEADERS, "mcp-protocol-version": undefined }, REQUEST, -32020],
    [
      "another version in the header",
      { ...HEADERS, "mcp-protocol-version": "2025-11-25" },
      REQUEST,
      -32020,
    ],
    ["no method header", { ...HEADERS, "mcp-method": undefined }, REQUEST, -32020],
    ["another method in the header", { ...HEADERS, "mcp-method": "tools/list" }, REQUEST, -32020],
    ["no name header", { ...HEADERS, "mcp-name": undefined }, REQUEST, -32020],
    ["another name in the header", { ...HEADERS, "mcp-name": "echo_meta" }, REQUEST, -32020],
    ["a name header of broken base64", { ...HEADERS, "mcp-name": "=?base64?%?=" }, REQUEST, -32020],
  ])("with %s is refused under its own id", async (_, headers, body, code) => {
    const { status, message } = await refused(await serveEra("modern"), { headers, body });
    expect([status, message?.id, message?.error?.code]).toEqual([400, "r-1", code]);
    expect(message?.error?.data).toMatchObject({ wayOut: expect.any(String) });
  });

  it.each(["2099-01-01", "2025-11-25", "nonsense"])(
    "of version %s learns which there are",
    async (version) => {
      const { status, message } = await refused(await serveEra("modern"), speaking(version));
      expect([status, message?.id, message?.error?.code]).toEqual([400, "r-1", -32022]);
      expect(message?.error?.data).toMatchObject({
        requested: version,
        supported: [MODERN_VERSION, "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
      });
    },
  );

  it.each([
    "ping",
    "initialize",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
    "tasks/list",
    "no/such/method",
    // Names that every object has something under.
    "toString",
    "constructor",
  ])("by the name %s does not exist", async (method) => {
    const { modern } = await serveEra("modern");
    const { status, error } = await modern(method, { uri: "test://static-text", level: "info" });
    expect([status, error?.code]).toEqual([404, -32601]);
  });

  it("names what there is not, in the codes of its era", async () => {
    const { modern } = await serveEra("legacy");
    const read = await modern("resources/read", { uri: "test://nothing" });
    expect([read.status, read.error?.code]).toEqual([200, -32602]);
    expect(read.error?.data).toMatchObject({ uri: "test://nothing" });
    const called = await modern("tools/call", call("no_such_tool"));
    expect(called.error?.code).toBe(-32602);
    expect((await modern("tools/list", { cursor: "mine" })).error?.code).toBe(-32602);
  });
});

describe("other things sent to a modern address", () => {
  const version = { "mcp-protocol-version": MODERN_VERSION };

  it.each(["GET", "DELETE", "PUT", "PATCH"])(
    "%s is refused, with what is allowed",
    async (method) => {
      const { status, headers } = await refused(await serveEra("modern"), {
        method,
        headers: { ...version, accept: "text/event-stream" },
      });
      expect([status, headers.get("allow")]).toEqual([405, "POST"]);
    },
  );

  it("takes notifications, and answers late responses of nobody's, without a body", async () => {
    const gateway = await serveEra("modern");
    const cancelled = {
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: enveloped({ requestId: 1 }),
    };
    for (const body of [cancelled, { jsonrpc: "2.0", id: 1, result: {} }]) {
      const { status, text } = await refused(gateway, { headers: version, body });
      expect([status, text]).toEqual([202, ""]);
    }
  });

  it("refuses several messages in one body, and what is no message", async () => {
    const gateway = await serveEra("modern");
    const batch = await refused(gateway, { headers: HEADERS, body: [REQUEST, REQUEST] });
    expect([batch.status, batch.message?.error?.code]).toEqual([400, -32600]);
    for (const body of [7, null, { jsonrpc: "1.0", id: 1, method: "x" }]) {
      const { status, message } = await refused(gateway, { headers: HEADERS, body });
      expect([status, message?.error?.code]).toEqual([400, -32600]);
    }
  });
});

describe("arguments that travel as headers too", () => {
  const args = {
    region: "eu-west 1",
    priority: 3,
    verbose: true,
    target: { zone: "a" },
    note: "n",
  };
  const headers = {
    "mcp-param-region": "eu-west 1",
    "mcp-param-priority": "3",
    "mcp-param-verbose": "true",
    "mcp-param-zone": "a",
  };

  it.each(["legacy", "modern"] as const)("reach a %s server when they agree", async (era) => {
    const { modern } = await serveEra(era);
    const { result } = await modern("tools/call", call("test_x_mcp_header", args), { headers });
    expect(JSON.parse(textOf(result))).toEqual(args);
  });

  it.each([
    ["missing", { "mcp-param-priority": "3" }],
    ["of another value", { ...headers, "mcp-param-zone": "b" }],
  ])("are refused when a header is %s", async (_, given) => {
    const { modern } = await serveEra("legacy");
    const { status, error } = await modern("tools/call", call("test_x_mcp_header", args), {
      headers: given,
    });
    expect([status, error?.code]).toEqual([400, -32020]);
  });
});
