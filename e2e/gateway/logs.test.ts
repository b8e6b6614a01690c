/** A session of a published server, told from the debug log alone. */
import type { LogRow } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { ALL_CAPABILITIES } from "../fixtures/conformance/modern-client.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { startGateway, until } from "./test-gateway.ts";

const EVERYTHING = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";

/** A client that is asked by a server, and gives up on another call. */
async function toldSession() {
  const { api, gateway } = await startGateway();
  await api.servers.create({
    name: "everything",
    confirmed: true,
    config: { transport: "stdio", command: process.execPath, args: [EVERYTHING, "stdio"] },
  });
  await api.profiles.create({ slug: "dev", servers: ["everything"] });
  await api.profiles.capabilities({ profile: "dev" });
  const { token } = await api.tokens.create({ name: "test", profile: "dev" });
  const { url } = await gateway.listen();
  const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
  await client.initialize({
    capabilities: ALL_CAPABILITIES,
    clientInfo: { name: "teller", version: "2.0.0" },
  });
  await until(
    () => client.request("tools/list"),
    (listed) => names(listed).includes("trigger-elicitation-request"),
  );
  await client.request("tools/call", call("trigger-elicitation-request"), {
    onRequest: () => ({ action: "accept", content: { name: "Ada", check: true } }),
  });
  const stop = new AbortController();
  const cancelled = client.request(
    "tools/call",
    call(
      "trigger-long-running-operation",
      { duration: 600, steps: 6000 },
      { _meta: { progressToken: "p" } },
    ),
    { id: "given-up", signal: stop.signal, onNotification: () => stop.abort() },
  );
  await cancelled.catch(() => undefined);
  await client.notify("notifications/cancelled", { requestId: "given-up", reason: "enough" });
  await client.delete();
  return api;
}

/** Who said what to whom, and what came of it. */
const told = ({ kind, direction, method, name, outcome }: LogRow): string =>
  [kind, direction, name === null ? method : `${method} ${name}`, outcome].join(" | ");

/** The same things once, however often they were said. */
const once = (lines: readonly string[]): string[] => [...new Set(lines)];

describe("a session of a published server", () => {
  it("is told from the log alone: who asked what, what was answered, what was given up", async () => {
    const api = await toldSession();
    const { rows } = await api.logs.list({ filter: "client:teller", limit: 500 });
    expect(once(rows.map(told))).toEqual([
      "request | from_client | initialize | ok",
      "notification | from_client | notifications/initialized | ok",
      "request | from_client | tools/list | ok",
      "request | from_client | tools/call trigger-elicitation-request | ok",
      "upstream | to_server | tools/call trigger-elicitation-request | ok",
      "question | from_server | elicitation/create | ok",
      "request | from_client | tools/call trigger-long-running-operation | cancelled",
      "upstream | to_server | tools/call trigger-long-running-operation | cancelled",
      "notification | from_server | notifications/progress | ok",
      "notification | to_client | notifications/progress | ok",
      "notification | from_client | notifications/cancelled | ok",
      "notification | to_server | notifications/cancelled | ok",
    ]);
    const [session, ...others] = await api.logs.sessions({ filter: "client:teller" });
    expect(others).toEqual([]);
    expect(session).toMatchObject({ client: "teller", clientVersion: "2.0.0", profile: "dev" });
    expect(new Set(rows.map((row) => row.session))).toEqual(new Set([session?.session]));

    const only = async (filter: string) => {
      const found = await api.logs.list({ filter });
      expect(found.rows).toHaveLength(1);
      return api.logs.get({ id: found.rows[0]?.id ?? 0 });
    };
    const asked = await only("kind:question client:teller");
    expect(asked.request?.text).toContain('"requestedSchema"');
    expect(asked.response?.text).toContain('"name":"Ada"');
    expect(asked.linked.map(({ kind }) => kind)).toEqual(["request", "upstream", "question"]);
    const answered = await only("kind:request tool:trigger-elicitation-request");
    expect(answered.response?.text).toContain("Ada");
    expect(answered.linked.map(({ id }) => id)).toEqual(asked.linked.map(({ id }) => id));

    const givenUp = await only("kind:request status:cancelled");
    expect(givenUp).toMatchObject({ name: "trigger-long-running-operation", server: "everything" });
    const ends = givenUp.linked.filter(({ method }) => method === "notifications/cancelled");
    expect(ends.map(({ direction }) => direction)).toEqual(["from_client", "to_server"]);
    const reason = await api.logs.get({ id: ends[0]?.id ?? 0 });
    expect(reason.request?.text).toContain('"reason":"enough"');
    // What the gateway asked the server by itself is there too, and nobody else's.
    const own = await api.logs.list({ filter: "client:gateway kind:upstream method:initialize" });
    expect(own.rows.at(-1)).toMatchObject({ outcome: "ok", server: "everything", session: null });
  });
});
