import type { Server } from "node:net";
import { createServer } from "node:net";
import type { GatewayError } from "@local-mcp/contract";
import { MemoryStorageBackend, type StorageBackend } from "@local-mcp/sessions";
import { createRedactor } from "@local-mcp/vault";
import { SmallAuthorizationServer } from "./authorization-server.fixture.ts";
import { contextOf, type SignInRequest } from "./begin-sign-in.ts";
import type { After } from "./callback-listener.ts";
import type { OAuthClient, TokenAnswer } from "./sign-in-types.ts";
import type { StoredSignIn } from "./stored-sign-in.ts";
import { SignInsUnderWay } from "./under-way.ts";

/** A clock that stands still until it is told to go on. */
class StandingClock {
  #time = 1_800_000_000_000;
  readonly #waiting = new Set<{ at: number; run: () => void }>();

  readonly now = (): number => this.#time;

  readonly after: After = (ms, run) => {
    const entry = { at: this.#time + ms, run };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  };

  /** How many things wait for it. */
  get waiting(): number {
    return this.#waiting.size;
  }

  pass(ms: number): void {
    this.#time += ms;
    for (const entry of this.#waiting) {
      if (entry.at > this.#time) continue;
      this.#waiting.delete(entry);
      entry.run();
    }
  }
}

/** What a sign-in brought. */
interface Kept {
  answer: TokenAnswer;
  client: OAuthClient;
  scopes: string[];
}

/** Sign-ins at a small authorization server, with what came of them. */
export class Bench {
  readonly clock = new StandingClock();
  readonly server = new SmallAuthorizationServer();
  readonly redactor = createRedactor();
  readonly sessions: StorageBackend;
  readonly kept: Kept[] = [];
  readonly failures: GatewayError[] = [];
  readonly changes: string[] = [];
  /** All that was logged. */
  log = "";
  signIns: SignInsUnderWay;

  constructor(sessions?: StorageBackend) {
    this.sessions = sessions ?? new MemoryStorageBackend({ now: this.clock.now });
    this.signIns = this.#create();
  }

  static async open(sessions?: StorageBackend): Promise<Bench> {
    const bench = new Bench(sessions);
    await bench.server.open();
    return bench;
  }

  async close(): Promise<void> {
    await this.signIns.close();
    await this.server.close();
  }

  /** As after the end of one process and the start of the next. */
  async restart(): Promise<void> {
    await this.signIns.close();
    this.signIns = this.#create();
  }

  request(changes: Partial<SignInRequest> = {}): SignInRequest {
    return {
      server: { id: "s1", name: "github", url: "https://mcp.example/", transport: "http" },
      way: "browser",
      discovered: {
        authorizationServer: this.server.metadata,
        resource: "https://mcp.example/",
        resourceScopes: null,
        isAssumed: false,
      },
      scopes: ["read", "write"],
      parameters: {},
      pageParameters: {},
      redirectPort: null,
      preferredPort: null,
      clientFor: async () => this.client(),
      namedBy: new URL(this.server.issuer),
      fetch: (url, init) => fetch(url, init),
      redactor: this.redactor,
      onTokens: (answer, client, scopes) => this.kept.push({ answer, client, scopes }),
      onFailed: (error) => this.failures.push(error),
      ...changes,
    };
  }

  client(): OAuthClient {
    return {
      issuer: this.server.issuer,
      clientId: "gateway",
      authMethod: "none",
      clientSecret: null,
      privateKey: null,
    };
  }

  /** Begins one, and gives back what a test goes on with. */
  async begin(changes: Partial<SignInRequest> = {}) {
    const request = this.request(changes);
    const { id, url, ...started } = await this.signIns.begin(request);
    const page = url ?? "";
    const redirectUri = new URL(page).searchParams.get("redirect_uri") ?? "";
    return {
      id,
      page,
      started,
      redirectUri,
      port: redirectUri === "" ? 0 : Number(new URL(redirectUri).port),
      outcome: () => this.signIns.wait(request.server.id, id),
      paste: (text: string) => this.signIns.finish(request.server.id, id, text),
    };
  }

  /** With what a sign-in goes on after a restart. */
  recalled(stored: StoredSignIn) {
    const request = this.request({ scopes: stored.scopes });
    const context = contextOf(request, stored.client, this.clock.now);
    return { ...request, context: async () => context };
  }

  #create(): SignInsUnderWay {
    const note = (message: string, fields?: Record<string, unknown>): void => {
      this.log += `${message} ${JSON.stringify(fields)}\n`;
    };
    return new SignInsUnderWay({
      sessions: this.sessions,
      now: this.clock.now,
      after: this.clock.after,
      onChange: (serverId) => this.changes.push(serverId),
      log: { info: note, warn: note, error: note },
    });
  }
}

/** Visits an address as a browser does, to the page that it ends up at. */
export async function visit(address: string) {
  const first = await fetch(address, { redirect: "manual" });
  const location = first.headers.get("location");
  const last = location === null ? first : await fetch(new URL(location, address));
  const html = await last.text();
  return {
    status: first.status,
    landed: last.url,
    shown: last.status,
    html,
    headers: last.headers,
  };
}

/** Takes a port, as another program would; null where it is not free. */
export const take = (port: number): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });

export const isFree = async (port: number): Promise<boolean> => {
  const server = await take(port);
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  return server !== null;
};
