import {
  createDb,
  createSealedValueQueries,
  createVaultQueries,
  type Db,
  mcpServers,
  oauthClientRegistrations,
  oauthTokens,
} from "@local-mcp/database";
import { SqliteStorageBackend } from "@local-mcp/sessions/server";
import { createVault, environmentProvider, type Vault } from "@local-mcp/vault";
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

const anyServer = (db: Db): string => {
  const server = db.select().from(mcpServers).get();
  if (server === undefined) throw new Error("there is no server to sign in to");
  return server.id;
};

/** Stores what a sign-in ends with: tokens, and a registration with its secrets. */
export const storeTokens = (db: Db, vault: Vault, samples: readonly Sample[]): void => {
  const serverId = anyServer(db);
  for (let at = 0; at < samples.length; at += 4) {
    const [access, refresh, client, registration] = samples.slice(at, at + 4);
    const id = `row-${at}`;
    const issuer = `${ISSUER}/${at}`;
    const seal = (table: string, column: string, sample: Sample | undefined): string | null =>
      sample === undefined ? null : vault.seal(sample.value, { table, column, row: id });
    db.insert(oauthTokens)
      .values({
        id,
        serverId,
        issuer,
        accessToken: seal("oauth_tokens", "access_token", access) ?? "",
        refreshToken: seal("oauth_tokens", "refresh_token", refresh),
      })
      .run();
    const table = "oauth_client_registrations";
    db.insert(oauthClientRegistrations)
      .values({
        id,
        serverId,
        issuer,
        clientId: `client-${at}`,
        clientSecret: seal(table, "client_secret", client),
        registrationAccessToken: seal(table, "registration_access_token", registration),
      })
      .run();
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
