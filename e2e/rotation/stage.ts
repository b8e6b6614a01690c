import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  createDb,
  type Db,
  mcpServers,
  mcpSessions,
  oauthClientRegistrations,
  oauthTokens,
  vaultSecrets,
} from "@local-mcp/database";
import {
  createRecoveryKey,
  environmentProvider,
  type KeyProvider,
  passphraseProvider,
  recoveryProvider,
  type Sealer,
  type Vault,
} from "@local-mcp/vault";
import { keychainProvider } from "@local-mcp/vault/test-kit";
import { z } from "zod";
import { Configuration } from "../../packages/gateway/src/configuration/configuration.ts";
import { createStores } from "../../packages/gateway/src/stores.ts";
import { openVault } from "../../packages/gateway/src/vault/open-vault.ts";

/** What opens the slots of a staged vault. */
export const keysSchema = z.object({
  recovery: z.string(),
  keychain: z.base64url(),
  passphrase: z.string(),
  environment: z.string(),
  /** The passphrase after it was changed. */
  changed: z.string(),
  /** Another recovery key. */
  added: z.string(),
});
export type Keys = z.infer<typeof keysSchema>;

export const createKeys = (): Keys => ({
  recovery: createRecoveryKey(),
  keychain: Buffer.alloc(32, "keychain").toString("base64url"),
  passphrase: "the passphrase of the staged vault",
  environment: "the secret of the staged environment",
  changed: "what the passphrase is changed to",
  added: createRecoveryKey(),
});

const PROVIDERS: Record<keyof Keys, (key: string) => KeyProvider> = {
  recovery: recoveryProvider,
  keychain: (key) => keychainProvider(Buffer.from(key, "base64url")),
  passphrase: passphraseProvider,
  environment: environmentProvider,
  changed: passphraseProvider,
  added: recoveryProvider,
};

export const providerOf = (kind: keyof Keys, keys: Keys): KeyProvider =>
  PROVIDERS[kind](keys[kind]);

const databaseIn = (directory: string): string => join(directory, "local-mcp-gateway.db");

export interface Opened {
  db: Db;
  vault: Vault;
  /** What the vault said went wrong. */
  failures: string[];
}

/** A data directory as the gateway opens it, with nothing at hand that would open its vault. */
export function openDirectory(directory: string): Opened {
  const failures: string[] = [];
  const db = createDb({ path: databaseIn(directory) });
  const fail = (what: string, fields?: object): void => {
    failures.push(`${what} ${JSON.stringify(fields)}`);
  };
  const vault = openVault({
    stores: createStores(db),
    configuration: new Configuration({ dataDir: directory, env: {} }),
    passphrase: null,
    keychain: null,
    redactor: { know: () => {}, knowForNow: () => {} },
    onMade: () => {},
    onRotated: () => {},
    log: { info: () => {}, warn: fail, error: fail },
  });
  return { db, vault, failures };
}

/** How many columns the vault seals. */
const PLACES = 6;

/** Puts so many values in every place that the vault seals, shared out over them. */
function putValues(db: Db, vault: Sealer, count: number): void {
  const server = { transport: "http", connections: "shared" } as const;
  const owned = { ownerTable: "mcp_servers", ownerId: "s" };
  const issued = { serverId: "s", issuer: "https://issuer.example" };
  const data = (row: string, text: string): string =>
    JSON.stringify({
      slides: false,
      session: { id: row },
      sealed: vault.seal(text, { table: "mcp_sessions", column: "data", row }),
    });
  const each = Math.ceil(count / PLACES);
  db.transaction(() => {
    db.insert(mcpServers)
      .values({
        ...server,
        id: "s",
        name: "s",
        title: "S",
        config: { ...server, url: "https://server.example", secrets: {}, headers: {} },
      })
      .run();
    for (let at = 0; at < each; at += 1) {
      const row = `row-${at}`;
      const sealed = (table: string, column: string): string =>
        vault.seal(valueOf(table, column, row), { table, column, row });
      db.insert(vaultSecrets)
        .values({ ...owned, id: row, name: row, sealed: sealed("vault_secrets", "sealed") })
        .run();
      db.insert(oauthTokens)
        .values({
          ...issued,
          id: row,
          issuer: `${issued.issuer}/${at}`,
          accessToken: sealed("oauth_tokens", "access_token"),
          refreshToken: sealed("oauth_tokens", "refresh_token"),
        })
        .run();
      db.insert(oauthClientRegistrations)
        .values({
          ...issued,
          id: row,
          issuer: `${issued.issuer}/${at}`,
          clientId: row,
          clientSecret: sealed("oauth_client_registrations", "client_secret"),
          registrationAccessToken: sealed(
            "oauth_client_registrations",
            "registration_access_token",
          ),
        })
        .run();
      db.insert(mcpSessions)
        .values({
          sessionId: row,
          kind: "sign_in",
          identity: "i",
          data: data(row, valueOf("mcp_sessions", "data", row)),
          expiresAt: null,
        })
        .run();
    }
  });
}

/** What is sealed there, so that whoever reads it knows what it has to be. */
export const valueOf = (table: string, column: string, row: string): string =>
  `secret of ${table}.${column} ${row}`;

/** Makes a data directory with a vault of these slots and about so many values. */
export async function makeDirectory(
  directory: string,
  keys: Keys,
  slots: readonly (keyof Keys)[],
  values: number,
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { db, vault } = openDirectory(directory);
  const [first, ...others] = slots;
  if (first !== undefined) {
    await vault.init(providerOf(first, keys), first);
    for (const slot of others) await vault.addSlot(providerOf(slot, keys), slot);
    putValues(db, vault, values);
  }
  db.close();
}
