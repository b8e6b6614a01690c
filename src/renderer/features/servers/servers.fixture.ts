import type { ServerStatus, ServerView } from "@local-mcp/contract";

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
    enabled: true,
    confirmed: true,
    profiles: ["dev"],
    counts: { tools: 3, prompts: 0, resources: 0, resourceTemplates: 0 },
    implementation: null,
    status: {
      state: "ready",
      reason: null,
      since: 0,
      affects: { tools: 3, profiles: ["dev"] },
      action: null,
      flags: [],
      listedAt: 0,
      retryAt: null,
      ...status,
    },
    createdAt: 0,
    updatedAt: 0,
    ...rest,
  };
}
