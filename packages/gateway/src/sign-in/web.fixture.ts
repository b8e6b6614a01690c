import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createFetch, type Fetch, type FetchOptions } from "@local-mcp/engine";
import { onTestFinished } from "vitest";
import type { Registration, RegistrationStore, SignInConfig } from "./sign-in-types.ts";

/** What a page answers: JSON, text, a status alone, or whatever it does by itself. */
export type Page =
  | { json: unknown; status?: number }
  | { text: string; type?: string }
  | { status: number; location?: string }
  | ((response: ServerResponse) => void);

interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A web server on the loopback interface, as its pages say; other paths are 404. */
export interface Site {
  url: string;
  host: string;
  pages: Record<string, Page>;
  asked: Asked[];
  /** The paths that were asked for, in order. */
  paths: () => string[];
  close: () => Promise<void>;
}

export async function site(pages: Record<string, Page> = {}): Promise<Site> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const { method = "", url: path = "", headers } = request;
      asked.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      answer(made.pages[path] ?? { status: 404 }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const made: Site = {
    url: `http://127.0.0.1:${address.port}`,
    host: `127.0.0.1:${address.port}`,
    pages,
    asked,
    paths: () => asked.map(({ path }) => path),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => made.close());
  return made;
}

function answer(page: Page, response: ServerResponse): void {
  if (typeof page === "function") return page(response);
  if ("json" in page) {
    response.writeHead(page.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(page.json));
  } else if ("text" in page) {
    response.writeHead(200, { "content-type": page.type ?? "application/json" }).end(page.text);
  } else {
    response.writeHead(page.status, page.location === undefined ? {} : { location: page.location });
    response.end();
  }
}

/** As the server at the URL is asked about its sign-in. */
export const fetchFor = (namedBy: string, change: Partial<FetchOptions> = {}): Fetch =>
  createFetch({
    routeTo: () => ({ proxy: null, certificates: [] }),
    policy: { signInOf: new URL(namedBy) },
    timeoutMs: 15_000,
    ...change,
  });

/** What an authorization server says of itself at its best. */
export const metadataOf = (issuer: string, change: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  code_challenge_methods_supported: ["S256"],
  ...change,
});

export const CONFIG: SignInConfig = {
  kind: "person",
  clientId: null,
  clientSecret: null,
  privateKey: null,
  clientMetadataUrl: null,
  issuer: null,
  scopes: null,
  parameters: {},
  pageParameters: {},
  redirectPort: null,
};

/** Keeps registrations while a test runs. */
export function registrationsOf(...kept: Registration[]): RegistrationStore {
  const byIssuer = new Map(kept.map((one) => [one.issuer, one]));
  return {
    list: () => [...byIssuer.values()],
    get: (issuer) => byIssuer.get(issuer) ?? null,
    put: (one) => void byIssuer.set(one.issuer, one),
    remove: (issuer) => void byIssuer.delete(issuer),
  };
}

/** What a promise was rejected with. */
export const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value: unknown) => ({ notRefused: value }),
    (error: unknown) => error,
  );
