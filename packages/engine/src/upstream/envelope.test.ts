import { expect, it } from "vitest";
import { withEnvelope } from "./envelope.ts";

const ENVELOPE = {
  protocolVersion: "2026-07-28",
  clientInfo: { name: "n", version: "1", more: true },
  capabilities: { sampling: {} },
  logLevel: null,
};
const WRITTEN = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "n", version: "1", more: true },
  "io.modelcontextprotocol/clientCapabilities": { sampling: {} },
};
const LEVEL = "io.modelcontextprotocol/logLevel";

it("is put around params and leaves the rest of them alone", () => {
  const params = { name: "a", x: [1], _meta: { traceparent: "t", progressToken: 5 } };
  expect(withEnvelope(params, { ...ENVELOPE, logLevel: "debug" })).toEqual({
    name: "a",
    x: [1],
    _meta: { traceparent: "t", progressToken: 5, ...WRITTEN, [LEVEL]: "debug" },
  });
  expect(params).toEqual({ name: "a", x: [1], _meta: { traceparent: "t", progressToken: 5 } });
});

it("takes the place of another, whose log level goes too", () => {
  const before = withEnvelope({ a: 1 }, { ...ENVELOPE, protocolVersion: "x", logLevel: "info" });
  expect(withEnvelope(before, ENVELOPE)).toEqual({ a: 1, _meta: WRITTEN });
});

it.each([[undefined], [{ _meta: null }], [{ _meta: "text" }]])(
  "needs nothing to be put around: %j",
  (params) => {
    expect(withEnvelope(params, ENVELOPE)).toEqual({ _meta: WRITTEN });
  },
);
