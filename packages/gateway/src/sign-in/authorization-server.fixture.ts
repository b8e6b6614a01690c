import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

interface Grant {
  challenge: string;
  redirectUri: string;
  clientId: string;
  resource: string;
  isUsed: boolean;
}

/** The answer to one token request of a device, or to be cut off. */
type DeviceAnswer = { error: string } | "cut" | "tokens";

/**
 * An authorization server as small as one can be that still checks what it is shown: codes are for
 * one client, one address, one resource and one verifier, and for one use.
 */
export class SmallAuthorizationServer {
  issuer = "";
  /** What came to the token endpoint, in order. */
  readonly tokenRequests: URLSearchParams[] = [];
  reused = 0;
  /** In place of the next answer to a code. */
  nextAnswer: { status: number; body: unknown } | null = null;
  readonly deviceAnswers: DeviceAnswer[] = [];
  deviceAuthorization: Record<string, unknown> = {
    device_code: "device-code-canary",
    user_code: "WDJB-MJHT",
    expires_in: 300,
    interval: 5,
  };
  /** Resolves before a code is exchanged. */
  gate: Promise<void> = Promise.resolve();
  readonly #grants = new Map<string, Grant>();
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (typeof address === "object") this.issuer = `http://127.0.0.1:${address?.port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get metadata() {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      device_authorization_endpoint: `${this.issuer}/device`,
    };
  }

  /** What a browser does when a person says yes: where it ends up, with `changes` made to that. */
  approve(page: string, changes: Record<string, string | string[] | null> = {}): string {
    const asked = new URL(page).searchParams;
    const code = randomUUID();
    this.#grants.set(code, {
      challenge: asked.get("code_challenge") ?? "",
      redirectUri: asked.get("redirect_uri") ?? "",
      clientId: asked.get("client_id") ?? "",
      resource: asked.get("resource") ?? "",
      isUsed: false,
    });
    const back = new URL(asked.get("redirect_uri") ?? "");
    const answer = { code, state: asked.get("state"), iss: this.issuer, ...changes };
    for (const [name, value] of Object.entries(answer)) {
      for (const one of [value].flat()) if (one !== null) back.searchParams.append(name, one);
    }
    return back.href;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = new URLSearchParams(await text(request));
    if (request.url === "/device") {
      const page = { verification_uri: `${this.issuer}/activate` };
      json(response, 200, { ...page, ...this.deviceAuthorization });
      return;
    }
    this.tokenRequests.push(asked);
    if (asked.get("grant_type") !== "authorization_code") {
      const answer = this.deviceAnswers.shift() ?? { error: "authorization_pending" };
      if (answer === "cut") response.destroy();
      else if (answer === "tokens") json(response, 200, tokens());
      else json(response, 400, answer);
      return;
    }
    await this.gate;
    const refusal = this.#refusalOf(asked);
    const { status, body } = this.nextAnswer ?? {
      status: refusal ? 400 : 200,
      body: refusal ? { error: "invalid_grant", error_description: refusal } : tokens(),
    };
    this.nextAnswer = null;
    json(response, status, body);
  }

  #refusalOf(asked: URLSearchParams): string | null {
    const grant = this.#grants.get(asked.get("code") ?? "");
    if (!grant) return "no such code";
    if (grant.isUsed) {
      this.reused += 1;
      return "used before";
    }
    grant.isUsed = true;
    const verifier = asked.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (challenge !== grant.challenge) return "another verifier";
    if (asked.get("redirect_uri") !== grant.redirectUri) return "another address";
    if (asked.get("client_id") !== grant.clientId) return "another client";
    return asked.get("resource") === grant.resource ? null : "another resource";
  }
}

const tokens = () => ({
  access_token: `access-${randomUUID()}`,
  refresh_token: `refresh-${randomUUID()}`,
  token_type: "Bearer",
  expires_in: 300,
});

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};
