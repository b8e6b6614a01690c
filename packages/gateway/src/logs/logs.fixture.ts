import type { LogDetail, LogRow } from "@local-mcp/contract";

/** A tool call of a client that went well; with what is given in the place of that. */
export const rowOf = (parts: Partial<LogRow> = {}): LogRow => ({
  id: 7,
  correlation: "c",
  kind: "request",
  direction: "from_client",
  at: 1_763_800_000_000,
  durationMs: 12,
  outcome: "ok",
  client: "Cursor",
  clientVersion: "3.1",
  era: "legacy",
  profile: "dev",
  server: "files",
  session: "s",
  method: "tools/call",
  name: "search",
  requestBytes: 100,
  responseBytes: 200,
  httpStatus: 200,
  errorCode: null,
  pinned: false,
  hasNote: false,
  ...parts,
});

/** The same with its messages. @param message that the client sent */
export const detailOf = (message: unknown, parts: Partial<LogDetail> = {}): LogDetail => {
  const text = JSON.stringify(message);
  return {
    ...rowOf(parts),
    request: { text, bytes: Buffer.byteLength(text), cut: false },
    response: null,
    contents: "recorded",
    error: null,
    waitedMs: null,
    headMs: null,
    note: null,
    linked: [],
    ...parts,
  };
};

/** A message of a client that calls a tool. */
export const callOf = (args: unknown, name = "search", meta?: object) => ({
  jsonrpc: "2.0",
  id: 3,
  method: "tools/call",
  params: { name, arguments: args, ...(meta && { _meta: meta }) },
});
