import type { ServerState } from "@local-mcp/contract";
import { expect, it } from "vitest";
import { rollUp } from "./gateway-status.ts";

const server = (state: ServerState) => ({
  enabled: state !== "off",
  status: {
    state,
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
  },
});

const summary = (...states: ServerState[]) => rollUp("http://127.0.0.1:1", states.map(server));

it.each([
  [[], "serving", "Serving · no server on"],
  [["off", "unconfirmed"], "serving", "Serving · no server on"],
  [["ready", "idle", "off"], "serving", "Serving · 2 of 2 servers ready"],
  [["idle"], "serving", "Serving · 1 of 1 server ready"],
  [["starting", "retrying"], "starting", "Serving · 0 of 2 servers ready"],
  [["ready", "retrying"], "serving", "Serving · 1 of 2 servers ready"],
  [["ready", "failed"], "attention", "Serving · 1 of 2 servers ready · 1 needs attention"],
  [["locked", "needs_sign_in"], "attention", "Serving · 0 of 2 servers ready · 2 need attention"],
] as const)("%j is %s", (states, state, text) => {
  expect(summary(...states)).toEqual({ state, summary: text });
});

it("needs a person where tools of a server changed, unless it is off", () => {
  const changed = (state: ServerState) => {
    const one = server(state);
    return { ...one, status: { ...one.status, changedTools: 1 } };
  };
  expect(rollUp("http://127.0.0.1:1", [changed("ready"), changed("off")])).toEqual({
    state: "attention",
    summary: "Serving · 1 of 1 server ready · 1 needs attention",
  });
});

it("is not serving without an address, whatever the servers do", () => {
  expect(rollUp(null, [server("ready")])).toEqual({ state: "not_serving", summary: "Not serving" });
});
