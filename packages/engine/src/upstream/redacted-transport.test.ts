import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { UpstreamFailure } from "./failure.ts";
import { type Got, launchOf, sendJson, serve } from "./http.fixture.ts";
import { redactedFailure, redactedTransport } from "./redacted-transport.ts";
import { callOf, client, failed, FarEnd, upstreamFor } from "./test-kit.ts";

const redact = (text: string): string => text.replaceAll("otter", "[removed]");

/** An upstream whose server answers `tools/call` and `initialize` as a test says. */
const upstreamThat = async (
  answer: (got: Got, response: ServerResponse) => void,
): Promise<ReturnType<typeof upstreamFor> & { end: () => Promise<void> }> => {
  const server = await serve((got, response) => {
    const { id, method } = got.body;
    if (method === "tools/call" || method === "initialize") answer(got, response);
    else if (method === "tools/list") {
      sendJson(response, 200, { jsonrpc: "2.0", id, result: { tools: [{ name: "tell" }] } });
    } else if (id === undefined) response.writeHead(202).end();
    else sendJson(response, 200, { jsonrpc: "2.0", id, error: { code: -32601, message: "none" } });
  });
  const made = upstreamFor(launchOf(server.url), {}, { redact });
  const end = async (): Promise<void> => {
    await made.upstream.stop();
    await server.close();
  };
  return { ...made, end };
};

const initialized = ({ body: { id } }: Got, response: ServerResponse): void =>
  sendJson(response, 200, {
    jsonrpc: "2.0",
    id,
    result: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "one", version: "1" },
    },
  });

test("what a server says when it refuses is shown without secrets", async () => {
  const { ready, upstream, end } = await upstreamThat((_, response) => {
    response.writeHead(403).end("no account otter here");
  });
  try {
    expect(await ready()).toBe("failed");
    expect(upstream.observation.reason).toMatchObject({ detail: "no account [removed] here" });
  } finally {
    await end();
  }
});

test("so is the error of a handshake", async () => {
  const { ready, upstream, end } = await upstreamThat(({ body: { id } }, response) =>
    sendJson(response, 200, { jsonrpc: "2.0", id, error: { code: -1, message: "otter is out" } }),
  );
  try {
    expect(await ready()).toBe("failed");
    expect(upstream.observation.reason).toMatchObject({ detail: "[removed] is out" });
  } finally {
    await end();
  }
});

test("a result is the client's, and is left as it is", async () => {
  const result = { content: [{ type: "text", text: "otter" }] };
  const { ready, upstream, end } = await upstreamThat((got, response) => {
    if (got.body.method === "initialize") initialized(got, response);
    else sendJson(response, 200, { jsonrpc: "2.0", id: got.body.id, result });
  });
  try {
    expect(await ready()).toBe("ready");
    const answered = await upstream.call("tools/call", { name: "tell" }, callOf(client("a")).call);
    expect(answered).toMatchObject({ response: { result } });
  } finally {
    await end();
  }
});

test("a connection that ends says why without secrets, to its calls as well", async () => {
  const far = new FarEnd();
  const closed: UpstreamFailure[] = [];
  const refused: unknown[] = [];
  const transport = redactedTransport(far, redact);
  await transport.open({
    onMessage: () => "other",
    onRequestFailed: (_, error) => refused.push(error) > 0,
    onPaused: () => {},
    onHead: () => {},
    onGap: () => {},
    onClosed: (failure) => closed.push(failure),
  });
  const failure = new UpstreamFailure("exited", "otter stopped", {
    retry: "later",
    status: 502,
    sessionLost: true,
    neverProcessed: true,
    detail: "last: otter",
  });
  far.events?.onRequestFailed(1, failure);
  far.events?.onClosed(failure);
  for (const told of [...refused, ...closed]) {
    expect(told).toMatchObject({
      message: "[removed] stopped",
      reason: { code: "exited", message: "[removed] stopped", detail: "last: [removed]" },
      retry: "later",
      status: 502,
      sessionLost: true,
      neverProcessed: true,
    });
  }
  expect(closed).toHaveLength(1);
});

test("a failure that holds none stays the one it is", () => {
  const failure = new UpstreamFailure("exited", "one stopped", { retry: "later" });
  expect(redactedFailure(failure, redact)).toBe(failure);
});

test("a transport that cannot be opened says why without secrets", async () => {
  const far = Object.assign(new FarEnd(), {
    open: () => Promise.reject(new UpstreamFailure("exited", "otter!", { retry: "never" })),
  });
  const error = await failed(
    redactedTransport(far, redact).open({
      onMessage: () => "other",
      onRequestFailed: () => false,
      onPaused: () => {},
      onHead: () => {},
      onGap: () => {},
      onClosed: () => {},
    }),
  );
  expect(error).toMatchObject({ message: "[removed]!", retry: "never" });
});
