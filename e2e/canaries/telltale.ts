/**
 * A stdio server that tells everything it was given: `node telltale.ts MODE`. Secrets are the values
 * of the variables S0, S1… and the arguments after MODE. In every mode it writes them to its stderr
 * as programs do: raw, in JSON, as an object dump, in a URL. `serves` then works, with tools that
 * tell them in their result, error, progress or question; `chatters` writes them to its stdout
 * as well, where only messages belong; `dies` ends at once.
 */
import { createInterface } from "node:readline";
import { inspect } from "node:util";

const [mode = "", ...args] = process.argv.slice(2);
const own = Object.entries(process.env).filter(([name]) => /^S\d+$/.test(name));
const secrets = [...own.map(([, value]) => value ?? ""), ...args];
const ascii = secrets.map((secret) => encodeURIComponent(secret));

const tellings = [
  ...secrets.map((secret) => `refused: ${secret}`),
  ...secrets.map((secret) => JSON.stringify({ level: "debug", given: secret })),
  inspect({ env: Object.fromEntries(own), argv: process.argv }),
  ...ascii.map((secret) => `GET https://api.example/v1?key=${secret}&page=2 401`),
  `Authorization: Basic ${Buffer.from(`ada:${secrets[0]}`).toString("base64")}`,
  ...secrets.map((secret) => new Error(`${secret} was refused`).stack),
].join("\n");
process.stderr.write(`${tellings}\n`);
if (mode === "dies") process.exit(3);
if (mode === "chatters") process.stdout.write(`${tellings}\n${JSON.stringify({ secrets })}\n`);

const tools = ["tell", "fail", "crash", "steps", "ask"].map((name) => ({
  name,
  inputSchema: { type: "object" },
}));

const answer = (method: string, name: unknown): object => {
  if (method === "initialize") {
    return {
      result: {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "telltale", version: "1" },
      },
    };
  }
  if (method === "tools/list") return { result: { tools } };
  if (name === "crash") process.exit(9);
  if (name === "fail")
    return { error: { code: -32000, message: secrets.join(" "), data: secrets } };
  const content = [{ type: "text", text: secrets.join("\n") }];
  return { result: { content, structuredContent: { secrets } } };
};

const send = (message: object): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
};

const tellProgress = (progressToken: unknown): void => {
  const params = { progressToken, progress: 1, total: 2, message: secrets.join(" ") };
  send({ method: "notifications/progress", params });
};

/** The calls that wait for an answer to a question, by the id of that. */
const asked = new Map<unknown, unknown>();

const askOnAccountOf = (call: unknown): void => {
  const id = `question-${asked.size}`;
  asked.set(id, call);
  const requestedSchema = { type: "object", properties: { name: { type: "string" } } };
  const params = { message: secrets.join(" "), requestedSchema };
  send({ id, method: "elicitation/create", params });
};

createInterface(process.stdin).on("line", (line) => {
  // A fixture: what a client sends it is what its own gateway wrote.
  const { id, method, params, result, error } = JSON.parse(line);
  if (id === undefined) return;
  // The answer to its question: what it was asked on account of is answered with it.
  if (method === undefined) {
    const content = [{ type: "text", text: JSON.stringify({ result, error }) }];
    send({ id: asked.get(id), result: { content } });
    return;
  }
  process.stderr.write(`${method}: ${secrets.join(" | ")}\n`);
  if (params?.name === "steps") tellProgress(params._meta?.progressToken);
  if (params?.name === "ask") askOnAccountOf(id);
  else send({ id, ...answer(method, params?.name) });
});
