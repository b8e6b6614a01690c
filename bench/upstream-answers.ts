import { MODERN_VERSION } from "../e2e/fixtures/conformance/protocol.ts";
import { isRecord, type Message } from "../e2e/fixtures/json-rpc.ts";

/** What a server of the benchmark shows: two tools in one of the eras, or many. */
export type Face = "legacy" | "modern" | "many";

export const TOOLS_OF_MANY = 40;

const property = (description: string): object => ({ type: "string", description });

/** As long as those of usual servers: about 500 characters each. */
const MANY = Array.from({ length: TOOLS_OF_MANY }, (_, at) => ({
  name: `tool_${at}`,
  description: `Does what tool ${at} is there for. Give it a path inside the project, and what to look for.`,
  inputSchema: {
    type: "object",
    properties: {
      path: property("Where to begin, relative to the folder of the project"),
      query: property("What to look for, as plain words"),
      limit: { type: "number", description: "How many results there may be at most" },
    },
    required: ["path"],
  },
}));
const FEW = ["echo", "bytes"].map((name) => ({ name, inputSchema: { type: "object" } }));

/** Says what it was told, or as much as was asked for. */
const called = ({ params }: Message): unknown => {
  const { name, arguments: told } = isRecord(params) ? params : {};
  const given = isRecord(told) ? told : {};
  const text =
    name === "bytes" ? "x".repeat(Number(given.count)) : `Echo: ${String(given.message)}`;
  return { content: [{ type: "text", text }] };
};

const resultOf = (message: Message, face: Face): unknown => {
  switch (message.method) {
    case "initialize":
      return {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "upstream", version: "1.0.0" },
      };
    case "server/discover":
      return face === "modern"
        ? { supportedVersions: [MODERN_VERSION], capabilities: { tools: {} } }
        : undefined;
    case "tools/list":
      return { tools: face === "many" ? MANY : FEW };
    case "tools/call":
      return called(message);
    case "ping":
      return {};
    default:
      return undefined;
  }
};

/** The answer to a request. Of the modern face it says that it is complete; what is legacy ignores that. */
export const answerTo = (message: Message, face: Face): Message => {
  const { id } = message;
  const result = resultOf(message, face);
  if (!isRecord(result)) {
    return { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } };
  }
  const complete = face === "modern" ? { resultType: "complete", ...result } : result;
  return { jsonrpc: "2.0", id, result: complete };
};
