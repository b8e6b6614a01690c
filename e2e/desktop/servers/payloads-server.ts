/**
 * A server over stdio that says nothing but payloads: in the names and descriptions of what it
 * offers, in its output, in answers and errors. `crash`: it only says one and ends.
 */
import { createInterface } from "node:readline";
import { PAYLOADS } from "./payloads.ts";

const [first = ""] = PAYLOADS;
const described = PAYLOADS.map((payload, at) => ({
  // One in four is called by it; clients are shown what of it a name may have.
  name: at % 4 === 0 ? payload : `tool_${at}`,
  title: payload,
  description: payload,
}));

const ANSWERS: Record<string, (params: Record<string, unknown>) => unknown> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {}, prompts: {}, resources: {} },
    serverInfo: { name: first, title: first, version: first },
    instructions: first,
  }),
  ping: () => ({}),
  "tools/list": () => ({
    tools: described.map((tool) => ({
      ...tool,
      inputSchema: {
        type: "object",
        properties: { [tool.description]: { type: "string", description: tool.description } },
      },
      annotations: { title: tool.description },
    })),
  }),
  "prompts/list": () => ({
    prompts: described.slice(0, 60).map((prompt) => ({
      ...prompt,
      arguments: [{ name: prompt.description, description: prompt.description }],
    })),
  }),
  "resources/list": () => ({
    resources: described.slice(0, 60).map((one, at) => ({ ...one, uri: `payload://${at}` })),
  }),
  "resources/templates/list": () => ({ resourceTemplates: [] }),
  "tools/call": () => ({
    content: PAYLOADS.map((text) => ({ type: "text", text })),
    isError: true,
  }),
};

process.stderr.write(`${PAYLOADS.join("\n")}\n`);
if (process.argv[2] === "crash") process.exit(1);
createInterface({ input: process.stdin }).on("line", (line) => {
  // Test traffic of our own gateway: well-formed by construction.
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = ANSWERS[method];
  const outcome = answer
    ? { result: answer(params ?? {}) }
    : { error: { code: -32_601, message: first } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...outcome })}\n`);
});
