import {
  createDb,
  createSealedValueQueries,
  createVaultQueries,
  type Db,
  mcpServers,
} from "@local-mcp/database";
import { SqliteStorageBackend } from "@local-mcp/sessions/server";
import { createVault, environmentProvider, type Vault } from "@local-mcp/vault";
import { TokenStore } from "../../packages/gateway/src/sign-in/token-store.ts";
import { createStores } from "../../packages/gateway/src/stores.ts";
import type { Sample } from "./samples.ts";

const ISSUER = "https://login.example";

/** The vault of a data directory that no gateway has open. */
export const vaultOf = (db: Db, secret: string): Vault => {
  const { slots, dataKeys } = createVaultQueries(db);
  return createVault({
    keyStore: {
      slots: () => slots.list(),
      putSlot: (slot) => slots.put(slot),
      deleteSlot: (id) => {
        slots.delete(id);
      },
      dataKeys: () => dataKeys.list(),
      putDataKey: (key) => dataKeys.put(key),
      deleteDataKey: (id) => dataKeys.delete(id),
      transaction: (work) => db.transaction(work),
    },
    values: createSealedValueQueries(db),
    ambient: () => [environmentProvider(secret)],
    now: () => Date.now(),
  });
};

/** Does something with the database of a directory and its vault, while no gateway has it. */
export const withVault = async <T>(
  database: string,
  secret: string,
  work: (db: Db, vault: Vault) => Promise<T>,
): Promise<T> => {
  const db = createDb({ path: database });
  try {
    const vault = vaultOf(db, secret);
    await vault.ready({ create: true });
    const done = await work(db, vault);
    vault.lock();
    return done;
  } finally {
    db.close();
  }
};

/** Stores what sign-ins end with, of so many servers as it takes: tokens, and registrations. */
export const storeTokens = (db: Db, vault: Vault, samples: readonly Sample[]): void => {
  const tokens = new TokenStore(createStores(db), vault);
  const servers = db.select().from(mcpServers).all();
  for (let at = 0; at < samples.length; at += 4) {
    const server = servers[(at / 4) % servers.length];
    if (server === undefined) throw new Error("there is no server to sign in to");
    const [access, refresh, client, registration] = samples.slice(at, at + 4);
    const issuer = `${ISSUER}/${at}`;
    const clientId = `client-${at}`;
    // A server has the tokens of one authorization server, and registrations at many.
    if (at / 4 < servers.length) {
      tokens.save(server.id, server.name, {
        issuer,
        clientId,
        audience: "https://mcp.example/mcp",
        account: null,
        scopes: [],
        expiresAt: null,
        accessToken: access?.value ?? "",
        refreshToken: refresh?.value ?? null,
      });
    }
    tokens.registrations(server.id, server.name).put({
      issuer,
      clientId,
      clientSecret: client?.value ?? null,
      clientSecretExpiresAt: null,
      authMethod: "client_secret_basic",
      redirectUri: "http://127.0.0.1:4999/callback",
      registrationAccessToken: registration?.value ?? null,
      registrationClientUri: `${issuer}/client`,
    });
  }
};

/** Stores sign-ins that are under way. */
export const storeSignIns = async (
  db: Db,
  vault: Vault,
  samples: readonly Sample[],
): Promise<void> => {
  const storage = new SqliteStorageBackend(db, { sealer: vault });
  for (let at = 0; at < samples.length; at += 3) {
    const [verifier, token, header] = samples.slice(at, at + 3);
    await storage.createSession({
      sessionId: `sign-in-${at}`,
      identity: "ada",
      serverUrl: `https://mcp.example/mcp?key=${encodeURIComponent(verifier?.value ?? "")}`,
      callbackUrl: "http://127.0.0.1/callback",
      transportType: "streamable_http",
      active: false,
      createdAt: Date.now(),
      codeVerifier: verifier?.value,
      ...(header && { headers: { "X-Key": header.value } }),
      ...(token && { tokens: { access_token: token.value, token_type: "Bearer" } }),
      clientInformation: { client_id: "ada", client_secret: verifier?.value },
    });
  }
};
