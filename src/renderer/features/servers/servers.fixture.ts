import type { ServerStatus, ServerView, SignInStatus } from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";

/** A server that is well, for tests that change one thing of it. */
export function aServer(
  change: Partial<Omit<ServerView, "status">> & { status?: Partial<ServerStatus> } = {},
): ServerView {
  const { status, ...rest } = change;
  return {
    id: rest.name ?? "id-files",
    name: "files",
    title: "Files",
    description: "",
    config: { transport: "stdio", command: "npx", args: ["-y", "files"], cwd: null, env: {} },
    secrets: {},
    limits: {},
    connections: "shared",
    tags: [],
    healthUrl: null,
    holdChangedTools: false,
    enabled: true,
    confirmed: true,
    profiles: ["dev"],
    counts: { tools: 3, prompts: 0, resources: 0, resourceTemplates: 0 },
    implementation: null,
    era: null,
    status: statusOf({ affects: { tools: 3, profiles: ["dev"] }, listedAt: 0, ...status }),
    createdAt: 0,
    updatedAt: 0,
    ...rest,
  };
}

/** A sign-in that works, for tests that change one thing of it. */
export const aSignIn = (change: Partial<SignInStatus> = {}): SignInStatus => ({
  state: "signed_in",
  message: "Signed in as ada until 14:02, renewed by itself.",
  issuer: "https://login.test",
  account: "ada",
  scopes: ["read"],
  wanted: [],
  expiresAt: 0,
  renews: true,
  waiting: null,
  ...change,
});
