/**
 * Remote servers for many connects, in a process of their own so that what they hold is counted
 * apart: `node peers.ts` prints their addresses as JSON, one line, and ends with its stdin.
 */
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { startSseServer } from "../fixtures/sse-server.ts";

const FORGET_MS = 1000;

const legacy = await startHttpServer({ fixture: { many: 1 } });
const sse = await startSseServer();
const modern = await startConformanceServer({ era: "modern" });
// What was received is for tests that look at it, and would fill the memory here.
setInterval(() => {
  for (const server of [legacy, sse]) {
    server.requests.length = 0;
    server.fixture.received.length = 0;
  }
}, FORGET_MS);
process.stdin.on("end", () => process.exit(0)).resume();
console.log(JSON.stringify({ legacy: legacy.url, modern: modern.url, sse: sse.url }));
