import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { routingHeaders } from "@local-mcp/gateway";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { serve } from "./test-gateway.ts";

/**
 * Sends recorded messages of clients, damaged, to a real gateway. FUZZ_SECONDS says how long;
 * FUZZ_SEED repeats a run.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 3);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

const recorded = z.object({
  revision: z.string(),
  link: z.string(),
  from: z.string(),
  message: z.looseObject({ method: z.string().optional() }),
});
const corpus = readFileSync(join(import.meta.dirname, "../wire/corpus.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => recorded.parse(JSON.parse(line)))
  .filter(({ link, from }) => link === "client" && from === "client")
  // These wait, as they should.
  .filter(({ message }) => message.method !== "subscriptions/listen");

const JUNK = fc.oneof(
  fc.constantFrom(null, "", 0, -1, 1.5, true, [], {}, "../", "\u0000", 2 ** 60),
  fc.string({ maxLength: 20 }),
);

/** Puts junk in the place of one member, somewhere in the message. */
function replaced(value: unknown, path: readonly number[], junk: unknown): unknown {
  if (path.length === 0 || typeof value !== "object" || value === null) return junk;
  const keys = Object.keys(value);
  if (keys.length === 0) return junk;
  const [first = 0, ...rest] = path;
  const key = keys[first % keys.length] ?? "";
  const changed = replaced(Reflect.get(value, key), rest, junk);
  if (Array.isArray(value)) return value.map((one, at) => (String(at) === key ? changed : one));
  return { ...value, [key]: changed };
}

const damagedMessage = fc
  .tuple(
    fc.constantFrom(...corpus),
    fc.array(fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), JUNK), {
      maxLength: 3,
    }),
    fc.option(fc.tuple(fc.nat(), fc.string({ minLength: 1, maxLength: 3 }))),
  )
  .map(([{ message }, changes, cut]) => {
    const changed = changes.reduce<unknown>(
      (value, [path, junk]) => replaced(value, path, junk),
      message,
    );
    const json = JSON.stringify(changed) ?? "";
    if (!cut) return { message, body: json };
    const at = cut[0] % (json.length + 1);
    return { message, body: json.slice(0, at) + cut[1] + json.slice(at + 1) };
  });

/** One POST. Resolves with status and body; a stream is cut off once it has begun. */
function post(url: string, headers: Record<string, string>, body: string) {
  return new Promise<{ status: number; body: string | null }>((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers }, (response) => {
      const status = response.statusCode ?? 0;
      if (response.headers["content-type"]?.startsWith("text/event-stream")) {
        response.once("error", () => {});
        outgoing.destroy();
        resolve({ status, body: null });
      } else text(response).then((read) => resolve({ status, body: read }), reject);
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

const answer = z.union([
  z.looseObject({ jsonrpc: z.literal("2.0"), result: z.looseObject({}) }),
  z.looseObject({
    jsonrpc: z.literal("2.0"),
    error: z.looseObject({ code: z.number().int(), message: z.string() }),
  }),
]);

it(
  "damaged messages get a clear answer, and harm nobody",
  { timeout: SECONDS * 1000 + 60_000 },
  async () => {
    const server = await startConformanceServer({ era: "dual" });
    afterTest(() => server.close());
    const config = { transport: "http" as const, url: server.url };
    const { url, token, client, log } = await serve({ one: config });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(damagedMessage, async ({ message, body }) => {
        sent += 1;
        const headers = {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          authorization: `Bearer ${token}`,
          "mcp-session-id": client.sessionId ?? "",
          ...routingHeaders(message),
        };
        const { status, body: read } = await post(`${url}/mcp/dev`, headers, body);
        expect([200, 202, 400, 404]).toContain(status);
        const isEmpty = read === null || read === "";
        expect(isEmpty || answer.safeParse(JSON.parse(read)).success).toBe(true);
      }),
      { seed: SEED, numRuns: 100_000_000, interruptAfterTimeLimit: SECONDS * 1000 },
    );
    process.stdout.write(`fuzz: seed ${SEED}, ${sent} damaged messages\n`);
    expect(sent).toBeGreaterThan(50);
    expect(log.filter((line) => line.includes("request failed"))).toEqual([]);
    // Calls of the damaged messages may still run in this session, under ids like these.
    const ask = (method: string) => client.request(method, {}, { id: randomUUID() });
    expect(await ask("ping")).toEqual({});
    expect(JSON.stringify(await ask("tools/list"))).toContain("test_simple_text");
  },
);
