import type { SessionData } from "./session-data.ts";
import { newSessionId } from "./session-id.ts";
import type { StorageBackend } from "./storage-backend.ts";

type Parameter<Name extends keyof StorageBackend> = Parameters<StorageBackend[Name]>;

/**
 * A backend that keeps nothing itself: each call is handed to the one that `use` has just then,
 * which may have to be opened for it.
 */
export abstract class ForwardingStorage implements StorageBackend {
  protected abstract use<T>(work: (backend: StorageBackend) => Promise<T>): Promise<T>;

  abstract init(): Promise<void>;
  abstract disconnect(): Promise<void>;

  /** Needs no store, so there is nothing to wait for. */
  generateSessionId(): string {
    return newSessionId();
  }

  createSession(...args: Parameter<"createSession">): Promise<void> {
    return this.use((backend) => backend.createSession(...args));
  }

  getSession(...args: Parameter<"getSession">): Promise<SessionData | null> {
    return this.use((backend) => backend.getSession(...args));
  }

  updateSession(...args: Parameter<"updateSession">): Promise<void> {
    return this.use((backend) => backend.updateSession(...args));
  }

  removeSession(...args: Parameter<"removeSession">): Promise<void> {
    return this.use((backend) => backend.removeSession(...args));
  }

  getIdentitySessionsData(...args: Parameter<"getIdentitySessionsData">): Promise<SessionData[]> {
    return this.use((backend) => backend.getIdentitySessionsData(...args));
  }

  getIdentityMcpSessions(...args: Parameter<"getIdentityMcpSessions">): Promise<string[]> {
    return this.use((backend) => backend.getIdentityMcpSessions(...args));
  }

  getAllSessionIds(): Promise<string[]> {
    return this.use((backend) => backend.getAllSessionIds());
  }

  clearAll(): Promise<void> {
    return this.use((backend) => backend.clearAll());
  }

  cleanupExpiredSessions(): Promise<number> {
    return this.use((backend) => backend.cleanupExpiredSessions());
  }

  createClientSession(...args: Parameter<"createClientSession">): Promise<void> {
    return this.use((backend) => backend.createClientSession(...args));
  }

  getClientSession(
    ...args: Parameter<"getClientSession">
  ): ReturnType<StorageBackend["getClientSession"]> {
    return this.use((backend) => backend.getClientSession(...args));
  }

  updateClientSession(...args: Parameter<"updateClientSession">): Promise<void> {
    return this.use((backend) => backend.updateClientSession(...args));
  }

  removeClientSession(...args: Parameter<"removeClientSession">): Promise<void> {
    return this.use((backend) => backend.removeClientSession(...args));
  }

  listClientSessions(): ReturnType<StorageBackend["listClientSessions"]> {
    return this.use((backend) => backend.listClientSessions());
  }

  touch(...args: Parameter<"touch">): Promise<void> {
    return this.use((backend) => backend.touch(...args));
  }
}
