/**
 * The client that the client suite runs: `node client-driver.ts URL`. It starts a gateway whose
 * only server is the suite's, and uses it as a client of the revision under test, so that what the
 * suite sees is the gateway's upstream side. CONFORMANCE_WIRE names a file for the recorded traffic,
 * which is there once the driver has come to its end. It ends with 1 where a sign-in was refused.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerConfigWrite } from "@local-mcp/contract";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { z } from "zod";
import { eventually } from "../command-line.ts";
import { createRecording } from "../wire/record.ts";
import { startRecordingProxy } from "../wire/recording-proxy.ts";
import { answerInput, exercise, type Ask } from "./exercise.ts";
import { LegacyClient } from "./legacy-client.ts";
import { ModernClient } from "./modern-client.ts";
import { configuredSignIn, isAboutSignIn, signInContext, useSignedIn } from "./person.ts";

const SERVER = "subject";
/** How long the server may take to be reached or given up, ms. */
const SETTLED_MS = 15_000;

const contextSchema = signInContext.extend({
  toolCalls: z
    .array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }))
    .default([]),
});

const {
  MCP_CONFORMANCE_CONTEXT: contextText = "{}",
  MCP_CONFORMANCE_PROTOCOL_VERSION: revision = "2025-11-25",
  MCP_CONFORMANCE_SCENARIO: scenario = "",
} = process.env;
const { CONFORMANCE_WIRE: wireFile } = process.env;

const untilSettled = async (gateway: Gateway): Promise<void> => {
  await eventually(async () => {
    const { status } = await gateway.api.servers.get({ server: SERVER });
    return ["ready", "failed", "needs_sign_in"].includes(status.state) ? true : undefined;
  }, SETTLED_MS);
};

/** A client of the era that the revision belongs to. */
const connect = async (url: string): Promise<{ ask: Ask; leave: () => Promise<void> }> => {
  if (revision === "2026-07-28") {
    const client = new ModernClient(url, answerInput);
    return { ask: (method, params) => client.request(method, params), leave: async () => {} };
  }
  const client = await LegacyClient.connect(url, revision, answerInput);
  return {
    ask: (method, params) => client.request(method, params),
    leave: () => client.close(),
  };
};

const drive = async (serverUrl: string): Promise<void> => {
  const recording = createRecording();
  const root = await mkdtemp(join(tmpdir(), "conformance-client-"));
  const context = contextSchema.parse(JSON.parse(contextText));
  const signsIn = isAboutSignIn(scenario);
  // Signing in is about the server's own address, which a recorder before it would not have.
  const server = signsIn
    ? { url: serverUrl, close: async () => {} }
    : await startRecordingProxy({ target: serverUrl, link: "server", record: recording.record });
  const gateway = await createGateway({
    dataDir: join(root, "data"),
    kind: "serve",
    settings: { port: 0 },
    log: (line) => console.error(line),
    env: { PATH: process.env.PATH, HOME: root },
  });
  const { api } = gateway;
  try {
    if (signsIn) await api.vault.init({ passphrase: "a passphrase of the conformance run" });
    const signIn = signsIn ? configuredSignIn(scenario, context) : undefined;
    const config: ServerConfigWrite = { transport: "http", url: server.url, headers: {}, signIn };
    await api.servers.create({ name: SERVER, config, confirmed: true });
    await api.profiles.create({ slug: SERVER, servers: [SERVER], allowWithoutToken: true });
    const { url } = await gateway.listen();
    await untilSettled(gateway);
    const client = await startRecordingProxy({
      target: `${url}/mcp/${SERVER}`,
      link: "client",
      record: recording.record,
    });
    const { ask, leave } = await connect(client.url);
    const use = () => exercise(ask, context.toolCalls);
    if (!signsIn) await use();
    else if (!(await useSignedIn(api, SERVER, use, () => untilSettled(gateway)))) {
      process.exitCode = 1;
    }
    await leave();
    await client.close();
  } finally {
    await gateway.close();
    await server.close();
    await rm(root, { recursive: true, force: true });
  }
  if (wireFile !== undefined) await recording.save(wireFile);
};

const serverUrl = process.argv.at(-1);
if (serverUrl === undefined) throw new Error("usage: node client-driver.ts URL");
await drive(serverUrl);
