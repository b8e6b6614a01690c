import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { ConnectionTest } from "@local-mcp/contract";
import { z } from "zod";

/** How long one step may take, ms. */
const STEP_MS = 15_000;
const PROTOCOL_VERSION = "2025-11-25";

type Step = ConnectionTest["steps"][number];

interface Answer {
  status: number;
  sessionId: string | null;
  body: string;
}

/** What was said in the way of MCP, as far as the test reads it. */
const rpcAnswer = z.object({
  result: z
    .looseObject({
      serverInfo: z.looseObject({ name: z.string() }).optional(),
      tools: z.array(z.unknown()).optional(),
    })
    .optional(),
  error: z
    .looseObject({
      message: z.string(),
      data: z.looseObject({ wayOut: z.string().optional() }).optional(),
    })
    .optional(),
});

/** A step that did not pass, in one sentence. */
class StepFailed extends Error {}

/**
 * Goes the way of a client over HTTP: connects, says hello, lists the tools, and ends its session.
 * What is said of each step holds no token.
 *
 * @param name what it calls itself, so that it is not taken for a client
 */
export async function testConnection(options: {
  url: string;
  token: string | null;
  name: string;
  version: string;
}): Promise<ConnectionTest> {
  const { url, token, name, version } = options;
  let sessionId: string | null = null;

  const send = (method: "POST" | "DELETE", message?: unknown): Promise<Answer> =>
    exchange(url, method, message === undefined ? null : JSON.stringify(message), {
      "user-agent": name,
      accept: "application/json, text/event-stream",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(sessionId === null
        ? {}
        : { "mcp-session-id": sessionId, "mcp-protocol-version": PROTOCOL_VERSION }),
    });
  let greeting: Answer | null = null;

  const steps = await inOrder([
    [
      "connect",
      async () => {
        greeting = await send("POST", {
          jsonrpc: "2.0",
          id: 1,
          method: "initialize",
          params: {
            protocolVersion: PROTOCOL_VERSION,
            capabilities: {},
            clientInfo: { name, version },
          },
        });
        return `Connected to ${url}.`;
      },
    ],
    [
      "initialize",
      async () => {
        if (greeting === null) throw new StepFailed("Nothing was answered.");
        const { serverInfo } = resultOf(greeting, token !== null);
        ({ sessionId } = greeting);
        await send("POST", { jsonrpc: "2.0", method: "notifications/initialized" });
        return `${serverInfo?.name ?? "The gateway"} answered.`;
      },
    ],
    [
      "list",
      async () => {
        const answer = await send("POST", { jsonrpc: "2.0", id: 2, method: "tools/list" });
        const { tools = [] } = resultOf(answer, token !== null);
        return tools.length === 1 ? "Listed 1 tool." : `Listed ${tools.length} tools.`;
      },
    ],
  ]);
  if (sessionId !== null) await send("DELETE").catch(ignoreLost);
  return { ok: steps.every(({ outcome }) => outcome === "passed"), steps };
}

/** What is said instead where the gateway does not listen: nothing is sent. */
export const notListening = (url: string): ConnectionTest => ({
  ok: false,
  steps: [
    { step: "connect", outcome: "failed", durationMs: 0, message: `Nothing is served at ${url}.` },
    skipped("initialize"),
    skipped("list"),
  ],
});

const skipped = (step: Step["step"]): Step => ({
  step,
  outcome: "skipped",
  durationMs: 0,
  message: "Not tried.",
});

/** The session of a connection that broke ends by itself when it has been idle for long. */
const ignoreLost = (error: unknown): void => {
  if (!(error instanceof StepFailed)) throw error;
};

/** After a step that failed the others are not tried. */
async function inOrder(steps: readonly [Step["step"], () => Promise<string>][]): Promise<Step[]> {
  const done: Step[] = [];
  let failed = false;
  for (const [step, work] of steps) {
    if (failed) {
      done.push(skipped(step));
      continue;
    }
    const began = performance.now();
    const ended = (outcome: "passed" | "failed", message: string): void => {
      done.push({ step, outcome, durationMs: performance.now() - began, message });
    };
    try {
      ended("passed", await work());
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      failed = true;
      ended("failed", error.message);
    }
  }
  return done;
}

function resultOf({ status, body }: Answer, withToken: boolean) {
  if (status === 401) {
    throw new StepFailed(
      withToken
        ? "The token was refused. It is not valid here; it may have been revoked."
        : "The address needs a token, and none was sent.",
    );
  }
  const parsed = rpcAnswer.safeParse(jsonOf(body));
  const error = parsed.data?.error;
  if (error) {
    throw new StepFailed([error.message, error.data?.wayOut ?? ""].join(" ").trim().slice(0, 1000));
  }
  const result = parsed.data?.result;
  if (status !== 200 || !result) {
    throw new StepFailed(`The answer was HTTP ${status}, and not one of MCP.`);
  }
  return result;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** @throws StepFailed where nothing answers */
function exchange(
  url: string,
  method: string,
  body: string | null,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const lost = (error: Error): void => {
      const reason = "code" in error ? String(error.code) : error.message;
      reject(new StepFailed(`Nothing answers at ${url} (${reason}).`));
    };
    const outgoing = request(
      url,
      {
        method,
        agent: false,
        signal: AbortSignal.timeout(STEP_MS),
        headers: {
          ...headers,
          ...(body === null
            ? {}
            : {
                "content-type": "application/json",
                "content-length": String(Buffer.byteLength(body)),
              }),
        },
      },
      (response) => {
        const sessionId = response.headers["mcp-session-id"];
        text(response).then(
          (received) =>
            resolve({
              status: response.statusCode ?? 0,
              sessionId: typeof sessionId === "string" ? sessionId : null,
              body: received,
            }),
          lost,
        );
      },
    );
    outgoing.on("error", lost);
    outgoing.end(body ?? undefined);
  });
}
