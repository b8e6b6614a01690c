/** A gateway among others on its store, when the store fails while its configuration is changed. */
import { type Member, openStorage, type SharedStore } from "@local-mcp/sessions";
import { openVault } from "@local-mcp/vault/test-kit";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type RedisServer, startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { Membership } from "../../packages/gateway/src/sessions/membership.ts";

vi.setConfig({ testTimeout: 60_000 });

const quiet = (): void => {};
const log = { info: quiet, warn: quiet, error: quiet };

let server: RedisServer;
let database = 0;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => server.stop());

const open = async (): Promise<SharedStore> => {
  const store = await openStorage({ type: "redis", url: server.url(database) });
  closing.push(() => store.close());
  if (store.shared === null) throw new Error("it is shared");
  return store.shared;
};

/** A gateway that has joined a store nobody has used, with a configuration that `change` changes. */
async function joined() {
  database += 1;
  const vault = await openVault();
  const shared = await open();
  const onRefused = vi.fn<(error: Error) => void>();
  let hash = "before";
  const membership = new Membership({
    shared,
    vault,
    configurationHash: () => hash,
    catchUp: async () => {},
    onRefused,
    onMembers: quiet,
    log,
  });
  await membership.join();
  closing.push(() => membership.leave());
  const change = (meanwhile: () => Promise<void>) =>
    membership.change(async () => {
      hash = "after";
      await meanwhile();
    });
  return { shared, change, onRefused };
}

const hashesOf = async (shared: SharedStore): Promise<string[]> =>
  (await shared.members()).map(({ configurationHash }) => configurationHash);

it("a change while the store fails is told to it as soon as it is back", async () => {
  const { shared, change, onRefused } = await joined();
  await change(() => server.kill("SIGKILL"));
  await server.start();
  await vi.waitFor(async () => expect(await hashesOf(shared)).toEqual(["after"]), 20_000);
  expect(onRefused).not.toHaveBeenCalled();
});

it("a change while another came in, which does not have it, is refused", async () => {
  const { shared, change, onRefused } = await joined();
  const [self] = await shared.members();
  const other: Member = { id: "other", name: "other:1", keyId: null, configurationHash: "before" };
  const another = await open();
  await change(() => another.join({ ...other, keyId: self?.keyId ?? null }));
  expect(onRefused.mock.lastCall?.[0]).toMatchObject({
    code: "session_store_other_configuration",
    params: { others: "other:1" },
  });
  expect(await hashesOf(shared)).toEqual(["before"]);
});
