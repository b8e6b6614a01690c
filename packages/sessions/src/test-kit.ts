import { GatewayError } from "@local-mcp/contract";
import type { ClientSession } from "./client-session.ts";
import type { RecordStorage, StorageOptions } from "./record-storage.ts";
import type { OwnedSession } from "./session-data.ts";

/** When the clock of every test starts, ms since 1970. */
export const START = 1_800_000_000_000;
export const HOUR = 3_600_000;

/** A backend under test, with the clock it lives by. */
export interface Bench {
  store: RecordStorage;
  /** Moves the clock on, or back. */
  pass(ms: number): void;
  close(): Promise<void>;
}

/** Makes a fresh, empty backend. */
export type MakeBackend = (
  options: Required<StorageOptions>,
) => Promise<{ store: RecordStorage; close: () => Promise<void> }>;

export const IDLE_MS = 2 * HOUR;

export const benchOf = async (make: MakeBackend): Promise<Bench> => {
  let now = START;
  const { store, close } = await make({ now: () => now, clientIdleMs: () => IDLE_MS });
  await store.init();
  return {
    store,
    pass: (ms) => {
      now += ms;
    },
    close: async () => {
      await store.disconnect();
      await close();
    },
  };
};

export const session = (members: Partial<OwnedSession> = {}): OwnedSession => ({
  sessionId: "abc123",
  identity: "user-123",
  serverId: "server-1",
  serverName: "My MCP Server",
  serverUrl: "https://mcp.example.com",
  callbackUrl: "https://app.com/callback",
  transportType: "sse",
  active: true,
  createdAt: START,
  ...members,
});

export const secretMembers = () => ({
  headers: { Authorization: "Bearer CANARY-header" },
  tokens: {
    access_token: "CANARY-access",
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: "CANARY-refresh",
    scope: "tools",
    vendor: { nested: ["CANARY-extra"] },
  },
  clientInformation: { client_id: "client-1", client_secret: "CANARY-client" },
  codeVerifier: "CANARY-verifier",
});

export const clientSession = (members: Partial<ClientSession> = {}): ClientSession => ({
  sessionId: "client-1",
  profileId: "profile-1",
  tokenId: "token-1",
  protocolVersion: "2025-11-25",
  clientInfo: { name: "client", version: "1", nested: { list: [1, null] } },
  capabilities: { roots: { listChanged: true } },
  logLevel: null,
  subscriptions: [],
  createdAt: START,
  lastSeenAt: START,
  ...members,
});

/** The code of the GatewayError that `work` rejects with; anything else fails the test. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
  return "accepted";
};
