/** A server over stdio with the tools of one catalogue: `node demo.ts github`. */
import { createInterface } from "node:readline";
import { CATALOGUE } from "./catalogue.ts";

const name = process.argv[2] ?? "";
const tools = (CATALOGUE[name] ?? []).map(([tool, description, kind]) => ({
  name: tool,
  description,
  inputSchema: {
    type: "object",
    properties: {
      name: { type: "string", description: "What it is called." },
      limit: { type: "integer", description: "At most so many.", minimum: 1, maximum: 100 },
      draft: { type: "boolean", description: "Only keep it, tell nobody." },
    },
    required: ["name"],
  },
  annotations: kind === "r" ? { readOnlyHint: true } : { destructiveHint: true },
}));

const ANSWERS: Record<string, (params: Record<string, unknown>) => unknown> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name, version: "2.4.0" },
  }),
  ping: () => ({}),
  "tools/list": () => ({ tools }),
  "tools/call": (params) => ({
    content: [{ type: "text", text: `${String(params["name"])}: done` }],
  }),
};

process.stderr.write(`${name}: ready\n`);
createInterface({ input: process.stdin }).on("line", (line) => {
  // Test traffic of our own gateway: well-formed by construction.
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = ANSWERS[method];
  const outcome = answer
    ? { result: answer(params ?? {}) }
    : { error: { code: -32_601, message: "Method not found" } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...outcome })}\n`);
});
