import type { ToolChange } from "@local-mcp/contract";

/** A tool whose description changed, for tests that change one thing of it. */
export const aChange = (change: Partial<ToolChange> = {}): ToolChange => ({
  name: "read",
  kind: "changed",
  accepted: { name: "read", description: "Reads a file." },
  acceptedAt: 0,
  now: { name: "read", description: "Reads any file." },
  digest: "a".repeat(64),
  isHeldBack: false,
  ...change,
});
