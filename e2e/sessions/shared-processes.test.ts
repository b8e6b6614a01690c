/** What gateways on one session store tell each other, as processes of the built program. */
import { createServer, request } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Serving } from "../command-line.ts";
import { atEnd, endAll } from "../conformance/closing.ts";
import { onLoopback } from "../fixtures/loopback.ts";
import { isFull } from "../full.ts";
import { call, names } from "../fixtures/test-support.ts";
import { ENGINES } from "../gateway/shared-engines.ts";
import { until } from "../gateway/test-gateway.ts";
import { Member, stage } from "./shared-stage.ts";
import { newTally, WanderingClient } from "./wandering-client.ts";

// Processes start one after the other, several times slower where others work beside.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
afterEach(endAll);

/** The way to a server that refuses all streams of unasked messages but one at a time. */
async function oneStream() {
  let open = 0;
  let target = "";
  const server = createServer((asked, response) => {
    const isStream = asked.method === "GET";
    if (isStream && open > 0) {
      response.writeHead(405, { allow: "POST, DELETE" }).end();
      return;
    }
    const { method, headers } = asked;
    const passed = request(target, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    if (isStream) open += 1;
    response.once("close", () => {
      if (isStream) open -= 1;
      passed.destroy();
    });
    asked.pipe(passed);
  });
  const port = await onLoopback(server);
  atEnd(async () => {
    server.close();
    server.closeAllConnections();
  });
  return {
    isOpen: () => open > 0,
    through: async (url: string) => {
      target = url;
      return `http://127.0.0.1:${port}/mcp`;
    },
  };
}

describe.each(ENGINES)("processes on one %s", (_, start) => {
  /** One gateway, which the server tells of its changes; others that join are not told. */
  async function one() {
    const engine = await start();
    atEnd(() => engine.stop());
    const store = await engine.fresh();
    const way = await oneStream();
    const staged = await stage(way.through);
    const shared = { ...staged.env, ...store };
    const a = new Member(await staged.restored("a"), shared);
    await a.start();
    await until(way.isOpen, (isOpen) => isOpen);
    return { ...staged, shared, a };
  }

  /** How a start ends that has to be refused. */
  const refused = async (dataDir: string, env: NodeJS.ProcessEnv): Promise<string> => {
    const started: unknown = await Serving.start(dataDir, env).catch((error: unknown) => error);
    if (!(started instanceof Serving)) return String(started);
    await started.end("SIGKILL");
    return "it was let in";
  };

  it("are told what a server tells one of them, and what a client sends to another", async () => {
    const { restored, shared, tokens, a } = await one();
    const b = new Member(await restored("b"), shared);
    await b.start();
    const options = { tally: newTally(), isStoreAway: () => false, token: tokens[0] };
    const client = new WanderingClient([a, b], options);
    await client.open();
    const atA = client.at(a);
    const atB = client.at(b);
    const listed = async (): Promise<unknown[]> => names(await atB.request("tools/list"));
    await until(listed, (tools) => tools.includes("test_trigger_tool_change"));
    expect(await listed()).not.toContain("test_extra_tool");
    const changes: unknown[] = [];
    const stream = await atB.listen(({ method }) => {
      if (method === "notifications/tools/list_changed") changes.push(method);
    });
    await atA.request("tools/call", call("test_trigger_tool_change"));
    await until(
      () => changes,
      ({ length }) => length > 0,
    );
    await until(listed, (tools) => tools.includes("test_extra_tool"));
    await stream.close();

    const log = async (): Promise<string> =>
      JSON.stringify(await atB.request("tools/call", call("conformance_log")));
    const long = call("slow_echo", { ms: 600_000, text: "long" });
    const ended = atA.request("tools/call", long, { id: "slow" }).catch(() => "ended");
    await until(log, (text) => text.includes("long"));
    await atB.notify("notifications/cancelled", { requestId: "slow" });
    await until(log, (text) => text.includes('"cancelled":["long"]'));
    expect(await ended).toBe("ended");
  });

  // The short form has it in one process: e2e/gateway/shared-refused.test.ts.
  it.runIf(isFull)(
    "do not let in who has another key or another configuration, and say whose",
    async () => {
      const { env, shared, restored, a } = await one();
      const rekeyed = new Member(await restored("rekeyed"), env);
      await rekeyed.command("vault", "rotate");
      const otherKey = await refused(rekeyed.dataDir, shared);
      expect(otherKey).toMatch(
        /serve ended with 1: This gateway seals with the key \S+, and \S+:\d+ on \S+ at .+ with \S+: neither could open what the other stores\./,
      );

      const changed = new Member(await restored("changed"), env);
      await changed.command("profiles", "create", "another");
      const otherConfiguration = await refused(changed.dataDir, shared);
      expect(otherConfiguration).toMatch(
        /serve ended with 1: The configuration of this gateway \(\S+\) is not that of \S+:\d+ on \S+ at .+ \(\S+\)\./,
      );

      // Who is there goes on.
      expect(await a.command("sessions", "list", "--json")).toContain('"sessions"');
    },
  );
});
