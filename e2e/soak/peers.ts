/**
 * Remote servers of a soak, in a process of their own so that what they do is no part of what the
 * clients measure: `node peers.ts` prints {@link Addresses} as JSON, one line. Each line `lose` on
 * its stdin breaks the sessions and streams of the legacy ones; it ends with its stdin.
 */
import { createInterface } from "node:readline";
import { z } from "zod";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { startSseServer } from "../fixtures/sse-server.ts";

const FORGET_MS = 1000;
/** Of the access that the gateway gets, so that it is renewed all the time, seconds. */
const ACCESS_SECONDS = 4;

export const addresses = z.object({
  http: z.string(),
  sse: z.string(),
  "era-legacy": z.string(),
  "era-modern": z.string(),
  signin: z.string(),
});
export type Addresses = z.infer<typeof addresses>;

const main = async (): Promise<void> => {
  const http = await startHttpServer({ fixture: { name: "http" }, answer: "sse" });
  const sse = await startSseServer({ fixture: { name: "sse" } });
  const legacy = await startConformanceServer({ era: "legacy" });
  const modern = await startConformanceServer({ era: "modern" });
  const trusts = await startAuthorizationServer({ accessTokenSeconds: ACCESS_SECONDS });
  const signin = await startProtectedServer({ trusts, era: "legacy" });
  // What was received is for tests that look at it, and would fill the memory here.
  setInterval(() => {
    for (const server of [http, sse]) {
      server.requests.length = 0;
      server.fixture.received.length = 0;
    }
    trusts.requests.length = 0;
  }, FORGET_MS);
  const input = createInterface(process.stdin);
  input.on("line", () => {
    http.loseSessions();
    sse.dropStreams();
  });
  input.on("close", () => process.exit(0));
  const all: Addresses = {
    http: http.url,
    sse: sse.url,
    "era-legacy": legacy.url,
    "era-modern": modern.url,
    signin: signin.url,
  };
  console.log(JSON.stringify(all));
};

if (import.meta.main) await main();
