import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { z } from "zod";
import { startGateway } from "./test-gateway.ts";

export const ENCRYPTION_SECRET = "a-secret-of-a-test-that-is-long-enough";

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A gateway that is asked over HTTP alone, as a script would. */
export async function overHttp(options: Parameters<typeof startGateway>[0] = {}) {
  const started = await startGateway({
    env: { AUTH_ENCRYPTION_SECRET: ENCRYPTION_SECRET },
    ...options,
  });
  const { url } = await started.gateway.listen();
  const { token } = z
    .object({ token: z.string() })
    .parse(JSON.parse(readFileSync(join(started.dataDir, "runtime.json"), "utf8")));
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    other = token,
  ): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${other}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const { status, headers } = answer;
    return { status, headers, body: text === "" ? null : JSON.parse(text) };
  };
  return { ...started, url, token, ask };
}

/** What a script reads when it is refused. */
export const refusal = (status: number, code: string, detail: string | RegExp) => ({
  status,
  body: {
    detail: expect.stringMatching(detail),
    error: expect.objectContaining({ code, wayOut: expect.any(String) }),
  },
});
