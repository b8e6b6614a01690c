import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { isRecord } from "../fixtures/json-rpc.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { call, names } from "../fixtures/test-support.ts";
import { realServers, SERVERS_DIRECTORY } from "../servers/catalogue.ts";
import { asking, clientsOf, conformance, questionsOf, serveAsking, textOf } from "./era-gateway.ts";
import { serve, startGateway, until } from "./test-gateway.ts";

const ASK = call("ask", { method: "roots/list" });
const ROOTS = { roots: [{ uri: "file:///of/the/client" }] };
const answer = (result: unknown): unknown => JSON.parse(textOf(result));

/** A gateway with the server that asks in the profiles `dev` and `ops`, and clients of both. */
async function twoProfiles() {
  const started = await serveAsking();
  const { api, url } = started;
  await api.profiles.create({ slug: "ops", servers: ["one"] });
  const { token } = await api.tokens.create({ name: "ops", profile: "ops" });
  const ofOps = async (params = {}): Promise<McpClient> => {
    const client = new McpClient(`${url}/mcp/ops`, { authorization: `Bearer ${token}` });
    await client.initialize(params);
    return client;
  };
  await api.roots.create({ uri: "file:///C:/Users/me", name: "Windows", profiles: ["dev"] });
  await api.roots.create({ uri: "file:///both", profiles: ["dev", "ops"] });
  await api.roots.create({ uri: "https://example.com/ops", profiles: ["ops"] });
  return { ...started, ofOps };
}
const OF_DEV = {
  roots: [{ uri: "file:///C:/Users/me", name: "Windows" }, { uri: "file:///both" }],
};
const OF_OPS = { roots: [{ uri: "file:///both" }, { uri: "https://example.com/ops" }] };

describe("a legacy server that two profiles share", () => {
  it("is told what the profile of the caller has, whatever its client can do", async () => {
    const { legacy, ofOps, modern } = await twoProfiles();
    const [dev, ops] = [await legacy({ capabilities: {} }), await ofOps()];
    const asked: unknown[] = [];
    const onRequest = (message: unknown) => asked.push(message);
    expect(answer(await dev.request("tools/call", ASK, { onRequest }))).toEqual(OF_DEV);
    expect(answer(await ops.request("tools/call", ASK, { onRequest }))).toEqual(OF_OPS);
    expect(answer((await modern("tools/call", ASK)).result)).toEqual(OF_DEV);
    expect(asked).toEqual([]);
  });

  it("is told what both agree on where it asks on no one's account", async () => {
    const { client, toldLater } = await twoProfiles();
    await client.request("tools/call", call("ask_later", { method: "roots/list" }));
    expect(await toldLater()).toEqual([{ roots: [{ uri: "file:///both" }] }]);
  });

  it("asks the client of a profile that has none, and never gives it another's", async () => {
    const { api, client, legacy, toldLater, ofOps } = await twoProfiles();
    await api.profiles.update({ profile: "ops", changes: { roots: [] } });
    const ops = await ofOps({ capabilities: { roots: {} } });
    const result = await ops.request("tools/call", ASK, { onRequest: () => ROOTS });
    expect(answer(result)).toEqual(ROOTS);
    expect(answer(await (await ofOps()).request("tools/call", ASK))).toMatchObject({
      code: -32601,
    });
    expect(answer(await (await legacy()).request("tools/call", ASK))).toEqual(OF_DEV);
    await client.request("tools/call", call("ask_later", { method: "roots/list" }));
    expect(await toldLater()).toEqual([OF_DEV]);
  });

  it("hears that they change, and begins anew where there are first or last ones", async () => {
    const { api, log } = await serveAsking();
    const before = await log();
    expect(before.declared).not.toHaveProperty("roots");
    await api.roots.create({ uri: "file:///a", profiles: ["dev"] });
    const declared = await until(log, ({ pid }) => pid !== before.pid);
    expect(declared.declared).toMatchObject({ roots: { listChanged: true } });
    await api.roots.create({ uri: "file:///b", profiles: ["dev"] });
    await until(log, ({ rootsChanged }) => rootsChanged === 1);
    await api.roots.update({ root: "file:///b", changes: { enabled: false } });
    const told = await until(log, ({ rootsChanged }) => rootsChanged === 2);
    expect(told.pid).toBe(declared.pid);
    await api.roots.remove({ root: "file:///a" });
    const after = await until(log, ({ pid }) => pid !== told.pid);
    expect(after.declared).not.toHaveProperty("roots");
  });

  it("that has a connection for each client is told on each what its profile has", async () => {
    const started = await startGateway();
    const { api, gateway } = started;
    await api.servers.create({
      name: "one",
      config: asking(),
      confirmed: true,
      connections: "per_client",
    });
    await api.profiles.create({ slug: "dev", servers: ["one"] });
    const { token } = await api.tokens.create({ name: "t", profile: "dev" });
    const { legacy } = clientsOf({ ...(await gateway.listen()), token });
    await api.roots.create({ uri: "file:///a", profiles: ["dev"] });
    const client = await legacy({ capabilities: {} });
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("log"),
    );
    const read = async () => {
      const result = await client.request("tools/call", call("log"));
      const content = isRecord(result) ? result.structuredContent : undefined;
      return isRecord(content) ? content : {};
    };
    expect((await read()).declared).toMatchObject({ roots: { listChanged: true } });
    await client.request("tools/call", call("ask_later", { method: "roots/list" }));
    const { later } = await until(
      read,
      ({ later: told }) => Array.isArray(told) && told.length > 0,
    );
    expect(later).toEqual([{ roots: [{ uri: "file:///a" }] }]);
    await api.roots.create({ uri: "file:///b", profiles: ["dev"] });
    expect(await until(read, ({ rootsChanged }) => rootsChanged === 1)).toHaveProperty("later");
  });
});

describe("a modern server", () => {
  const RESULT = call("test_input_required_result_list_roots");

  it.each(["legacy", "modern"] as const)(
    "is answered in the place of a %s client that cannot, where its profile has roots",
    async (era) => {
      const started = await serve({ far: await conformance("modern") });
      const { api, client } = started;
      await api.roots.create({ uri: "file:///a", name: "A", profiles: ["dev"] });
      await until(
        () => client.request("tools/list"),
        (list) => names(list).includes("list_roots"),
      );
      const { legacy, modern } = clientsOf(started);
      const result =
        era === "legacy"
          ? await (await legacy({ capabilities: {} })).request("tools/call", call("list_roots"))
          : (await modern("tools/call", call("list_roots"), { capabilities: {} })).result;
      expect(result).toMatchObject({
        structuredContent: { roots: [{ uri: "file:///a", name: "A" }] },
      });
    },
  );

  it("asks a modern client whose profile has none", async () => {
    const started = await serve({ far: await conformance("modern") });
    const { client } = started;
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("list_roots"),
    );
    const { modern } = clientsOf(started);
    const { result } = await modern("tools/call", RESULT);
    expect(Object.values(questionsOf(result).requests)).toMatchObject([{ method: "roots/list" }]);
  });
});

const isInstalled = existsSync(join(SERVERS_DIRECTORY, "node_modules"));

it.skipIf(!isInstalled)("a published server works in the folders of the profile", async () => {
  const { api, gateway, root } = await startGateway();
  const folder = join(root, "inside");
  await mkdir(folder);
  await writeFile(join(folder, "note.txt"), "found");
  const found = realServers(root).find(({ name }) => name === "filesystem");
  if (!found) throw new Error("the server is not installed");
  const { command, args } = found;
  await api.servers.create({
    name: "files",
    config: { transport: "stdio", command, args },
    confirmed: true,
  });
  await api.profiles.create({ slug: "dev", servers: ["files"] });
  await api.roots.create({ uri: pathToFileURL(folder).href, profiles: ["dev"] });
  const { token } = await api.tokens.create({ name: "t", profile: "dev" });
  const { legacy } = clientsOf({ ...(await gateway.listen()), token });
  const client = await legacy({ capabilities: {} });
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("list_allowed_directories"),
  );
  const allowed = await until(
    async () => textOf(await client.request("tools/call", call("list_allowed_directories"))),
    (text) => text.includes(folder),
  );
  expect(allowed).toContain(folder);
  const read = call("read_text_file", { path: join(folder, "note.txt") });
  expect(textOf(await client.request("tools/call", read))).toBe("found");
});
