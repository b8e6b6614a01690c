import type { ServerStatus } from "./status.ts";

/** For tests: the status of a server that is well, with what the test is about. */
export const statusOf = (change: Partial<ServerStatus> = {}): ServerStatus => ({
  state: "ready",
  reason: null,
  since: 0,
  affects: { tools: 0, profiles: [] },
  action: null,
  flags: [],
  changedTools: 0,
  heldTools: 0,
  listedAt: null,
  retryAt: null,
  attempt: null,
  signIn: null,
  ...change,
});
