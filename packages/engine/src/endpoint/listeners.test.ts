import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RpcNotification } from "../jsonrpc.ts";
import { META } from "../protocol.ts";
import { NO_TRACE } from "../trace.ts";
import { Listeners } from "./listeners.ts";
import { UnreadResponse } from "./response.fixture.ts";

const TOOLS: RpcNotification = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
const PROMPTS: RpcNotification = { jsonrpc: "2.0", method: "notifications/prompts/list_changed" };
const everybody = (): boolean => true;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function listeners({ subscribed = async () => {} }: { subscribed?: () => Promise<void> } = {}) {
  let changes = 0;
  const all = new Listeners({ onChange: () => (changes += 1), subscribed });
  const open = (
    id: string,
    notifications: unknown,
    { profileId = "p", tokenId = "t" }: { profileId?: string | null; tokenId?: string } = {},
  ) => {
    const response = new UnreadResponse();
    const params = { notifications };
    const method = "subscriptions/listen";
    const request = { jsonrpc: "2.0" as const, id, method, params };
    all.open({ response, profileId, tokenId }, request, NO_TRACE);
    return response;
  };
  return { all, open, changes: () => changes };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const tagged = (id: string, method: string) => ({
  method,
  params: { _meta: { [META.subscriptionId]: id } },
});
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

describe("a stream of changes", () => {
  it("says first what it will tell, and then that alone, under its own id", async () => {
    const { all, open } = listeners();
    const [tools, both] = [
      open("a", { toolsListChanged: true, promptsListChanged: false, other: true }),
      open("b", { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: [] }),
    ];
    await settled();
    all.broadcast(TOOLS, everybody);
    all.broadcast(PROMPTS, everybody);
    all.broadcast(TOOLS, ({ profileId }) => profileId === "q");
    expect(tools.messages).toMatchObject([
      { ...tagged("a", ACKNOWLEDGED), params: { notifications: { toolsListChanged: true } } },
      tagged("a", TOOLS.method),
    ]);
    expect(both.messages).toMatchObject([
      {
        ...tagged("b", ACKNOWLEDGED),
        params: {
          notifications: {
            toolsListChanged: true,
            promptsListChanged: true,
            resourceSubscriptions: [],
          },
        },
      },
      tagged("b", TOOLS.method),
      tagged("b", PROMPTS.method),
    ]);
  });

  it("loses nothing that happens before it is acknowledged", async () => {
    let hear = (): void => {};
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const { all, open } = listeners({ subscribed: () => heard });
    const response = open("a", { toolsListChanged: true });
    await settled();
    all.broadcast(TOOLS, everybody);
    expect([response.status, response.messages]).toEqual([200, []]);
    hear();
    await settled();
    expect(response.messages).toMatchObject([tagged("a", ACKNOWLEDGED), tagged("a", TOOLS.method)]);
  });

  it("ends with a result where the gateway ends it, and is forgotten when it is closed", async () => {
    const { all, open, changes } = listeners();
    const [mine, theirs] = [open("a", {}), open("b", {}, { tokenId: "other" })];
    await settled();
    expect(all.endWhere(({ tokenId }) => tokenId === "other")).toBe(1);
    expect(theirs.messages.at(-1)).toMatchObject({
      id: "b",
      result: { resultType: "complete", _meta: { [META.subscriptionId]: "b" } },
    });
    expect([theirs.writableEnded, mine.writableEnded]).toEqual([true, false]);
    const before = changes();
    theirs.leave();
    mine.leave();
    expect([all.all(), changes(), vi.getTimerCount()]).toEqual([[], before + 2, 0]);
  });

  it.each([
    undefined,
    [],
    "all",
    { resourceSubscriptions: "test://a" },
    { resourceSubscriptions: [1] },
    { resourceSubscriptions: Array.from({ length: 1001 }, (_, at) => `test://${at}`) },
  ])("is refused before anything is written where it is asked for %j", (filter) => {
    const { all, open } = listeners();
    expect(() => open("a", filter)).toThrow("subscriptions/listen");
    expect(all.all()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is one of so many", () => {
    const { open } = listeners();
    for (let count = 0; count < 1024; count += 1) open(`${count}`, {});
    expect(() => open("more", {})).toThrow(expect.objectContaining({ code: "too_many_streams" }));
  });
});
