import { expect, test } from "vitest";
import { bodyOf, LogStage } from "../../packages/gateway/src/logs/writer/log-store.fixture.ts";
import { dirtySamples } from "../../packages/vault/src/redaction/dirty.fixture.ts";

test("nothing that looks like a secret is written anywhere: messages, words, errors, names", () => {
  using stage = new LogStage();
  const dirty = dirtySamples().filter(({ what }) => !what.includes("three deep"));
  stage.write(
    dirty.map(({ text }) =>
      stage.entry({
        request: bodyOf(JSON.stringify({ params: { arguments: { text } } })),
        client: { name: text, version: text },
        name: text,
        sessionId: text,
        method: text,
        ended: {
          ...stage.end({ key: 0 }),
          error: { code: "internal", message: text },
          response: bodyOf(JSON.stringify({ result: { content: [{ type: "text", text }] } })),
        },
      }),
    ),
  );
  const missed = stage.holds(dirty.map(({ secret }) => secret));
  expect(missed.slice(Math.floor(dirty.length * 0.005))).toEqual([]);
  // What is removed stays within its string.
  const payloads = stage.all<{ request: string; answer: string }>(
    "SELECT request_payload AS request, response_payload AS answer FROM debug_logs WHERE typeof(request_payload) = 'text'",
  );
  expect(payloads).toHaveLength(dirty.length);
  for (const { request, answer } of payloads) {
    expect(JSON.parse(request)).toHaveProperty("params.arguments.text");
    expect(JSON.parse(answer)).toHaveProperty("result.content");
  }
});

test("nothing that looks like a secret is kept of messages to clients in sessions", () => {
  using stage = new LogStage();
  const dirty = dirtySamples().filter(({ what }) => !what.includes("three deep"));
  stage.store.keepMessages(
    dirty.flatMap(({ text }) =>
      [
        { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }] } },
        { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: text } },
      ].map((message) => ({
        sessionId: "abc123",
        at: 1,
        expiresAt: 2,
        body: bodyOf(JSON.stringify(message)),
      })),
    ),
    65_536,
  );
  const missed = stage.holds(dirty.map(({ secret }) => secret));
  expect(missed.slice(Math.floor(dirty.length * 0.005))).toEqual([]);
  const kept = stage.all<{ content: string }>(
    "SELECT content FROM mcp_messages WHERE session_id = 'abc123'",
  );
  expect(kept).toHaveLength(dirty.length * 2);
  for (const { content } of kept) expect(JSON.parse(content)).toMatchObject({ jsonrpc: "2.0" });
});
