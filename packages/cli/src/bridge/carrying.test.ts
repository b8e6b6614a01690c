import { once } from "node:events";
import { createServer } from "node:http";
import { json as jsonOf } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { MODERN } from "./test-endpoint.ts";
import { accessTo, client, closeAll, endpoint, signalled, until } from "./test-kit.ts";

afterEach(closeAll);

test("any mix of both eras: each request is answered once, in its era, under its id", async () => {
  const request = fc.record({
    id: fc.oneof(fc.nat(3), fc.nat(3).map(String)),
    isModern: fc.boolean(),
    place: fc.nat(),
  });
  const uniqueIds = { selector: ({ id }: { id: string | number }) => JSON.stringify(id) };
  // In each wave all are open at once; the next one uses the same ids.
  const waves = fc.array(fc.uniqueArray(request, { ...uniqueIds, minLength: 1 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(waves, async (all) => {
      const gateway = await endpoint();
      const held: { place: number; answer: () => void }[] = [];
      gateway.special = ({ id, method, params }, response) => {
        if (method !== "tools/call") return false;
        const { place } = z.object({ place: z.number() }).parse(params);
        const session = gateway
          .calls(method)
          .find(({ rpc }) => rpc?.["params"] === params)?.session;
        const result = { place, session: session ?? "none" };
        held.push({
          place,
          answer: () => gateway.answer(response, { jsonrpc: "2.0", id, result }),
        });
        return true;
      };
      const bridge = client({ open: accessTo(gateway) });
      await bridge.initialize();
      for (const wave of all) {
        for (const { id, isModern, place } of wave) {
          const params = { place, ...(isModern ? MODERN : {}) };
          bridge.send({ id, method: "tools/call", params });
        }
        await until(() => held.length === wave.length);
        const inOrder = held.splice(0).sort((a, b) => a.place - b.place);
        for (const { answer } of inOrder) answer();
        for (const { id, isModern, place } of wave) {
          const session = isModern ? "none" : "first-1";
          expect((await bridge.answer(id)).result).toEqual({ place, session });
        }
        expect(bridge.unread).toEqual([]);
      }
      await closeAll();
    }),
    { numRuns: 40 },
  );
});

test("no more is read from the client than the gateway takes", async () => {
  const arrived: unknown[] = [];
  const released = signalled();
  const server = createServer((request, response) => {
    arrived.push(request.headers["mcp-method"]);
    void released.promise
      .then(() => jsonOf(request))
      .then((body) => {
        const { id } = z.object({ id: z.number() }).parse(body);
        response.writeHead(200, { "content-type": "application/json" });
        return response.end(JSON.stringify({ jsonrpc: "2.0", id, result: {} }));
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = z.object({ port: z.number() }).parse(server.address());
  const url = `http://127.0.0.1:${address.port}`;
  const bridge = client({ open: async () => ({ url, token: "t" }) });
  // More than the system itself keeps for a connection.
  const huge = "x".repeat(48 * 1024 * 1024);
  bridge.send({ id: 1, method: "tools/call", params: { ...MODERN, huge } });
  await until(() => arrived.length === 1);
  bridge.send({ id: 2, method: "tools/list", params: MODERN });
  for (let turns = 0; turns < 100; turns += 1) await turn();
  expect(arrived).toEqual(["tools/call"]);
  released.resolve();
  await bridge.answer(1);
  await bridge.answer(2);
  bridge.input.end();
  await bridge.ended;
  server.close();
  server.closeAllConnections();
  await once(server, "close");
});
