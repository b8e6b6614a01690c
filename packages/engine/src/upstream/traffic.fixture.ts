/** Messages and streams as servers of both eras send them, for tests that damage them. */

const TOOLS = {
  tools: [
    {
      name: "get_weather",
      title: "Wetter – 天気 🌦",
      inputSchema: {
        type: "object",
        properties: { city: { type: "string", "x-mcp-header": "City" } },
        required: ["city"],
      },
      _meta: { "vendor/x": [1, 2.5, null, true, '\u2028 \\ " \n'] },
    },
  ],
};

export const MESSAGES: readonly string[] = [
  { jsonrpc: "2.0", id: 1, method: "ping" },
  {
    jsonrpc: "2.0",
    id: 0,
    result: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: { listChanged: true }, logging: {} },
      serverInfo: { name: "größe", version: "1.0.0" },
    },
  },
  { jsonrpc: "2.0", id: "a-1", result: TOOLS },
  {
    jsonrpc: "2.0",
    id: 2,
    result: {
      ...TOOLS,
      resultType: "complete",
      ttlMs: 60_000,
      cacheScope: "public",
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "n", version: "2" } },
    },
  },
  {
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: 3, progress: 0.5, total: 1, message: "half" },
  },
  {
    jsonrpc: "2.0",
    id: 3,
    method: "elicitation/create",
    params: { message: "Name?", requestedSchema: { type: "object", properties: {} } },
  },
  {
    jsonrpc: "2.0",
    id: 4,
    result: {
      resultType: "input_required",
      inputRequests: { a: { method: "roots/list" } },
      requestState: "x".repeat(300),
    },
  },
  { jsonrpc: "2.0", id: 5, error: { code: -32022, message: "no", data: { supported: [] } } },
  { jsonrpc: "2.0", id: 6, result: { content: [{ type: "text", text: '{"id":9}\r\n"' }] } },
].map((message) => JSON.stringify(message));

export const STREAMS: readonly string[] = [
  MESSAGES.map((message) => `event: message\ndata: ${message}\n\n`).join(""),
  MESSAGES.map((message, at) => `id: ${at}\r\ndata: ${message}\r\n\r\n`).join(""),
  `id: e1\nretry: 500\ndata: \n\n: keep-alive\n\ndata:${MESSAGES[0]}\n\n`,
  `event: endpoint\ndata: /messages?session=1\n\n: ping\r\revent: message\rdata: {}\r\r`,
  `data: {"jsonrpc":\ndata: "2.0",\ndata: "method":"a/b"}\nid: größe\n\nid\ndata\n\n`,
];

export const HEADER_VALUES: readonly string[] = [
  "tools/call",
  "us west 1",
  "=?base64?5LiW55WM?=",
  "=?base64??=",
  "=?base64?PT9iYXNlNjQ/ZUE9PT89?=",
  "2026-07-28",
];
