import { GatewayError } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import type { Client } from "../definitions.ts";
import { errorOf, type JsonObject, type RpcNotification, resultOf } from "../jsonrpc.ts";
import { NO_SERVER_TRACE } from "../trace.ts";
import { type Caller, checkAbility, progressTokenOf, silentCaller, towards } from "./caller.ts";
import { ResourceLinks } from "./resource-links.ts";
import { UrlVisits } from "./url-visits.ts";

const trace = NO_SERVER_TRACE;
const NEVER = new AbortController().signal;

const client = (changes: Partial<Client> = {}): Client => ({
  id: "c",
  isSession: true,
  profileId: null,
  info: {},
  capabilities: {},
  logLevel: null,
  notify: () => {},
  ask: () => Promise.reject(new Error("not asked here")),
  ...changes,
});

/** A caller with what it hears and what it is asked. */
function heardBy(changes: Partial<Caller> = {}) {
  const heard: RpcNotification[] = [];
  const asked: unknown[] = [];
  const caller: Caller = {
    ...silentCaller(NEVER),
    client: client(),
    notify: (notification) => heard.push(notification),
    ask: async (method, params) => {
      asked.push([method, params]);
      return resultOf(1, {});
    },
    ...changes,
  };
  return { heard, asked, visits: new UrlVisits(), caller };
}

const progress = (params: JsonObject): RpcNotification => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params,
});
const log = (params: JsonObject): RpcNotification => ({
  jsonrpc: "2.0",
  method: "notifications/message",
  params,
});

describe("what a server tells a caller", () => {
  it("is progress under the caller's own token, or none", () => {
    const { heard, visits, caller } = heardBy({ progressToken: () => 0 });
    const told = progress({ progressToken: 99, progress: 1, "x-vendor": [1] });
    towards(caller, { server: "far", visits, roots: [], trace }).onNotification(told);
    expect(heard).toEqual([progress({ progressToken: 0, progress: 1, "x-vendor": [1] })]);
    const deaf = heardBy();
    towards(deaf.caller, { server: "far", visits, roots: [], trace }).onNotification(told);
    expect(deaf.heard).toEqual([]);
    const request = { jsonrpc: "2.0", id: 1, method: "x" } as const;
    expect(progressTokenOf({ ...request, params: { _meta: { progressToken: "t" } } })).toBe("t");
    expect(progressTokenOf({ ...request, params: { _meta: [] } })).toBeUndefined();
  });

  it.each([
    ["legacy", null, ["debug", "error", "loud"]],
    ["legacy", "error", ["error", "loud"]],
    ["modern", null, []],
    ["modern", "info", ["error", "loud"]],
  ] as const)("is logged to a %s caller that wants %s: %j", (era, logLevel, expected) => {
    const { heard, visits, caller } = heardBy({ era, client: client({ logLevel }) });
    const hooks = towards(caller, { server: "far", visits, roots: [], trace });
    for (const level of ["debug", "error", "loud"]) {
      hooks.onNotification(log({ level, logger: level === "error" ? "db" : "", data: 1 }));
    }
    expect(heard.map(({ params }) => params?.level)).toEqual(expected);
    for (const { params } of heard) {
      expect(params).toMatchObject({
        data: 1,
        logger: params?.level === "error" ? "far/db" : "far",
      });
    }
  });

  it("is anything else as it is", () => {
    const { heard, visits, caller } = heardBy();
    const note: RpcNotification = { jsonrpc: "2.0", method: "vendor/x", params: { a: 1 } };
    towards(caller, { server: "far", visits, roots: [], trace }).onNotification(note);
    expect(heard[0]).toBe(note);
  });
});

describe("what a server asks a caller", () => {
  const form = { message: "?", requestedSchema: {} };
  it.each<[string, JsonObject, JsonObject | undefined, boolean]>([
    ["elicitation/create", {}, form, false],
    ["elicitation/create", { elicitation: true }, form, false],
    ["elicitation/create", { elicitation: {} }, form, true],
    ["elicitation/create", { elicitation: { form: {} } }, form, true],
    ["elicitation/create", { elicitation: { url: {} } }, form, false],
    ["elicitation/create", { elicitation: {} }, { mode: "url" }, false],
    ["elicitation/create", { elicitation: { url: {} } }, { mode: "url" }, true],
    ["sampling/createMessage", { sampling: {} }, {}, true],
    ["sampling/createMessage", { sampling: {} }, { tools: [] }, false],
    ["sampling/createMessage", { sampling: {} }, { toolChoice: {} }, false],
    ["sampling/createMessage", { sampling: { tools: {} } }, { tools: [] }, true],
    ["roots/list", {}, undefined, false],
    ["roots/list", { roots: {} }, undefined, true],
    ["vendor/ask", {}, undefined, true],
    ["toString", {}, undefined, true],
  ])("%s of one that declared %j, with %j: %s", (method, capabilities, params, may) => {
    const check = (): void =>
      checkAbility(params === undefined ? { method } : { method, params }, capabilities);
    const refused = ((): string | null => {
      try {
        check();
        return null;
      } catch (error) {
        return error instanceof GatewayError ? error.code : String(error);
      }
    })();
    expect(refused).toBe(may ? null : "client_cannot");
  });

  it("goes to it whole, and a visited page is remembered as its own", async () => {
    const { asked, visits, caller } = heardBy({
      client: client({ capabilities: { elicitation: { url: {} } } }),
    });
    const hooks = towards(caller, { server: "far", visits, roots: [], trace });
    const params = { mode: "url", elicitationId: "e-1", "x-vendor": 1 };
    const request = { jsonrpc: "2.0", id: 9, method: "elicitation/create", params } as const;
    await hooks.onRequest(request, NEVER);
    expect(asked).toEqual([["elicitation/create", params]]);
    const complete = (elicitationId: unknown): RpcNotification => ({
      jsonrpc: "2.0",
      method: "notifications/elicitation/complete",
      params: { elicitationId },
    });
    expect(visits.clientOf(complete("e-1"))).toBe(caller.client);
    expect(visits.clientOf(complete("e-2"))).toBeUndefined();
    expect(visits.clientOf(complete(1))).toBeUndefined();
  });

  it("is not for the gateway's own window", async () => {
    const asked = silentCaller(NEVER).ask("roots/list", {}, NEVER);
    await expect(asked).rejects.toMatchObject({ code: "client_cannot_be_asked" });
  });
});

describe("the resources that results name", () => {
  it("are known by the server that named them last", () => {
    const links = new ResourceLinks();
    const content = [
      { type: "resource_link", uri: "a://1" },
      { type: "resource", resource: { uri: "a://2", text: "" } },
      { type: "text", text: "a://3", uri: "a://3" },
      { type: "resource_link", uri: 4 },
      null,
      { type: "resource" },
    ];
    links.remember("one", resultOf(1, { content }));
    const messages = [{ role: "user", content: { type: "resource_link", uri: "a://1" } }, 5];
    links.remember("two", resultOf(1, { messages }));
    links.remember("three", errorOf(1, -1, "no", { content }));
    links.remember("three", resultOf(1, { content: "a://1", messages: {} }));
    expect(["a://1", "a://2", "a://3"].map((uri) => links.serverOf(uri))).toEqual([
      "two",
      "one",
      undefined,
    ]);
  });

  it("are so many at most, the oldest forgotten first", () => {
    const links = new ResourceLinks();
    const name = (uri: string): void =>
      links.remember("one", resultOf(1, { content: [{ type: "resource_link", uri }] }));
    for (let count = 0; count < 2000; count += 1) name(`a://${count}`);
    name("a://0");
    name("a://new");
    expect(["a://0", "a://1", "a://2", "a://new"].map((uri) => links.serverOf(uri))).toEqual([
      "one",
      undefined,
      "one",
      "one",
    ]);
  });
});
