import type { ServerResponse } from "node:http";
import type { AccessRefusal, Authorization } from "../definitions.ts";
import { type Got, launchOf } from "./http.fixture.ts";

/** An {@link Authorization} that does what the test says. */
export class Keys implements Authorization {
  value: string | null = "Bearer one";
  /** Thrown in place of a value. */
  error: Error | null = null;
  /** Values that come in place of one that is refused, one after another. */
  next: string[] = [];
  readonly refusals: AccessRefusal[] = [];
  /** How often a value was asked for. */
  asked = 0;
  #held: { promise: Promise<void>; resolve: () => void } | null = null;

  async header(): Promise<string | null> {
    this.asked += 1;
    const held = this.#held;
    if (held) await held.promise;
    if (this.error) throw this.error;
    return this.value;
  }

  async refused(refusal: AccessRefusal): Promise<boolean> {
    this.refusals.push(refusal);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.error) throw this.error;
    if (refusal.status === 401 && refusal.used !== this.value) return true;
    const next = this.next.shift();
    if (next !== undefined) this.value = next;
    return next !== undefined;
  }

  /** Who asks for a value waits from now on, until the returned function is called. */
  hold(): () => void {
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    this.#held = { promise, resolve };
    return () => {
      this.#held = null;
      resolve();
    };
  }
}

/** As {@link launchOf}, with an Authorization header that is not to be sent. */
export const launchWith = (
  keys: Authorization,
  url: string,
  transport: "http" | "sse" = "http",
) => {
  const { headers, ...launch } = launchOf(url, transport);
  return { ...launch, headers: { ...headers, "x-own": "kept" }, authorization: keys };
};

export const METADATA = "https://mcp.test/.well-known/oauth-protected-resource";

/** Whether a request shows one of these values; it is refused where it does not. */
export function admitted(got: Got, response: ServerResponse, values: readonly string[]): boolean {
  if (values.includes(got.headers.authorization ?? "")) return true;
  const challenge = `Bearer error="invalid_token", resource_metadata="${METADATA}"`;
  response.writeHead(401, { "WWW-Authenticate": challenge }).end("no");
  return false;
}

/** Refuses a request for what its sign-in does not allow. */
export const forbid = (response: ServerResponse, scope = "files:write"): void =>
  void response
    .writeHead(403, { "WWW-Authenticate": `Bearer error="insufficient_scope", scope="${scope}"` })
    .end();
