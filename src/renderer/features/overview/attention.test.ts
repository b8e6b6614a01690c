import type { GatewayStatus, ServerState } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { attentionOf } from "./attention.ts";
import { serverOf, gatewayStatusOf } from "./test-kit.ts";

type StatusServer = GatewayStatus["servers"][number];

describe("what needs attention", () => {
  it("is what the roll-up counts, and nothing else", () => {
    const { rows, total, unconfirmed, retrying, rest } = attentionOf(
      gatewayStatusOf([
        serverOf("a", "ready"),
        serverOf("b", "failed"),
        serverOf("c", "needs_sign_in"),
        serverOf("d", "retrying"),
        serverOf("e", "unconfirmed"),
        serverOf("f", "off"),
      ]),
    );
    expect(rows.map(({ title }) => title)).toEqual(["b", "c"]);
    expect(total).toBe(2);
    expect(unconfirmed.map(({ title }) => title)).toEqual(["e"]);
    expect(retrying.map(({ title }) => title)).toEqual(["d"]);
    expect(rest).toBeNull();
  });

  it("has one row for all that wait for the vault", () => {
    const one = attentionOf(gatewayStatusOf([serverOf("a", "locked"), serverOf("b", "failed")]));
    expect(one.rows).toHaveLength(2);
    expect(one.waitingForVault).toEqual([]);
    const both = attentionOf(gatewayStatusOf([serverOf("a", "locked"), serverOf("b", "locked")]));
    expect(both.rows).toEqual([]);
    expect(both.waitingForVault).toHaveLength(2);
    expect(both.total).toBe(2);
  });
});

it("has servers whose tools changed among them, once, and not those that are off", () => {
  const changed = (name: string, state: ServerState): StatusServer => {
    const server = serverOf(name, state);
    return { ...server, status: { ...server.status, changedTools: 2 } };
  };
  const servers = [changed("a", "ready"), changed("b", "failed"), changed("c", "off")];
  const attention = attentionOf(gatewayStatusOf(servers));
  expect(attention.changed.map(({ title }) => title)).toEqual(["a", "b"]);
  expect(attention.rows.map(({ title }) => title)).toEqual(["b"]);
  expect(attention.total).toBe(2);
  expect(attention.rest).toBeNull();
});

it("has those that want more access apart, and is not done with them", () => {
  const linear = serverOf("linear", "ready");
  const status = { ...linear.status, flags: ["more_access_wanted" as const] };
  const { total, wantingMore, rest } = attentionOf(gatewayStatusOf([{ ...linear, status }]));
  expect(total).toBe(0);
  expect(wantingMore.map(({ title }) => title)).toEqual(["linear"]);
  expect(rest).toBeNull();
});

describe("the line for the others", () => {
  const rest = (...states: Parameters<typeof serverOf>[1][]) =>
    attentionOf(gatewayStatusOf(states.map((state, index) => serverOf(`${index}`, state)))).rest;

  it("says that everything is ready only where it is", () => {
    expect(rest("ready", "idle", "off")).toEqual({ text: "Everything is ready.", well: true });
    expect(rest("ready", "unconfirmed")).toBeNull();
    expect(rest("ready", "retrying")).toBeNull();
    expect(rest()).toBeNull();
    const away = gatewayStatusOf([serverOf("a", "ready")]);
    expect(attentionOf({ ...away, url: null }).rest).toBeNull();
  });

  it("says what is starting, and when nothing is on", () => {
    expect(rest("starting", "ready")?.text).toBe("1 server is starting.");
    expect(rest("starting", "starting")?.text).toBe("2 servers are starting.");
    expect(rest("off", "off")).toEqual({ text: "Every server is off.", well: false });
  });
});
