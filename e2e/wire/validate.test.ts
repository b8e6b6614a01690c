import { describe, expect, test } from "vitest";
import type { Recorded } from "./record.ts";
import { validate } from "./validate.ts";

const modern = (more = {}) => ({
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  },
  ...more,
});

let exchanges = 0;
const towardsClient = (message: unknown, more: Partial<Recorded> = {}): Recorded => ({
  link: "client",
  from: "server",
  exchange: exchanges,
  session: null,
  version: null,
  carrier: "POST 200",
  message,
  ...more,
});

/** A request and its answer in one exchange between a client and the gateway. */
const exchange = (
  request: Record<string, unknown>,
  answer: Record<string, unknown>,
): Recorded[] => {
  exchanges += 1;
  return [
    towardsClient({ jsonrpc: "2.0", id: 7, ...request }, { from: "client" }),
    towardsClient({ jsonrpc: "2.0", id: 7, ...answer }),
  ];
};

const faultsOf = (messages: Recorded[]): string[] =>
  validate(messages).invalid.flatMap(({ definition, faults }) => `${definition}: ${faults[0]}`);

describe("answers of the gateway", () => {
  test("are held to the result of the method they answer", () => {
    const asked = { method: "tools/list", params: modern() };
    const good = { resultType: "complete", ttlMs: 0, cacheScope: "private", tools: [] };
    expect(faultsOf(exchange(asked, { result: good }))).toEqual([]);
    const { tools: _tools, ...without } = good;
    expect(faultsOf(exchange(asked, { result: without }))).toEqual([
      "ListToolsResult: / must have required property 'tools'",
    ]);
  });

  test("of a modern request say what kind they are, those of a legacy one need not", () => {
    const result = { content: [] };
    const call = (params: object) => ({ method: "tools/call", params: { name: "x", ...params } });
    expect(faultsOf(exchange(call(modern()), { result }))).toHaveLength(1);
    expect(faultsOf(exchange(call({}), { result }))).toEqual([]);
  });

  test("may ask back where the revision knows it", () => {
    const asked = { method: "tools/call", params: modern({ name: "x" }) };
    const result = { resultType: "input_required", requestState: "s" };
    expect(faultsOf(exchange(asked, { result }))).toEqual([]);
    expect(faultsOf(exchange(asked, { result: { ...result, requestState: 1 } }))).toHaveLength(1);
  });

  test("to nothing that was asked are wrong", () => {
    expect(faultsOf([towardsClient({ jsonrpc: "2.0", id: 99, result: {} })])).toEqual([
      "JSONRPCResultResponse: answers no request that was seen",
    ]);
  });

  test("with an error carry what its code promises", () => {
    const asked = { method: "tools/list", params: modern() };
    const error = { code: -32022, message: "no", data: { supported: ["x"], requested: "y" } };
    expect(faultsOf(exchange(asked, { error }))).toEqual([]);
    expect(faultsOf(exchange(asked, { error: { code: -32022, message: "no" } }))).toHaveLength(1);
    expect(faultsOf(exchange(asked, { error: { code: "x", message: "no" } }))).toHaveLength(1);
    const withoutId = { code: -32700, message: "not JSON" };
    const older = { method: "ping" };
    const told = (revision: string) =>
      exchange(older, { error: withoutId, id: null }).map((one) => ({ ...one, version: revision }));
    expect(faultsOf(told("2025-06-18"))).toEqual([]);
    expect(faultsOf(told("2025-11-25"))).toHaveLength(1);
  });
});

describe("what the gateway sends by itself", () => {
  const towardsServer = { link: "server", from: "client" } as const;

  test("fits its direction and revision", () => {
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    const elicit = { jsonrpc: "2.0", id: 2, method: "elicitation/create", params: {} };
    expect(faultsOf([towardsClient(ping, towardsServer)])).toEqual([]);
    expect(faultsOf([towardsClient(ping, { ...towardsServer, version: "2026-07-28" })])).toEqual([
      "JSONRPCRequest: a client sends no ping here",
    ]);
    expect(faultsOf([towardsClient(elicit, towardsServer)])).toEqual([
      "JSONRPCRequest: a client sends no elicitation/create here",
    ]);
  });

  test("may be a method that no revision knows, as extensions have them", () => {
    const own = { jsonrpc: "2.0", id: 1, method: "example/own" };
    expect(faultsOf([towardsClient(own, towardsServer)])).toEqual([]);
    expect(faultsOf([towardsClient({ ...own, id: {} }, towardsServer)])).toHaveLength(1);
  });

  test("is JSON", () => {
    expect(faultsOf([towardsClient("Not found")])).toEqual(["JSONRPCMessage: is no object"]);
  });
});

test("what initialize agreed holds for its session, also on other exchanges", () => {
  const session = "s1";
  const opening = exchange(
    {
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "c", version: "1" },
      },
    },
    {
      result: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        serverInfo: { name: "s", version: "1" },
      },
    },
  ).map((recorded) => ({ ...recorded, session }));
  const later = towardsClient(
    {
      jsonrpc: "2.0",
      method: "notifications/elicitation/complete",
      params: { elicitationId: "e" },
    },
    { session, exchange: 1000, carrier: "GET 200" },
  );
  expect(validate([...opening, later]).invalid.map(({ revision }) => revision)).toEqual([
    "2025-06-18",
  ]);
  const newer = { ...later, session: null, version: "2025-11-25" };
  expect(validate([newer]).invalid).toEqual([]);
});

test("a fault that is only passed on is not the gateway's", () => {
  const wrong = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: 5 } };
  const version = "2025-11-25";
  const ofClient = towardsClient(wrong, { from: "client", version });
  const passedOn = towardsClient({ ...wrong, id: 40 }, { link: "server", from: "client", version });
  expect(validate([passedOn])).toMatchObject({ relayed: 0, invalid: [{ recorded: passedOn }] });
  expect(validate([ofClient, passedOn])).toMatchObject({ relayed: 1, invalid: [] });
});

test("stdio has no version in its headers: the requests before say it", () => {
  const acknowledged = {
    jsonrpc: "2.0",
    method: "notifications/subscriptions/acknowledged",
    params: { notifications: {} },
  };
  const stdio = { link: "server", exchange: 0, session: "process 1", carrier: "stdio" } as const;
  const listen = {
    jsonrpc: "2.0",
    id: 1,
    method: "subscriptions/listen",
    params: modern({ notifications: {} }),
  };
  const answer = towardsClient(acknowledged, stdio);
  expect(validate([answer]).fromServer).toHaveLength(1);
  expect(validate([towardsClient(listen, { ...stdio, from: "client" }), answer])).toMatchObject({
    invalid: [],
    fromServer: [],
  });
});

test("clients are not judged, and servers are told apart from the gateway", () => {
  const wrong = { jsonrpc: "2.0", id: 1, method: 5 };
  const ofClient = towardsClient(wrong, { from: "client" });
  const ofServer = towardsClient(wrong, { link: "server", from: "server" });
  const { validated, invalid, fromServer } = validate([ofClient, ofServer]);
  expect({ validated, invalid, fromServer: fromServer.length }).toEqual({
    validated: 0,
    invalid: [],
    fromServer: 1,
  });
});
