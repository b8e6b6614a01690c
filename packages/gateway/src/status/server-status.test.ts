import type { SignInStatus } from "@local-mcp/contract";
import type { Observation } from "@local-mcp/engine";
import { describe, expect, it } from "vitest";
import { type ServerFacts, serverStatus, unavailable } from "./server-status.ts";

const NOW = 1_000_000;

/** What is known of the server “files”, of which this is seen. */
const facts = (seen: Partial<Observation>): ServerFacts => ({
  definition: {
    id: "1",
    name: "files",
    title: "Files",
    transport: "stdio",
    enabled: true,
    confirmed: true,
    configHash: "",
    startTimeoutMs: 1,
    callTimeoutMs: 1,
    maxConcurrentCalls: 1,
    idleStopMs: 0,
    connections: "shared",
    holdsChangedTools: false,
  },
  observation: {
    state: "ready",
    reason: null,
    since: 1,
    retryAt: null,
    attempt: null,
    listIncomplete: false,
    answerTooBig: false,
    ...seen,
  },
  catalog: null,
  profiles: ["dev"],
  vault: "open",
  signIn: { by: "nobody", status: null },
  tools: { changedTools: 0, heldTools: 0 },
});

const exited = { code: "exited", message: "files stopped: exit code 1.", detail: "last" } as const;

describe("a server that is tried again", () => {
  const retrying = (attempt: Observation["attempt"]) =>
    facts({ state: "retrying", reason: exited, retryAt: NOW + 8100, attempt });

  it("says when, and which try of how many that is", () => {
    const attempt = { number: 2, of: 5 };
    expect(serverStatus(retrying(attempt), NOW)).toMatchObject({
      reason: {
        ...exited,
        message: "files stopped: exit code 1. Next try in 8 s (2 of 5).",
      },
      retryAt: NOW + 8100,
      attempt,
    });
  });

  it("says no number where it is tried until it is back", () => {
    const status = serverStatus(retrying({ number: 12, of: null }), NOW);
    expect(status.reason?.message).toBe("files stopped: exit code 1. Next try in 8 s.");
    expect(status.attempt).toEqual({ number: 12, of: null });
  });

  it("says the same to whoever calls it", () => {
    const error = unavailable(retrying({ number: 5, of: 5 }), NOW);
    expect(error).toMatchObject({
      code: "server_unavailable",
      message: "“files” cannot answer: files stopped: exit code 1. Next try in 8 s (5 of 5).",
    });
    expect(error.wayOut).toContain("servers test files");
  });

  it("never says 0 s, also when the try is due", () => {
    const due = facts({ state: "retrying", reason: exited, retryAt: NOW - 50, attempt: null });
    expect(serverStatus(due, NOW).reason?.message).toContain("Next try in 1 s.");
  });
});

it("a server that was left stopped says so with its last output, until it is started again", () => {
  const reason = {
    code: "crash_loop",
    message: "files failed 5 times in 5 minutes and was left stopped. Last: no such folder",
    detail: "no such folder",
  } as const;
  const status = serverStatus(facts({ state: "failed", reason }), NOW);
  expect(status).toMatchObject({ reason, attempt: null, action: { label: "Start again" } });
  expect(unavailable(facts({ state: "failed", reason }), NOW).message).toContain("Last: no such");
});

it("a server that is idle is in no trouble and keeps no reason of before", () => {
  const status = serverStatus(facts({ state: "idle", reason: exited }), NOW);
  expect(status).toMatchObject({ state: "idle", reason: null, action: null, flags: [] });
});

describe("a server that wants a sign-in", () => {
  const wants = { code: "sign_in", message: "x.example wants credentials.", detail: null } as const;
  const signIn: SignInStatus = {
    state: "again",
    message: "Sign in again, because access has ended.",
    issuer: null,
    account: null,
    scopes: [],
    wanted: [],
    expiresAt: null,
    renews: false,
    waiting: null,
  };

  it.each([
    ["person", "sign_in", "local-mcp-gateway servers signin files"],
    ["gateway", "edit_sign_in", "local-mcp-gateway servers edit files --client-secret"],
    ["header", "edit_headers", "local-mcp-gateway servers edit files --header Authorization"],
    ["nobody", "edit_sign_in", "local-mcp-gateway servers edit files --sign-in person"],
  ] as const)("by a %s: %s with “%s”", (by, code, command) => {
    const seen = facts({ state: "needs_sign_in", reason: wants });
    const status = serverStatus({ ...seen, signIn: { by, status: null } }, NOW);
    expect(status.action).toMatchObject({ code, command });
    expect(status.reason?.message).toBe("files needs a sign-in: x.example wants credentials.");
  });

  it("is given a client id first, where it does not let the gateway register itself", () => {
    const status: SignInStatus = { ...signIn, state: "refused" };
    const seen = facts({ state: "needs_sign_in", reason: wants });
    const known = { by: "person", status, lacksClient: true } as const;
    expect(serverStatus({ ...seen, signIn: known }, NOW).action).toMatchObject({
      code: "edit_sign_in",
      command: "local-mcp-gateway servers edit files --client-id ID",
    });
  });

  it("says why in the same words everywhere", () => {
    const seen = facts({ state: "needs_sign_in", reason: wants });
    const known: ServerFacts = { ...seen, signIn: { by: "person", status: signIn } };
    const status = serverStatus(known, NOW);
    expect(status.reason?.message).toBe(signIn.message);
    expect(status.signIn).toEqual(signIn);
    const error = unavailable(known, NOW);
    expect(error.message).toContain(signIn.message);
    expect(error.wayOut).toContain("servers signin files");
  });

  it("offers more where it works and has asked for more", () => {
    const status: SignInStatus = { ...signIn, state: "signed_in", wanted: ["repo"] };
    const shown = serverStatus({ ...facts({}), signIn: { by: "person", status } }, NOW);
    expect(shown.flags).toEqual(["more_access_wanted"]);
    expect(shown.action).toMatchObject({ code: "sign_in", label: "Allow more…" });
  });
});

describe("a server whose tools have changed", () => {
  const tools = { changedTools: 2, heldTools: 2 };
  const changed = (seen: Partial<Observation>): ServerFacts => ({ ...facts(seen), tools });

  it.each(["ready", "idle"] as const)("is %s, and to be reviewed", (state) => {
    expect(serverStatus(changed({ state }), NOW)).toMatchObject({
      ...tools,
      state,
      flags: ["tools_changed"],
      action: { code: "review_tools", command: "local-mcp-gateway servers changes files" },
    });
  });

  it("is brought back first where it is in trouble", () => {
    const status = serverStatus(changed({ state: "failed", reason: exited }), NOW);
    expect(status.flags).toContain("tools_changed");
    expect(status.action?.code).toBe("retry");
  });
});
