import type {
  ClientView,
  GatewayStatus,
  ServerState,
  ServerView,
  VaultStatus,
} from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";

type StatusServer = GatewayStatus["servers"][number];

/** For tests: a server in a state. */
export const serverOf = (title: string, state: ServerState): StatusServer => ({
  id: title,
  name: title,
  title,
  enabled: state !== "off",
  status: statusOf({ state }),
});

/** For tests: the same as the list of servers has it. */
export const serverViewOf = (title: string, state: ServerState, tools = 0): ServerView => ({
  ...serverOf(title, state),
  description: "",
  config: { transport: "stdio", command: "true", args: [], cwd: null, env: {} },
  secrets: {},
  limits: {},
  connections: "shared",
  tags: [],
  healthUrl: null,
  holdChangedTools: false,
  confirmed: state !== "unconfirmed",
  profiles: [],
  counts: { tools, prompts: 0, resources: 0, resourceTemplates: 0 },
  implementation: null,
  era: null,
  createdAt: 0,
  updatedAt: 0,
});

export const gatewayStatusOf = (servers: StatusServer[]): GatewayStatus => ({
  state: "serving",
  summary: "",
  url: "http://127.0.0.1:4444",
  problem: null,
  warnings: [],
  pid: 1,
  version: "1.0.0",
  dataDir: "/data",
  startedAt: 0,
  activeProfile: null,
  servers,
  sessions: 0,
  vault: "open",
});

export const clientOf = (changes: Partial<ClientView> = {}): ClientView => ({
  id: "c1",
  name: "Cursor",
  version: "3.1",
  era: "legacy",
  profile: "dev",
  tokenId: null,
  tokenName: null,
  connectedAt: 0,
  lastSeenAt: 0,
  active: false,
  listed: null,
  firstCall: null,
  calls: 0,
  lastCallAt: null,
  ...changes,
});

/** An open vault on a system with GNOME Keyring, that has no key yet. */
export const vaultOf = (changes: Partial<VaultStatus> = {}): VaultStatus => ({
  state: "open",
  slots: [],
  secrets: 0,
  key: null,
  rotation: null,
  keychain: { available: true, name: "GNOME Keyring", problem: null },
  problem: null,
  wayOut: null,
  ...changes,
});
