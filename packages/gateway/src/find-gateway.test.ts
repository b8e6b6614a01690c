import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findGateway } from "./find-gateway.ts";
import { proofOf, writeRuntime } from "./runtime-file.ts";

const TOKEN = "lmg_of-the-gateway-that-was-here";

/** What answers at the address that a data directory names, and what it was sent. */
async function at(proof: (challenge: string) => string | undefined) {
  const dataDir = mkdtempSync(join(tmpdir(), "lmg-find-"));
  const got: Pick<IncomingMessage, "method" | "url" | "rawHeaders">[] = [];
  const server = createServer(({ method, url, rawHeaders }, response) => {
    got.push({ method, url, rawHeaders });
    const challenge = new URL(url ?? "/", "http://here").searchParams.get("challenge") ?? "";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "ok", proof: proof(challenge) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It has no port.");
  const url = `http://127.0.0.1:${address.port}`;
  writeRuntime(join(dataDir, "runtime.json"), { pid: 1, url, token: TOKEN });
  return { url, got, found: () => findGateway({ dataDir, env: {} }) };
}

test("the gateway proves that it knows the token, and is not sent it for that", async () => {
  const { url, got, found } = await at((challenge) => proofOf(TOKEN, challenge));
  expect(await found()).toEqual({ pid: 1, url, token: TOKEN });
  await found();
  expect(JSON.stringify(got)).not.toContain(TOKEN);
  expect(new Set(got.map((request) => request.url)).size).toBe(2);
});

test.each<[string, (challenge: string) => string | undefined]>([
  ["says nothing", () => undefined],
  ["says the question again", (challenge) => challenge],
  ["knows another token", (challenge) => proofOf("lmg_another", challenge)],
  ["heard an earlier answer", () => proofOf(TOKEN, "0".repeat(64))],
])("a program that took the port and %s gets no token", async (_, proof) => {
  const { got, found } = await at(proof);
  expect(await found()).toBeNull();
  expect(got).toHaveLength(1);
  expect(JSON.stringify(got)).not.toContain(TOKEN);
});
