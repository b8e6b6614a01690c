/** A client whose stream was at a gateway that is killed, and what it is told at another one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { afterTest, call } from "../fixtures/test-support.ts";
import { listenTo } from "./raw-http.ts";
import { clientOver, joining, SECRET, seed } from "./shared-stage.ts";
import { until } from "./test-gateway.ts";

const WATCHED = "test://watched-resource";

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

it("waits for it, and is not handed to the one that is gone", async () => {
  const from = await seed();
  const env = { REDIS_URL: server.url() };
  const stays = await joining(from, env);
  const root = mkdtempSync(join(tmpdir(), "shared-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  cpSync(from.root, root, { recursive: true });
  const script = join(import.meta.dirname, "serving-process.ts");
  const goes = spawn(process.execPath, [script, join(root, "data")], {
    env: { PATH: process.env.PATH, HOME: root, ...SECRET, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  afterTest(() => void goes.kill("SIGKILL"));
  const [said] = await Promise.race([once(goes.stdout, "data"), once(goes, "exit")]);
  const url = String(said).trim();
  expect(url).toContain("http");

  const [atStays, atGoes] = await clientOver([stays, { ...stays, url }], from);
  if (!atStays || !atGoes) throw new Error("two were started");
  const authorization = { authorization: `Bearer ${from.token}` };
  const lost = await listenTo(atGoes, authorization);
  await atStays.request("resources/subscribe", { uri: WATCHED });
  const change = () => atStays.request("tools/call", call("test_trigger_resource_update"));
  const updates = ({ messages }: typeof lost) =>
    messages.filter(({ method }) => method === "notifications/resources/updated");
  await until(
    async () => {
      await change();
      return updates(lost);
    },
    ({ length }) => length > 0,
  );

  const seen = () =>
    server.cli("ZRANGE", "{local-mcp}:gateways:seen", "0", "-1", "WITHSCORES").split("\n");
  const members = (await stays.api.sessions.list({})).store.members;
  expect(members).toHaveLength(2);
  goes.kill("SIGKILL");
  await lost.done;
  const ids = server.cli("ZRANGE", "{local-mcp}:gateways:joined", "0", "-1").split("\n");
  expect(ids).toHaveLength(2);
  // As after a while without a sign of life.
  server.cli("ZINCRBY", "{local-mcp}:gateways:seen", "-60000", ids[1] ?? "");
  // When it says again that it is there, it has heard at the last time who else is.
  for (let beats = 0; beats < 2; beats += 1) {
    const before = seen().at(-1);
    await until(seen, (now) => now.length === 2 && now.at(-1) !== before);
  }
  await change();
  const found = await listenTo(atStays, authorization);
  await until(
    () => updates(found),
    ({ length }) => length > 0,
  );
  found.cut();
}, 40_000);
