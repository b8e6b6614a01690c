import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  closeFile,
  configurationFile,
  type Connection,
  createDb,
  createProfileQueries,
  createSealedValueQueries,
  createServerQueries,
  createSettingQueries,
  createSignInQueries,
  createTokenQueries,
  createVaultQueries,
  type Db,
  openFile,
  openSqlite,
} from "@local-mcp/database";
import {
  createRecoveryKey,
  createVault,
  type KeyProvider,
  type Place,
  recoveryProvider,
  unlockKeys,
  type Vault,
} from "@local-mcp/vault";
import type { StagedKeys } from "./types.ts";

/** A key provider of one computer: real, and quick. */
export const someKey = (): KeyProvider => recoveryProvider(createRecoveryKey());

/** A data directory with its database, its vault and its keys at hand. */
export class Computer {
  readonly path: string;
  readonly db: Db;
  readonly vault: Vault;
  readonly key: KeyProvider | null;

  private constructor(directory: string, key: KeyProvider | null) {
    this.path = join(directory, "local-mcp-gateway.db");
    this.key = key;
    this.db = createDb({ path: this.path });
    const { slots, dataKeys } = createVaultQueries(this.db);
    this.vault = createVault({
      keyStore: {
        slots: () => slots.list(),
        putSlot: (slot) => slots.put(slot),
        deleteSlot: (id) => void slots.delete(id),
        dataKeys: () => dataKeys.list(),
        putDataKey: (one) => dataKeys.put(one),
        deleteDataKey: (id) => dataKeys.delete(id),
        transaction: (work) => this.db.transaction(work),
      },
      values: createSealedValueQueries(this.db),
      ambient: () => (key ? [key] : []),
      now: () => Date.now(),
    });
  }

  /** Without a key there is no vault. */
  static async open(directory: string, key: KeyProvider | null): Promise<Computer> {
    const computer = new Computer(directory, key);
    if (key)
      await (computer.vault.state() === "missing"
        ? computer.vault.init(key)
        : computer.vault.unlock(key));
    return computer;
  }

  get servers() {
    return createServerQueries(this.db);
  }
  get profiles() {
    return createProfileQueries(this.db);
  }
  get tokens() {
    return createTokenQueries(this.db);
  }
  get signIns() {
    return createSignInQueries(this.db);
  }
  get settings() {
    return createSettingQueries(this.db);
  }

  /** A server with a secret header. */
  addServer(name: string, url = `https://${name}.example/mcp`): string {
    const id = `server-${name}`;
    this.servers.insert({
      id,
      name,
      title: name,
      config: {
        transport: "http",
        url,
        headers: { Authorization: { secret: `secret-${name}` } },
        secrets: {},
      },
      connections: "shared",
    });
    this.keep(`secret-${name}`, { table: "mcp_servers", id, name: "header" }, `header of ${name}`);
    return id;
  }

  keep(id: string, owner: { table: string; id: string; name: string }, value: string): void {
    createVaultQueries(this.db).secrets.put({
      id,
      ownerTable: owner.table,
      ownerId: owner.id,
      name: owner.name,
      sealed: this.vault.seal(value, placeOf("vault_secrets", "sealed", id)),
    });
  }

  /** Signs in, or renews what a sign-in gave: with a refresh token that was not used yet. */
  signIn(serverId: string, refreshToken: string, audience = "https://mcp.example"): void {
    const issuer = "https://as.example";
    const [id, client] = [`tokens-${serverId}`, `client-${serverId}-${refreshToken}`];
    const seal = (column: string, text: string) =>
      this.vault.seal(text, placeOf("oauth_tokens", column, id));
    this.signIns.registrations.put({
      id: client,
      serverId,
      issuer,
      clientId: `id of ${refreshToken}`,
      clientSecret: this.vault.seal(
        `client of ${refreshToken}`,
        placeOf("oauth_client_registrations", "client_secret", client),
      ),
      clientSecretExpiresAt: null,
      tokenEndpointAuthMethod: "client_secret_basic",
      registrationAccessToken: null,
      registrationClientUri: null,
      redirectUri: null,
    });
    this.signIns.tokens.put({
      id,
      serverId,
      issuer,
      audience,
      clientId: `id of ${refreshToken}`,
      account: null,
      accessToken: seal("access_token", `access by ${refreshToken}`),
      refreshToken: seal("refresh_token", refreshToken),
      tokenType: "Bearer",
      scope: null,
      expiresAt: null,
      wantedScope: null,
      refusal: null,
      refusedAt: null,
    });
  }

  addToken(name: string, profileId: string | null = null): string {
    const id = `token-${name}`;
    this.tokens.insert({
      id,
      name,
      tokenHash: `hash-${name}`,
      hint: "abcd",
      profileId,
      rights: ["use"],
    });
    return id;
  }

  addProfile(slug: string): string {
    return this.profiles.insert({ id: `profile-${slug}`, slug, name: slug }).id;
  }

  /** Everything that its vault has sealed, opened, by place. */
  secrets(): Record<string, string> {
    const values = createSealedValueQueries(this.db).beginningWith("v1.");
    return Object.fromEntries(
      values.map(({ place, sealed }) => [
        `${place.table}.${place.column} ${place.row}`,
        this.vault.open(sealed, place),
      ]),
    );
  }

  slots() {
    return createVaultQueries(this.db).slots.list();
  }

  /** A stage with what is there now, as a backup of this instant would give it. */
  async stage(target: string): Promise<Stage> {
    const connection = openSqlite(this.path, { readonly: true });
    connection.prepare("VACUUM INTO ?").run(target);
    connection.close();
    const keys = this.key && (await unlockKeys(this.#storedKeys(), this.key));
    return new Stage(target, keys);
  }

  #storedKeys() {
    const { slots, dataKeys } = createVaultQueries(this.db);
    return { slots: slots.list(), dataKeys: dataKeys.list() };
  }

  close(): void {
    this.db.close();
  }
}

/** A database that is about to take the place of another. */
export class Stage {
  readonly path: string;
  readonly keys: StagedKeys | null;
  readonly connection: Connection;

  constructor(path: string, keys: StagedKeys | null) {
    this.path = path;
    this.keys = keys;
    this.connection = openFile(path, configurationFile, {});
  }

  /** The values of the first column that a query gives. */
  list(sql: string): unknown[] {
    return this.connection.prepare(sql).pluck().all();
  }

  /** Everything in it, in one text. */
  content(): string {
    const tables = this.list("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    return tables
      .map(String)
      .map((table) => JSON.stringify(this.connection.prepare(`SELECT * FROM "${table}"`).all()))
      .join("\n");
  }

  close(): void {
    closeFile(this.connection);
    rmSync(this.path, { force: true });
  }
}

const placeOf = (table: string, column: string, row: string): Place => ({ table, column, row });
