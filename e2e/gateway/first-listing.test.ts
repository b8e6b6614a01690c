import { describe, expect, it } from "vitest";
import { call } from "../fixtures/test-support.ts";
import { fixture, hostile, serve } from "./test-gateway.ts";

describe("a call that comes before its server has listed for the first time", () => {
  it("waits for that, and is answered", async () => {
    const late = {
      ...fixture("--name", "late", "--tools", "env"),
      env: { KEY: { value: "here", plain: true } },
    };
    const { api, client } = await serve({ late });
    await api.servers.restart({ server: "late" });
    const answered = await client.request("tools/call", call("env", { name: "KEY" }));
    expect(JSON.stringify(answered)).toContain("here");
  });

  it("waits no longer than the server may take to start, and is refused by its name", async () => {
    const { client } = await serve({ mute: hostile("garbage-only") }, { startTimeoutMs: 500 });
    const refused = client.request("tools/call", call("nowhere", {}));
    await expect(refused).rejects.toThrow("Unknown tool: nowhere");
  });
});
