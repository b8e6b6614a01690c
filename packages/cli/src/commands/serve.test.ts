import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FIXTURE, Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("serve", { timeout: 30_000 }, () => {
  test("says where it is, and ends with 0 when it is asked to stop", async () => {
    await place.run(["profiles", "create", "dev"]);
    const gateway = await place.serve();
    const { exit, out, err } = await gateway.stop();
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({
      event: "ready",
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: process.pid,
      dataDir: place.dataDir,
    });
    expect(err).toContain(`MCP clients connect to 1 profile:\n  ${gateway.url}/mcp/dev\n`);
    expect(err).toContain("tokens create --name NAME");
    expect(err).toContain("What passes is recorded in the data directory");
    expect(err).toContain("settings set logLevel errors");
  });

  test("a second one is told who is there, and ends with 7", async () => {
    const gateway = await place.serve();
    const second = await place.run(["serve", "--port", "0"]);
    expect(second).toMatchObject({
      exit: 7,
      out: "",
      err: expect.stringContaining(`pid ${process.pid}`),
    });
    await gateway.stop();
  });

  test("a port that is taken ends with 7, and leaves nothing behind", async () => {
    const other = new Place();
    try {
      const gateway = await place.serve();
      const { port } = new URL(gateway.url);
      const second = await other.run(["serve", "--port", port]);
      expect(second).toMatchObject({ exit: 7, err: expect.stringMatching(/^Port \d+ is used by/) });
      expect((await other.run(["status"])).exit).toBe(0);
      await gateway.stop();
    } finally {
      other.remove();
    }
  });

  test("warns where somebody else has the port of ::1, as the status does", async ({ skip }) => {
    const squatter = createServer();
    squatter.listen({ host: "::1", port: 0, ipv6Only: true });
    const [error] = await Promise.race([once(squatter, "listening"), once(squatter, "error")]);
    skip(error !== undefined, "there is no IPv6");
    const address = squatter.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const gateway = await place.serve(["--port", String(port)]);
    const status = await place.run(["status"]);
    const { exit, err } = await gateway.stop();
    squatter.close();
    expect(exit).toBe(0);
    const said = `Port ${port} of [::1] is used by `;
    expect(err).toContain(`Warning: ${said}`);
    expect(err).toContain(`Use http://127.0.0.1:${port} in every client, not localhost`);
    expect(status.out + status.err).toContain(said);
  });
});

describe("with a gateway running", { timeout: 30_000 }, () => {
  test("commands speak to it", async () => {
    const gateway = await place.serve();
    await place.run(["servers", "add", "one", "--", ...FIXTURE, "--tools", "echo,add"]);
    const created = await place.run(["profiles", "create", "dev", "--servers", "one"]);
    expect(created.out).toBe(`Created “dev” at ${gateway.url}/mcp/dev; /mcp serves it too.\n`);
    const sum = await place.run(["tools", "call", "add", "--args", '{"a":1,"b":2}']);
    expect(sum).toMatchObject({ exit: 0, out: expect.stringContaining("3") });
    expect(await place.json(["status"])).toMatchObject({
      state: "serving",
      url: gateway.url,
      activeProfile: "dev",
      servers: [{ name: "one", status: { state: "ready" } }],
    });
    const status = await place.run(["status"]);
    expect(status.out).toMatch(/^one +Ready$/m);
    expect((await place.run(["servers", "show", "two"])).exit).toBe(1);
    await gateway.stop();
    expect((await place.run(["status"])).out).toMatch(/^Gateway +Not serving$/m);
  });

  test("restarts a server of it, and shows what the server wrote to its stderr", async () => {
    const loud = place.write(
      "loud.mjs",
      `console.error("started \\u001b[2J" + process.pid); console.log("Hello"); console.log("\\u001b[2J!");
      await import(${JSON.stringify(FIXTURE[1])});`,
    );
    await place.run(["servers", "add", "one", "--", FIXTURE[0] ?? "", loud, "--tools", "echo"]);
    const none = await place.run(["servers", "output", "one"]);
    expect(none).toMatchObject({ exit: 1, err: expect.stringContaining("No Local MCP Gateway") });
    expect((await place.run(["servers", "restart", "one"])).exit).toBe(1);

    const gateway = await place.serve();
    const output = async (): Promise<string> => {
      expect(await place.json(["servers", "test", "one"])).toMatchObject({ ok: true });
      return (await place.run(["servers", "output", "one"])).out;
    };
    const first = await output();
    expect(first).toMatch(/^started \\u001b\[2J\d+$/m);
    expect((await place.run(["servers", "restart", "one"])).out).toBe("Restarted “one”.\n");
    await place.run(["servers", "disable", "one"]);
    expect(await place.run(["servers", "restart", "one"])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("servers enable one"),
    });
    await place.run(["servers", "enable", "one"]);
    expect(await output()).not.toBe(first);
    expect(await place.json(["servers", "output", "one"])).toEqual({
      lines: expect.arrayContaining([expect.stringContaining("started"), "stdout: Hello"]),
      garbage: { lines: 2, last: expect.stringContaining("!") },
    });
    expect((await place.run(["servers", "output", "one"])).err).toBe(
      "2 lines on stdout were not MCP; the last: \\u001b[2J!\n",
    );
    await gateway.stop();
  });

  test("a remote one is spoken to with a token, by its rights", async () => {
    const gateway = await place.serve();
    const made = await place.run(["tokens", "create", "--name", "far", "--rights", "use,manage"]);
    const elsewhere = new Place();
    try {
      const env = { MCPGATEWAY_BEARER_TOKEN: made.out.trim() };
      const remote = (...words: string[]) =>
        elsewhere.run(["--gateway", gateway.url, ...words], { env });
      expect((await remote("profiles", "create", "far")).exit).toBe(0);
      expect(await place.json(["profiles", "list"])).toMatchObject([{ slug: "far" }]);
      const refused = await remote("servers", "add", "one", "--", "node");
      expect(refused).toMatchObject({
        exit: 1,
        err: expect.stringContaining("--rights processes"),
      });
    } finally {
      elsewhere.remove();
    }
    await gateway.stop();
  });
});

describe("tokens", { timeout: 30_000 }, () => {
  test("are printed once, listed without their value, and revoked", async () => {
    await place.run(["profiles", "create", "dev"]);
    const made = await place.run(["tokens", "create", "--name", "Cursor", "--profile", "dev"]);
    expect(made.out).toMatch(/^lmg_\S{43}\n$/);
    expect(made.err).toBe("Copy this token now. It cannot be shown again.\n");
    expect(await place.json(["tokens", "create", "--name", "x"])).toMatchObject({
      token: expect.stringMatching(/^lmg_/),
      profile: null,
      rights: ["use"],
    });
    const listed = await place.run(["tokens", "list"]);
    expect(listed.out).toMatch(
      /^\S+ +Cursor +lmg_\S+ +dev +use +\d{4}-\d\d-\d\d \d\d:\d\d +never$/m,
    );
    expect(listed.out).not.toContain(made.out.trim());
    expect((await place.run(["tokens", "revoke", "Cursor"])).out).toBe(
      "“Cursor” can no longer connect.\n",
    );
    expect((await place.run(["tokens", "revoke", "Cursor"])).exit).toBe(1);
    expect((await place.run(["tokens", "create", "--name", "y", "--profile", "none"])).exit).toBe(
      1,
    );
  });
});

describe("doctor", { timeout: 30_000 }, () => {
  test("ends with 0, and says where each setting comes from", async () => {
    const ran = await place.run(["doctor"], { env: { PORT: "5555" } });
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/^ok +settings +port is 5555 \(environment\)\.$/m);
    expect(ran.out).toMatch(/^note +vault +There is no vault yet/m);
  });

  test("ends with 1 when there is a problem", async () => {
    await place.run(["vault", "init", "--passphrase-stdin"], { input: "correct horse battery" });
    const ran = await place.run(["doctor"]);
    expect(ran.exit).toBe(1);
    expect(ran.out).toMatch(/^PROBLEM +vault +The vault is locked\./m);
  });
});
