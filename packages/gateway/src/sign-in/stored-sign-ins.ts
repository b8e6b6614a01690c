import { GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import type { StorageBackend } from "@local-mcp/sessions";
import {
  IDENTITY,
  readStored,
  reservation,
  type SignInServer,
  storedAs,
  type StoredSignIn,
} from "./stored-sign-in.ts";

/** The sign-ins under way in the session store, where a restart finds them. */
export class StoredSignIns {
  readonly #sessions: StorageBackend;
  readonly #log: Log;

  constructor(sessions: StorageBackend, log: Log) {
    this.#sessions = sessions;
    this.#log = log;
  }

  /** Keeps a place for one, and gives its id. @throws GatewayError vault_missing, vault_locked */
  async reserve(server: SignInServer, startedAt: number, lifetimeMs: number): Promise<string> {
    const id = this.#sessions.generateSessionId();
    await this.#sessions.createSession(reservation(id, server, startedAt), lifetimeMs / 1000);
    return id;
  }

  async put(stored: StoredSignIn): Promise<void> {
    await this.#sessions.updateSession(IDENTITY, stored.id, storedAs(stored));
  }

  ids(): Promise<string[]> {
    return this.#sessions.getIdentityMcpSessions(IDENTITY);
  }

  /** Null where there is none that can go on. @throws GatewayError vault_missing, vault_locked */
  async get(id: string): Promise<StoredSignIn | null> {
    try {
      const session = await this.#sessions.getSession(IDENTITY, id);
      return session && readStored(session);
    } catch (error) {
      if (error instanceof GatewayError && error.code.startsWith("vault_")) throw error;
      this.#log.warn("a stored sign-in cannot be read", { error: String(error) });
      return null;
    }
  }

  /** Removes one before its answer is used. @throws GatewayError sign_in_not_found: it was used */
  async spend(id: string): Promise<void> {
    const stored = await this.#sessions.getSession(IDENTITY, id);
    if (stored === null) throw new GatewayError("sign_in_not_found");
    await this.remove(id);
  }

  remove(id: string): Promise<void> {
    return this.#sessions.removeSession(IDENTITY, id);
  }
}
