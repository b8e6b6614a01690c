import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { eventually } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from "../fixtures/authorization-server.ts";
import { visit } from "../fixtures/browser.ts";
import type { Era } from "../fixtures/conformance/protocol.ts";
import { type ProtectedServer, startProtectedServer } from "../fixtures/protected-server.ts";

/** How long a server may take to be listed after its sign-in, ms. */
const READY_MS = 20_000;

/** Of the life of tokens that end before the time that was promised. */
const EARLY_MS_PER_SECOND = 300;

/** A server that people sign in at, with the authorization server that it trusts. */
export interface Subject {
  era: Era;
  /** The name of the server and of the profile that has nothing else. */
  name: string;
  authorization: AuthorizationServer;
  server: ProtectedServer;
}

export interface Stage {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** What a client shows to the gateway. */
  token: string;
  subjects: Subject[];
}

const ADMIN = "lmg-admin-of-the-simulated-hour-0123456789";

/** Servers of both eras that are signed in at, in a data directory that no gateway holds now. */
export async function stage(accessTokenSeconds: number): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "sign-in-"));
  atEnd(async () => rmSync(root, { recursive: true, force: true }));
  const dataDir = join(root, "data");
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: root,
    AUTH_ENCRYPTION_SECRET: "a secret that opens the vault of this run",
    MCPGATEWAY_BEARER_TOKEN: ADMIN,
  };
  const subjects = await Promise.all(
    (["legacy", "modern"] as const).map((era) => subject(era, accessTokenSeconds)),
  );
  const gateway = await createGateway({ dataDir, kind: "cli", settings: { port: 0 }, env });
  try {
    await gateway.listen();
    for (const one of subjects) await signIn(gateway, one);
  } finally {
    await gateway.close();
  }
  return { dataDir, env, token: ADMIN, subjects };
}

async function subject(era: Era, accessTokenSeconds: number): Promise<Subject> {
  // Tokens of one end before they are renewed ahead of their time, those of the other after.
  const endsEarlyMs = era === "legacy" ? accessTokenSeconds * EARLY_MS_PER_SECOND : 0;
  const authorization = await startAuthorizationServer({ accessTokenSeconds, endsEarlyMs });
  atEnd(() => authorization.close());
  const server = await startProtectedServer({ trusts: authorization, era });
  atEnd(() => server.close());
  return { era, name: `far-${era}`, authorization, server };
}

async function signIn({ api }: Gateway, { name, server }: Subject): Promise<void> {
  const config = { transport: "http" as const, url: server.url };
  await api.servers.create({ name, config, confirmed: true });
  await api.profiles.create({ slug: name, servers: [name] });
  const { id, url } = await api.signIn.start({ server: name });
  await visit(url ?? "");
  const { state, problem } = await api.signIn.wait({ server: name, signIn: id });
  if (state !== "done") throw new Error(`${name} is not signed in at: ${problem?.message}`);
  const ready = await eventually(async () => {
    const { status } = await api.servers.get({ server: name });
    return status.state === "ready" ? true : undefined;
  }, READY_MS);
  if (ready === undefined) throw new Error(`${name} is not ready after its sign-in`);
}
