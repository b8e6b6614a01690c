import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { routingHeaders } from "@local-mcp/gateway";
import { expect, it } from "vitest";
import { enveloped } from "../../fixtures/conformance/modern-client.ts";
import { startHttpServer } from "../../fixtures/http-server.ts";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { afterTest, call, names } from "../../fixtures/test-support.ts";
import { fixture, serve, until } from "../test-gateway.ts";

/**
 * N-15: many clients of both eras at once, all with the same ids, on a process and a remote server
 * that they share. HARDENING_CALLS says how many calls; a campaign makes a million.
 */
const CALLS = Number(process.env.HARDENING_CALLS ?? 4000);
const CLIENTS = 200;

it(
  `N-15: ${CLIENTS} clients with the same ids are each answered their own`,
  { timeout: 60_000 + CALLS * 10 },
  async () => {
    const remote = await startHttpServer({ fixture: { tools: ["echo"], toolPrefix: "far_" } });
    afterTest(() => remote.close());
    const { api, url, token, client } = await serve({
      near: fixture("--name", "near", "--tools", "echo"),
      far: { transport: "http", url: remote.url },
    });
    await api.servers.update({ server: "far", changes: { connections: "shared" } });
    await until(
      () => client.request("tools/list"),
      (list) => names(list).length === 2,
    );
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    afterTest(() => agent.destroy());
    const post = (body: string, headers: Record<string, string>): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { method: "POST", agent, headers: { ...headers, ...JSON_ONLY } };
        const outgoing = request(`${url}/mcp/dev`, options, (response) => {
          text(response).then(resolve, reject);
        });
        outgoing.once("error", reject);
        outgoing.end(body);
      });

    /** Its calls, one after another; what is wrong with an answer. */
    const work = async (number: number): Promise<string[]> => {
      const authorization = `Bearer ${token}`;
      const isModern = number % 2 === 0;
      const legacy = new McpClient(`${url}/mcp/dev`, { authorization });
      if (!isModern) await legacy.initialize();
      const wrong: string[] = [];
      for (let id = 0; id < CALLS / CLIENTS; id += 1) {
        const own = `client ${number}, call ${id}.`;
        const params = call(id % 4 === 0 ? "far_echo" : "echo", { message: own });
        const method = "tools/call";
        const message = {
          jsonrpc: "2.0",
          id,
          method,
          params: isModern ? enveloped(params) : params,
        };
        const era = isModern
          ? routingHeaders(message)
          : { "mcp-session-id": legacy.sessionId ?? "", "mcp-protocol-version": "2025-11-25" };
        const answer = await post(JSON.stringify(message), { authorization, ...era });
        const isOwn = answer.includes(`"id":${id}`) && answer.includes(`Echo: ${own}`);
        if (!isOwn || answer.match(/Echo: /g)?.length !== 1) wrong.push(`${own} ${answer}`);
      }
      return wrong;
    };
    const before = performance.now();
    const wrong = await Promise.all(Array.from({ length: CLIENTS }, (_, number) => work(number)));
    const seconds = (performance.now() - before) / 1000;
    process.stdout.write(`N-15: ${CALLS} calls of ${CLIENTS} clients in ${seconds.toFixed(1)} s\n`);
    expect(wrong.flat().slice(0, 5)).toEqual([]);
  },
);

const JSON_ONLY = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};
