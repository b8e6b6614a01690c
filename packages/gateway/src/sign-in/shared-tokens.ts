import { GatewayError } from "@local-mcp/contract";
import { createRevokedQueries, type RevokedRow, type ServerRow } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import type { SessionData, SharedStore, StorageBackend } from "@local-mcp/sessions";
import { z } from "zod";
import type { Stores } from "../stores.ts";
import { type Registration, registrationSchema } from "./sign-in-types.ts";
import { type NewTokens, scopesIn, type TokenStore } from "./token-store.ts";
import { signsIn } from "./who-signs-in.ts";

/** Whose records they are in the session store. */
const IDENTITY = "gateway:sign-ins";
/** Between tries to store what could not be stored, ms. */
const AGAIN_MS = 1000;

/** In the place of tokens: the latest is that somebody has signed out. */
const SIGNED_OUT = { access_token: "", signed_out: true };

export interface SharedTokensOptions {
  stores: Stores;
  tokens: TokenStore;
  sessions: StorageBackend;
  shared: SharedStore;
  /** The id of this gateway among the members. */
  selfId: string;
  /** Tells the other gateways that what is stored of a server is not what it was. */
  tell: (serverId: string) => void;
  /** What is stored here is what another gateway has stored. */
  onTaken: (serverId: string) => void;
  log: Log;
}

/** The sign-in at one server, as all gateways on the store have it. */
type Shared =
  | { isSignedIn: false; savedAt: number }
  | {
      isSignedIn: true;
      tokens: NewTokens;
      /** Why they are of no use any more; null while they are. */
      refusal: string | null;
      /** The client that they were given to, where it was registered by a gateway. */
      registration: Registration | null;
      /** The member that has asked for the next ones, and has not stored them. */
      refreshingBy: string | null;
      /** ms since 1970. */
      savedAt: number;
    };

/**
 * The tokens of sign-ins by people, in the session store beside the configuration: a refresh token
 * that is used by two is taken for stolen by authorization servers that replace it each time
 * (RFC 9700, 4.14.2), so that one gateway uses it and the others take what it was given.
 */
export class SharedTokens {
  readonly #options: SharedTokensOptions;
  /** What writes the latest that is not stored yet, by server; it is newer than what is stored. */
  readonly #unsaved = new Map<string, () => Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SharedTokensOptions) {
    this.#options = options;
  }

  /** Brings here and store together, where one of them was away. */
  async catchUp(): Promise<void> {
    const { stores } = this.#options;
    const isAlone = (await this.#livingOthers()).size === 0;
    for (const row of stores.servers.list()) {
      if (signsIn(row.config) !== "person") continue;
      await this.#exclusively(row.id, async () => {
        await this.#save(row.id);
        const stored = await this.#read(row.id);
        // Changed here meanwhile, which is stored next.
        if (this.#unsaved.has(row.id)) return;
        const here = stores.signIns.tokens.ofServer(row.id);
        // Signed out of here, which could not be stored before the process ended.
        const signedOutAt = this.#signedOutAt(row.id);
        if (stored?.isSignedIn && !here && signedOutAt >= stored.savedAt) {
          return this.#write(row, SIGNED_OUT);
        }
        // Alone, and used without the store since: what is here is what works.
        const isOlder = stored !== null && isAlone && here && here.updatedAt > stored.savedAt;
        if (stored === null || isOlder) await this.#writeLocal(row);
        else this.#take(row, stored);
      });
    }
  }

  /** Takes over what another gateway has stored. */
  async takeOver(serverId: string): Promise<void> {
    const row = this.#options.stores.servers.get(serverId);
    if (row === undefined) return;
    if (this.#unsaved.has(serverId)) await this.#saveAlone(serverId);
    const stored = await this.#read(serverId);
    if (stored !== null && !this.#unsaved.has(serverId)) this.#take(row, stored);
  }

  /**
   * New tokens for those that are held here: what another gateway was given since, or else what
   * `ask` brings, which is stored before it is returned.
   *
   * @throws GatewayError sign_in_refused where another gateway has learned so; session_store_…;
   * what `ask` throws
   */
  async refresh(
    serverId: string,
    held: { server: string; issuer: string; refreshToken: string },
    ask: () => Promise<NewTokens>,
  ): Promise<NewTokens> {
    return this.#exclusively(serverId, async () => {
      await this.#save(serverId);
      const stored = await this.#read(serverId);
      if (stored === null) {
        const row = this.#options.stores.servers.get(serverId);
        if (row) await this.#writeLocal(row);
      } else if (!stored.isSignedIn || stored.refusal !== null) {
        const refusal = stored.isSignedIn ? stored.refusal : null;
        throw refusedElsewhere(held.server, held.issuer, refusal);
      } else if (stored.tokens.refreshToken !== held.refreshToken) {
        return stored.tokens;
      } else if (stored.refreshingBy !== null && stored.refreshingBy !== this.#options.selfId) {
        await this.#assertGone(stored.refreshingBy);
      }
      await this.#mark(serverId, this.#options.selfId);
      let tokens: NewTokens;
      try {
        tokens = await ask();
      } catch (error) {
        await this.#mark(serverId, null).catch(() => {});
        throw error;
      }
      // What a person has done meanwhile is newer.
      if (!this.#unsaved.has(serverId)) {
        this.#unsaved.set(serverId, () => this.#writeTo(serverId, membersOf(tokens)));
      }
      await this.#save(serverId).catch((error: unknown) => {
        this.#options.log.error("renewed access could not be shared", { error: String(error) });
        this.#saveLater();
      });
      return tokens;
    });
  }

  /** Somebody has signed in here. What cannot be stored now is stored as soon as it can be. */
  async signedIn(serverId: string): Promise<void> {
    await this.#keep(serverId, async () => {
      const row = this.#rowOf(serverId);
      if (row) await this.#writeLocal(row);
    });
  }

  /** The same for who has signed out, or whose sign-in is of no use at where the server is now. */
  async signedOut(serverId: string): Promise<void> {
    await this.#keep(serverId, () =>
      this.#rowOf(serverId) ? this.#writeTo(serverId, SIGNED_OUT) : this.#remove(serverId),
    );
  }

  /** The server is about to be removed: nothing of it is left in the store. */
  async removed(serverId: string): Promise<void> {
    await this.#keep(serverId, () => this.#remove(serverId));
  }

  /** What is stored of it here does not work any more; others may have something that does. */
  async lost(serverId: string, refusal: string, lostToken: string): Promise<void> {
    await this.#change(serverId, async (row) => {
      const stored = await this.#read(serverId);
      // Somebody may have signed in or out here meanwhile.
      if (this.#unsaved.has(serverId)) return;
      if (!stored?.isSignedIn || stored.refusal !== null) return;
      if (stored.tokens.accessToken !== lostToken) this.#take(row, stored);
      else await this.#write(row, { ...membersOf(stored.tokens), refusal });
    });
  }

  /** Stores what could not be stored yet, if it can be now. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saveAll().catch((error: unknown) => {
      this.#options.log.error("a sign-in could not be shared", { error: String(error) });
    });
  }

  async #keep(serverId: string, write: () => Promise<void>): Promise<void> {
    this.#unsaved.set(serverId, write);
    try {
      await this.#saveAlone(serverId);
    } catch (error) {
      this.#options.log.error("a sign-in could not be shared yet", { error: String(error) });
      this.#saveLater();
    }
  }

  async #change(serverId: string, work: (row: ServerRow) => Promise<void>): Promise<void> {
    const { tell, log } = this.#options;
    const row = this.#rowOf(serverId);
    if (row === undefined) return;
    try {
      await this.#exclusively(serverId, async () => {
        await this.#save(serverId);
        await work(row);
      });
      tell(serverId);
    } catch (error) {
      log.error("a sign-in could not be shared", { server: row.name, error: String(error) });
    }
  }

  #exclusively<T>(serverId: string, work: () => Promise<T>): Promise<T> {
    return this.#options.shared.exclusively(`sign-in ${serverId}`, work);
  }

  /** Here what is stored there. */
  #take(row: ServerRow, stored: Shared): void {
    const { tokens, onTaken } = this.#options;
    if (stored.isSignedIn && stored.registration !== null) {
      tokens.registrations(row.id, row.name).put(stored.registration);
    }
    const facts = tokens.facts(row.id);
    if (!stored.isSignedIn) {
      if (facts === null) return;
      tokens.revoke(row.id);
    } else {
      const here = facts?.refusal === null ? tokens.open(row.id, row.name) : null;
      const isSame =
        here?.accessToken === stored.tokens.accessToken &&
        here.refreshToken === stored.tokens.refreshToken;
      if (stored.refusal !== null) {
        if (facts === null || facts.refusal !== null) return;
        tokens.refuse(facts.id, stored.refusal, Date.now());
      } else if (isSame) return;
      else tokens.save(row.id, row.name, stored.tokens);
    }
    onTaken(row.id);
  }

  async #writeLocal(row: ServerRow): Promise<void> {
    const { tokens } = this.#options;
    const facts = tokens.facts(row.id);
    if (facts === null || facts.refusal !== null) return;
    const open = tokens.open(row.id, row.name);
    if (open) await this.#write(row, membersOf({ ...facts, ...open }));
  }

  async #mark(serverId: string, member: string | null): Promise<void> {
    const row = this.#options.stores.servers.get(serverId);
    const stored = await this.#read(serverId);
    if (!row || !stored?.isSignedIn) return;
    await this.#write(row, { ...membersOf(stored.tokens), refreshing_by: member });
  }

  async #save(serverId: string): Promise<void> {
    const write = this.#unsaved.get(serverId);
    if (write === undefined) return;
    await write();
    if (this.#unsaved.get(serverId) === write) this.#unsaved.delete(serverId);
    this.#options.tell(serverId);
  }

  #saveAlone(serverId: string): Promise<void> {
    return this.#exclusively(serverId, () => this.#save(serverId));
  }

  #saveLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#saveAll().catch(() => this.#saveLater());
    }, AGAIN_MS);
    this.#timer.unref();
  }

  async #saveAll(): Promise<void> {
    const saving = [...this.#unsaved.keys()].map((serverId) => this.#saveAlone(serverId));
    const failed = (await Promise.allSettled(saving)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** ms since 1970; 0 where nobody has. */
  #signedOutAt(serverId: string): number {
    const { db } = this.#options.stores;
    const isOfServer = ({ kind, subjectId }: RevokedRow): boolean =>
      kind === "sign_in" && subjectId === serverId;
    return createRevokedQueries(db).list().find(isOfServer)?.revokedAt ?? 0;
  }

  /** A member that lives will store what it was given. @throws GatewayError session_store_busy */
  async #assertGone(member: string): Promise<void> {
    const name = (await this.#livingOthers()).get(member);
    if (name === undefined) return;
    throw new GatewayError("session_store_busy", { store: name, name: "sign-in" });
  }

  async #livingOthers(): Promise<Map<string, string>> {
    const { shared, selfId } = this.#options;
    const members = await shared.members();
    return new Map(members.filter(({ id }) => id !== selfId).map(({ id, name }) => [id, name]));
  }

  async #read(serverId: string): Promise<Shared | null> {
    const session = await this.#options.sessions.getSession(IDENTITY, recordId(serverId));
    return session && readShared(session);
  }

  /** The server, where a person signs in at it. */
  #rowOf(serverId: string): ServerRow | undefined {
    const row = this.#options.stores.servers.get(serverId);
    return row && signsIn(row.config) === "person" ? row : undefined;
  }

  async #writeTo(serverId: string, members: Members): Promise<void> {
    const row = this.#options.stores.servers.get(serverId);
    if (row) await this.#write(row, members);
  }

  async #remove(serverId: string): Promise<void> {
    await this.#options.sessions.removeSession(IDENTITY, recordId(serverId));
  }

  async #write(row: ServerRow, members: Members): Promise<void> {
    const { sessions } = this.#options;
    const sessionId = recordId(row.id);
    const tokens = { ...members, token_type: "Bearer", saved_at: Date.now() };
    const clientInformation = this.#clientInformation(row, members.issuer);
    const isThere = (await sessions.getSession(IDENTITY, sessionId)) !== null;
    const changes = { tokens, clientInformation };
    if (isThere) return sessions.updateSession(IDENTITY, sessionId, changes);
    return sessions.createSession({
      sessionId,
      identity: IDENTITY,
      serverId: row.id,
      serverName: row.name,
      serverUrl: row.config.transport === "stdio" ? "" : row.config.url,
      callbackUrl: "",
      transportType: row.config.transport === "sse" ? "sse" : "streamable_http",
      active: true,
      createdAt: Date.now(),
      ...changes,
    });
  }

  #clientInformation(row: ServerRow, issuer: unknown): SessionData["clientInformation"] {
    const registrations = this.#options.tokens.registrations(row.id, row.name);
    const registration = typeof issuer === "string" ? registrations.get(issuer) : null;
    return registration === null
      ? undefined
      : { client_id: registration.clientId, registration: { ...registration } };
  }
}

const recordId = (serverId: string): string => `sign-in-${serverId}`;

/** Members of an OAuth token response, with our own beside them; sealed as a whole. */
type Members = { access_token: string } & Record<string, unknown>;

const membersOf = ({ accessToken, refreshToken, scopes, ...facts }: NewTokens): Members => ({
  access_token: accessToken,
  ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  scope: scopes.join(" "),
  issuer: facts.issuer,
  audience: facts.audience,
  client_id: facts.clientId,
  account: facts.account,
  expires_at: facts.expiresAt,
});

const signedOut = z.object({ signed_out: z.literal(true), saved_at: z.number() });
const signedIn = z.object({
  access_token: z.string(),
  refresh_token: z.string().nullable().default(null),
  scope: z.string(),
  issuer: z.string(),
  audience: z.string().nullable(),
  client_id: z.string().nullable(),
  account: z.string().nullable(),
  expires_at: z.number().nullable(),
  refusal: z.string().nullable().default(null),
  refreshing_by: z.string().nullable().default(null),
  saved_at: z.number(),
});

/** Null where a gateway of another version has written what is not known here. */
function readShared({ tokens, clientInformation }: SessionData): Shared | null {
  const gone = signedOut.safeParse(tokens);
  if (gone.success) return { isSignedIn: false, savedAt: gone.data.saved_at };
  const { data } = signedIn.safeParse(tokens);
  if (!data) return null;
  return {
    isSignedIn: true,
    tokens: {
      issuer: data.issuer,
      audience: data.audience,
      clientId: data.client_id,
      account: data.account,
      scopes: scopesIn(data.scope),
      expiresAt: data.expires_at,
      accessToken: data.access_token,
      refreshToken: data.refresh_token,
    },
    refusal: data.refusal,
    registration: registrationSchema.safeParse(clientInformation?.["registration"]).data ?? null,
    refreshingBy: data.refreshing_by,
    savedAt: data.saved_at,
  };
}

const refusedElsewhere = (server: string, issuer: string, refusal: string | null): GatewayError =>
  new GatewayError("sign_in_refused", {
    server,
    host: URL.canParse(issuer) ? new URL(issuer).host : issuer,
    reason: refusal ?? "somebody has signed out at another gateway.",
    error: "",
  });
