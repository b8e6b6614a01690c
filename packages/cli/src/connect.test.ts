import { createServer } from "node:http";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, httpConnection, remoteUrl } from "./connect.ts";
import { Place } from "./test-kit.ts";

describe("where the gateway is", () => {
  test.each([
    [{}, null],
    [{ HOST: "localhost", PORT: "443" }, null],
    [{ HOST: "127.0.0.1" }, null],
    [{ HOST: "127.1.2.3" }, null],
    [{ HOST: "::1" }, null],
    [{ HOST: "app.localhost" }, null],
    [{ HOST: "0.0.0.0", PORT: "80" }, null],
    [{ HOST: "::" }, null],
    [{ HOST: "gateway.example" }, "http://gateway.example:4444"],
    [{ HOST: "gateway.example", PORT: "443" }, "https://gateway.example"],
    [{ HOST: "10.0.0.7", PORT: "8080" }, "http://10.0.0.7:8080"],
    [{ HOST: "fd00::7", PORT: "8080" }, "http://[fd00::7]:8080"],
    [{ HOST: "localhost.example" }, "http://localhost.example:4444"],
    [{ HOST: "127.example" }, "http://127.example:4444"],
  ])("%j is %s", (env, url) => {
    expect(remoteUrl({}, env)).toBe(url);
  });

  test("--gateway stands above HOST", () => {
    expect(remoteUrl({ gateway: "https://a.example/b/" }, { HOST: "c.example" })).toBe(
      "https://a.example/b",
    );
  });

  test.each(["ftp://a.example", "a.example", ""])("--gateway %j is refused", (gateway) => {
    expect(() => remoteUrl({ gateway }, {})).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("a HOST that is no name is refused as configuration", () => {
    expect(() => remoteUrl({}, { HOST: "a b" })).toThrow(
      expect.objectContaining({ code: "config_invalid", exit: 2 }),
    );
  });

  test("a remote gateway needs a token, which a file may hold", async () => {
    const place = new Place();
    try {
      const env = { HOST: "gateway.invalid" };
      const ran = await place.run(["status", "--json"], { env });
      expect(JSON.parse(ran.err)).toMatchObject({ error: { code: "remote_token_missing" } });
      const file = place.write("token", "lmg_x\n");
      const withToken = await place.run(["status", "--json"], {
        env: { ...env, MCPGATEWAY_BEARER_TOKEN_FILE: file },
      });
      expect(JSON.parse(withToken.err)).toMatchObject({ error: { code: "gateway_unreachable" } });
    } finally {
      place.remove();
    }
  });
});

describe("a gateway on another machine", () => {
  test("takes a user name and a password where there is no token", async () => {
    const place = new Place();
    const known = { BASIC_AUTH_USER: "admin", BASIC_AUTH_PASSWORD: "the password of this test" };
    const { url, stop } = await place.serve([], known);
    try {
      const asked = ["--gateway", url, "servers", "list"];
      expect(await place.json(asked, { env: known })).toEqual([]);
      const wrong = { ...known, BASIC_AUTH_PASSWORD: "another password of it" };
      expect((await place.run(asked, { env: wrong })).err).not.toContain("another password");
      expect((await place.run(asked, { env: wrong })).exit).not.toBe(0);
    } finally {
      await stop();
      place.remove();
    }
  });
});

describe("errors over HTTP", () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.remove());

  test("are those that the gateway meant", async () => {
    const { url, stop } = await place.serve();
    const wrong = httpConnection({ url, authorization: bearer("lmg_wrong") });
    await expect(wrong.api.status.get()).rejects.toMatchObject({ code: "token_unknown" });
    const created = await place.run(["tokens", "create", "--name", "weak"]);
    const weak = httpConnection({ url, authorization: bearer(created.out.trim()) });
    await expect(weak.api.servers.list()).rejects.toMatchObject({
      code: "token_lacks_right",
      params: { right: "manage" },
      wayOut: expect.stringContaining("--rights manage"),
    });
    await Promise.all([wrong.close(), weak.close(), stop()]);
    const gone = httpConnection({ url, authorization: bearer("lmg_wrong") });
    await expect(gone.api.status.get()).rejects.toMatchObject({ code: "gateway_unreachable" });
    await gone.close();
  });

  test.each([
    ["text/html", 200, "<h1>hello</h1>"],
    ["application/json", 200, '{"state":"odd"}'],
    ["application/json", 404, '{"error":"no"}'],
    ["text/html", 502, "<h1>bad</h1>"],
  ])("of something else than a gateway: %s %s", async (type, status, body) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { "content-type": type });
      response.end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : null;
    const connection = httpConnection({
      url: `http://127.0.0.1:${port}`,
      authorization: bearer("lmg_x"),
    });
    await expect(connection.api.status.get()).rejects.toMatchObject({ code: "not_a_gateway" });
    await connection.close();
    server.close();
  });

  test("a command waits for another one that has the directory", async () => {
    const [first, second] = await Promise.all([
      place.run(["profiles", "create", "one"]),
      place.run(["profiles", "create", "two"]),
    ]);
    expect([first.exit, second.exit]).toEqual([0, 0]);
    expect(await place.json(["profiles", "list"])).toHaveLength(2);
  });
});
