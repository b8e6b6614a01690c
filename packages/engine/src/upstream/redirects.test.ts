import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { RpcMessage } from "../jsonrpc.ts";
import {
  beginEvents,
  closedAfterEach,
  dataOf,
  type Got,
  launchOf,
  listener,
  sendJson,
  serve,
  soon,
  type TestServer,
} from "./http.fixture.ts";
import { HttpTransport } from "./http-transport.ts";
import { SseTransport } from "./sse-transport.ts";

const open = closedAfterEach();

async function server(answer: (got: Got, response: ServerResponse) => void): Promise<TestServer> {
  const made = await serve(answer);
  open.push(made);
  return made;
}

async function connected(url: string) {
  const transport = new HttpTransport({
    name: "one",
    launch: launchOf(url),
    maxMessageBytes: 1000,
  });
  const told = listener();
  await transport.open(told);
  open.push(transport);
  return { transport, told };
}

const request = (id: number, method: string): RpcMessage => ({ jsonrpc: "2.0", id, method });
const result = (id: unknown) => ({ jsonrpc: "2.0", id, result: {} });
const redirect = (response: ServerResponse, location: string, status = 307): void =>
  void response.writeHead(status, { location }).end();
const asked = ({ got }: TestServer): string[] => got.map(({ method, path }) => `${method} ${path}`);

describe("a server that sends us elsewhere on its own origin", () => {
  it("is asked there, with everything that it was asked with, and from then on there alone", async () => {
    const there = await server(({ path, body }, response) => {
      if (path === "/mcp") redirect(response, "/mcp/", 308);
      else sendJson(response, 200, result(body.id));
    });
    const { transport, told } = await connected(there.url);
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.messages).toHaveLength(1));
    transport.send(request(2, "tools/call"));
    await soon(() => expect(told.messages).toHaveLength(2));
    expect(asked(there)).toEqual(["POST /mcp", "POST /mcp/", "POST /mcp/"]);
    expect(there.got[1]?.headers.authorization).toBe("Bearer configured");
    expect(there.got[1]?.body).toEqual(there.got[0]?.body);
  });

  it("is not asked for ever where it never answers", async () => {
    const there = await server((_, response) => redirect(response, "/mcp"));
    const { transport, told } = await connected(there.url);
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status: 307, retry: "never" });
    expect(there.got).toHaveLength(4);
  });

  it("is not given a tool call twice", async () => {
    const there = await server((_, response) => redirect(response, "/elsewhere"));
    const { transport, told } = await connected(there.url);
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(asked(there)).toEqual(["POST /mcp"]);
  });

  it.each([301, 302, 303])("is not asked another way: %i", async (status) => {
    const there = await server((_, response) => redirect(response, "/mcp/", status));
    const { transport, told } = await connected(there.url);
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]?.reason.message).toContain(`redirects to ${there.url}/.`);
    expect(asked(there)).toEqual(["POST /mcp"]);
  });
});

describe("N-17: a server that sends us to another origin", () => {
  it.each(["initialize", "tools/list", "tools/call", "notifications/initialized"])(
    "is not followed with %s, and nobody there learns anything",
    async (method) => {
      const other = await server((_, response) => sendJson(response, 200, result(1)));
      const there = await server((_, response) => redirect(response, other.url));
      const { transport, told } = await connected(there.url);
      const isRequest = !method.startsWith("notifications/");
      transport.send(isRequest ? request(1, method) : { jsonrpc: "2.0", method });
      await soon(() => expect(there.ended()).toBe(1));
      const refused = () => told.closed.length + told.failures.length;
      await soon(() => expect(refused()).toBe(isRequest ? 1 : 0));
      expect([other.got, told.messages]).toEqual([[], []]);
    },
  );

  it.each([
    ["another scheme", (url: string) => url.replace("http:", "https:")],
    ["another name of the same computer", (url: string) => url.replace("127.0.0.1", "localhost")],
    ["no scheme", (url: string) => url.replace("http://127.0.0.1", "//127.0.0.2")],
    ["another user", (url: string) => url.replace("http://", "http://x:y@127.0.0.2/")],
    ["a cloud's credentials", () => "http://169.254.169.254/latest/meta-data/"],
    ["a file", () => "file:///etc/passwd"],
    ["no address", () => "http://["],
  ])("is told apart: %s", async (_, to) => {
    const there = await server((_got, response) => redirect(response, to(there.url)));
    const { transport, told } = await connected(there.url);
    transport.send(request(1, "initialize"));
    await soon(() => expect(told.closed).toHaveLength(1));
    expect(told.closed[0]).toMatchObject({ status: 307, retry: "never" });
    expect(told.closed[0]?.reason.message).toMatch(
      /redirects to .+\. What is configured is not sent on; if that is the right address, use it/,
    );
    expect(there.got).toHaveLength(1);
  });
});

describe("a server of 2024-11-05", () => {
  const opened = async (url: string) => {
    const launch = launchOf(url, "sse");
    const transport = new SseTransport({ name: "one", launch, maxMessageBytes: 1000 });
    open.push(transport);
    const told = listener();
    await transport.open(told);
    return { transport, told };
  };

  it("is asked where it sends us on its own origin, and its endpoint is read from there", async () => {
    const there = await server(({ method, path }, response) => {
      if (method === "POST") response.writeHead(202).end();
      else if (path === "/mcp") redirect(response, "/deeper/sse");
      else beginEvents(response, "event: endpoint\ndata: post\n\n", dataOf(result(1)));
    });
    const { transport, told } = await opened(there.url);
    await soon(() => expect(told.messages).toHaveLength(1));
    transport.send(request(2, "ping"));
    await soon(() => expect(there.got).toHaveLength(3));
    expect(asked(there)).toEqual(["GET /mcp", "GET /deeper/sse", "POST /deeper/post"]);
  });

  it("is not followed to another origin, neither with its stream nor with a message", async () => {
    const other = await server((_, response) =>
      beginEvents(response, "event: endpoint\ndata: /post\n\n"),
    );
    const there = await server(({ method, path }, response) => {
      if (method === "POST") redirect(response, other.url);
      else if (path === "/mcp") redirect(response, other.url, 308);
      else beginEvents(response, "event: endpoint\ndata: /post\n\n");
    });
    await expect(opened(there.url)).rejects.toThrow(`redirects to ${other.url}.`);
    const { transport, told } = await opened(there.url.replace("/mcp", "/sse"));
    transport.send(request(1, "tools/call"));
    await soon(() => expect(told.failures).toHaveLength(1));
    expect(other.got).toEqual([]);
  });
});
