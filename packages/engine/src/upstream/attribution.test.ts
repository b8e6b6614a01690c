import { describe, expect, it } from "vitest";
import { InFlight } from "../in-flight.ts";
import type { RequestId } from "../jsonrpc.ts";
import { attribute } from "./attribution.ts";
import type { UpstreamCall } from "./call.ts";
import { callOf, client } from "./test-kit.ts";

const ann = client("ann");
const bob = client("bob");
/** Callers of the modern era share an id by their token, and are not one client for that. */
const loose = client("loose", { isSession: false });

const open = (...callers: (ReturnType<typeof client> | null | "gateway")[]) => {
  const all = new InFlight<RequestId, { id: number; call: UpstreamCall | undefined }>();
  for (const [index, who] of callers.entries()) {
    const call = who === "gateway" ? undefined : callOf(who).call;
    all.set(index + 1, { id: index + 1, call });
  }
  return all;
};

describe("whose a message is", () => {
  it.each([
    ["the stream names a call among several clients'", 1, [ann, bob], null, 1],
    ["the stream names the older call of one session", 1, [ann, ann], null, 1],
    ["the stream names a request of the gateway itself", 1, ["gateway", ann], null, "nobody"],
    ["the stream names a request that is over", 9, [ann], null, "unclear"],
    ["one channel, one call", undefined, [ann], null, 1],
    ["one channel, one call beside a request of the gateway", undefined, ["gateway", ann], null, 2],
    ["one channel, calls of one session: the newest", undefined, [ann, ann], null, 2],
    ["one channel, calls of two sessions", undefined, [ann, bob], null, "unclear"],
    ["one channel, one call of a caller that is no session", undefined, [loose], null, 1],
    ["one channel, two such callers under one id", undefined, [loose, loose], null, "unclear"],
    ["one channel, such a caller beside a session", undefined, [ann, loose], null, "unclear"],
    [
      "one channel, the gateway's own call beside a session's",
      undefined,
      [ann, null],
      null,
      "unclear",
    ],
    ["one channel, two calls of the gateway's window", undefined, [null, null], null, "unclear"],
    ["one channel, nothing open", undefined, [], null, "nobody"],
    ["a stream of no request, one session", null, [ann, ann], null, 2],
    ["a stream of no request, two sessions", null, [ann, bob], null, "unclear"],
    ["a session's own connection, with calls", null, [ann, ann], ann, 2],
    ["a session's own connection, without a call", undefined, [], ann, "owner"],
    ["a session's own connection, on a request of the gateway", 1, ["gateway"], ann, "owner"],
    ["the own connection of no session, two calls", undefined, [loose, loose], loose, "unclear"],
    ["the own connection of no session, nothing open", undefined, [], loose, "nobody"],
  ] as const)("%s", (_, stream, callers, owner, expected) => {
    const found = attribute(stream, open(...callers), owner);
    expect(found.kind === "call" ? found.open.id : found.kind).toBe(expected);
  });
});
