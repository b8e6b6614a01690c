import { describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { fixture, serve, startGateway } from "./test-gateway.ts";

const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name);

describe("a profile that is turned off", () => {
  it("is served to nobody, at its own address and where it is active, until it is on again", async () => {
    const { api, client, url, token } = await serve({ one: fixture() });
    await client.request("tools/list");
    await api.profiles.update({ profile: "dev", changes: { enabled: false } });

    const refused = { status: 404, body: expect.stringContaining("profile_off") };
    await expect(client.request("tools/list")).rejects.toMatchObject(refused);
    const active = new McpClient(`${url}/mcp`, { authorization: `Bearer ${token}` });
    await expect(active.initialize()).rejects.toMatchObject(refused);
    expect(await api.profiles.get({ profile: "dev" })).toMatchObject({
      enabled: false,
      active: true,
    });

    await api.profiles.update({ profile: "dev", changes: { name: "Dev", enabled: true } });
    await client.request("tools/list");
  });

  it("stays off through every other change", async () => {
    const { api } = await startGateway();
    await api.profiles.create({ slug: "dev", enabled: false, tags: ["a"] });
    await api.profiles.update({ profile: "dev", changes: { name: "Dev", tags: ["b"] } });
    await api.profiles.activate({ profile: "dev" });
    expect(await api.profiles.get({ profile: "dev" })).toMatchObject({
      enabled: false,
      tags: ["b"],
    });
  });
});

describe("tags", () => {
  it("find servers and profiles that have one of them, or all", async () => {
    const { api } = await startGateway();
    const config = fixture();
    await api.servers.create({ name: "one", config, tags: ["prod", "weather"] });
    await api.servers.create({ name: "two", config, tags: ["prod"] });
    await api.servers.create({ name: "three", config });
    const listed = async (tags?: string[], match?: "any" | "all") =>
      namesOf(await api.servers.list({ ...(tags && { tags }), ...(match && { match }) }));
    expect(await listed()).toEqual(["one", "three", "two"]);
    expect(await listed(["weather", "prod"])).toEqual(["one", "two"]);
    expect(await listed(["weather", "prod"], "all")).toEqual(["one"]);
    expect(await listed(["nothing"])).toEqual([]);
    await api.servers.update({ server: "three", changes: { tags: ["weather"] } });
    expect(await listed(["weather"])).toEqual(["one", "three"]);

    await api.profiles.create({ slug: "dev", tags: ["prod"] });
    await api.profiles.create({ slug: "home" });
    expect(namesOf(await api.profiles.list({ tags: ["prod"] }))).toEqual(["dev"]);
    const copy = await api.profiles.duplicate({ profile: "dev", slug: "dev-2" });
    expect(copy.tags).toEqual(["prod"]);
  });

  it.each([[["a", "a"]], [["a,b"]], [[" "]], [["x".repeat(51)]]])(
    "are refused where they cannot be one: %j",
    async (tags) => {
      const { api } = await startGateway();
      await expect(api.profiles.create({ slug: "dev", tags })).rejects.toMatchObject({
        code: "VALIDATION_FAILED",
        message: expect.stringContaining("tags"),
      });
      expect(await api.profiles.list()).toEqual([]);
    },
  );

  it("are given to REST as a query, several or with commas", async () => {
    const { api, gateway } = await startGateway();
    await api.profiles.create({ slug: "dev", tags: ["a", "b"] });
    await api.profiles.create({ slug: "home", tags: ["b"] });
    const { token } = await api.tokens.create({ name: "t", rights: ["manage"] });
    const { url } = await gateway.listen();
    const get = async (query: string) => {
      const response = await fetch(`${url}/api/profiles?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return Object(await response.json()).map(({ slug }: { slug: string }) => slug);
    };
    expect(await get("tags=a,b&match=all")).toEqual(["dev"]);
    expect(await get("tags[]=a&tags[]=b&match=any")).toEqual(["dev", "home"]);
    expect(await get("tags=b")).toEqual(["dev", "home"]);
  });
});
