import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenRight } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { startHttpServer } from "../fixtures/http-server.ts";
import { afterTest, call, fixtureFile } from "../fixtures/test-support.ts";
import { fixture, hostile, serve, startGateway, until } from "./test-gateway.ts";

const CANARY = "canary-4be1c9d27a60";
const withVault = { env: { AUTH_ENCRYPTION_SECRET: "a secret that opens the vault" } };

const ready = (api: Awaited<ReturnType<typeof startGateway>>["api"], server: string) =>
  until(
    () => api.servers.get({ server }),
    ({ status }) => status.state === "ready",
  );

describe("servers out of a pasted text", () => {
  it("are added as chosen: other names, plain variables, a profile; and work after consent", async () => {
    const { api, gateway } = await startGateway(withVault);
    await api.profiles.create({ slug: "dev" });
    await gateway.listen();
    const text = JSON.stringify({
      mcpServers: {
        One: {
          command: process.execPath,
          args: [fixtureFile("stdio-server.ts"), "--tools", "env,process", "--token", CANARY],
          env: { MODE: "plain", KEY: CANARY },
        },
        left: { command: "x" },
        two: { url: `http://127.0.0.1:9/mcp?key=${CANARY}` },
      },
    });
    const recognized = await api.servers.recognize({ text });
    expect(JSON.stringify(recognized)).not.toContain(CANARY);
    expect(recognized.servers.map(({ name }) => name)).toEqual(["one", "left", "two"]);
    expect(await api.servers.list()).toEqual([]);

    const { rows } = await api.servers.importFile({
      text,
      profile: "dev",
      choices: [
        { index: 2, name: "second" },
        { index: 0, plain: ["MODE", "NOT_THERE"] },
      ],
    });
    expect(rows).toEqual([
      {
        original: "two",
        name: "second",
        outcome: "added",
        message: expect.stringContaining("ECONNREFUSED"),
      },
      { original: "One", name: "one", outcome: "added", message: null },
    ]);

    const one = await api.servers.get({ server: "one" });
    expect(one).toMatchObject({
      title: "One",
      confirmed: false,
      profiles: ["dev"],
      status: { state: "unconfirmed" },
      secrets: { token: { set: true } },
      config: {
        args: [expect.any(String), "--tools", "env,process", "--token", "${secret:token}"],
        env: { MODE: { plain: true, value: "plain" }, KEY: { plain: false } },
      },
    });
    expect(await api.servers.get({ server: "second" })).toMatchObject({
      config: { url: "http://127.0.0.1:9/mcp?key=${secret:query.key}" },
      profiles: ["dev"],
    });
    expect(JSON.stringify(await api.servers.list())).not.toContain(CANARY);

    await api.servers.update({ server: "one", changes: { confirmed: true } });
    await ready(api, "one");
    const env = await api.servers.callTool({
      server: "one",
      name: "env",
      arguments: { name: "KEY" },
    });
    expect(JSON.stringify(env.result)).toContain(CANARY);
  });

  it("ask for what the text leaves open, in arguments and variables alike", async () => {
    const { api, gateway } = await startGateway(withVault);
    await gateway.listen();
    const text = JSON.stringify({
      inputs: [{ type: "promptString", id: "key", password: true }],
      servers: {
        one: {
          command: process.execPath,
          args: [fixtureFile("stdio-server.ts"), "--tools", "env"],
          env: { ASKED: "${input:key}" },
        },
        web: {
          type: "http",
          url: "http://127.0.0.1:9/mcp",
          headers: { Authorization: "Bearer ${input:key}" },
        },
      },
    });
    const { rows } = await api.servers.importFile({ text });
    expect(rows.map(({ message }) => message)).toEqual([
      "“one” refers to the secret “key”, which has no value yet.",
      expect.stringContaining("“web” refers to the secret “key”, which has no value yet."),
    ]);
    await api.servers.update({ server: "one", changes: { confirmed: true } });
    await until(
      () => api.servers.get({ server: "one" }),
      ({ status }) => status.reason?.code === "secret",
    );
    await api.servers.update({ server: "one", changes: { secrets: { key: CANARY } } });
    await ready(api, "one");
    const { result } = await api.servers.callTool({
      server: "one",
      name: "env",
      arguments: { name: "ASKED" },
    });
    expect(JSON.stringify(result)).toContain(CANARY);
  });

  it("are refused one by one, and the text as a whole where nothing of it can be read", async () => {
    const { api, gateway } = await startGateway();
    const { url } = await gateway.listen();
    await api.servers.create({ name: "files", config: fixture() });
    const text = `{"files": {"command": "x"}, "none": {}, "self": {"url": "${url}/mcp/dev"}}`;
    expect(await api.servers.recognize({ text })).toMatchObject({
      servers: [
        { taken: true },
        { problem: "It has neither a command nor a URL." },
        { problem: "This is the gateway itself." },
      ],
    });
    expect((await api.servers.importFile({ text })).rows).toMatchObject([
      { outcome: "skipped", message: "There is a server “files” already." },
      { outcome: "failed" },
      { outcome: "failed", message: "This is the gateway itself." },
    ]);
    const refusal = (wanted: Parameters<typeof api.servers.importFile>[0]) =>
      api.servers.importFile(wanted).then(
        () => null,
        (error: unknown) => error,
      );
    expect(await refusal({ text: '{"a": ' })).toMatchObject({ data: { code: "malformed_json" } });
    expect(await refusal({ text: "What?" })).toMatchObject({ data: { code: "validation_failed" } });
    expect(await refusal({ text: "npx a-mcp", profile: "none" })).toMatchObject({
      data: { code: "profile_not_found" },
    });
    expect(await refusal({ text: "npx a-mcp", choices: [{ index: 1 }] })).toMatchObject({
      data: { message: "The text has no server number 2." },
    });
    expect((await api.servers.list()).map(({ name }) => name)).toEqual(["files"]);
  });

  it("keep their secrets out of the vault's reach where there is none, with the way out", async () => {
    const { api } = await startGateway();
    const { rows } = await api.servers.importFile({ text: "KEY=x npx -y acme-mcp" });
    expect(rows).toMatchObject([{ outcome: "failed", message: expect.stringContaining("vault") }]);
  });
});

describe("one server looked at", () => {
  it("shows what would run before it runs, and runs nothing of it", async () => {
    const { api } = await startGateway();
    await api.servers.create({
      name: "one",
      config: { ...fixture("--x", "a b"), cwd: "/", env: { A: { value: "b", plain: true } } },
    });
    await api.servers.create({
      name: "none",
      config: { transport: "stdio", command: "no-such-7" },
    });
    await api.servers.create({
      name: "web",
      config: { transport: "http", url: "http://h.invalid/" },
    });
    expect(await api.servers.review({ server: "one" })).toEqual({
      command: process.execPath,
      args: [fixtureFile("stdio-server.mjs"), "--x", "a b"],
      path: process.execPath,
      version: null,
      cwd: "/",
      env: ["A"],
      addedAt: expect.any(Number),
    });
    expect(await api.servers.review({ server: "none" })).toMatchObject({
      path: null,
      version: null,
    });
    await expect(api.servers.review({ server: "web" })).rejects.toMatchObject({
      data: { code: "validation_failed" },
    });
    expect(await api.servers.activity({ server: "one" })).toEqual([]);
  });

  it("shows the file that its own PATH leads to, as its start would find it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "own-path-"));
    afterTest(() => rmSync(folder, { recursive: true, force: true }));
    const own = join(folder, "node");
    writeFileSync(own, "#!/bin/sh\n", { mode: 0o755 });
    const { api } = await startGateway(withVault);
    const pasted = { command: "node", env: { PATH: folder } };
    await api.servers.importFile({ text: JSON.stringify({ pasted }) });
    expect(await api.servers.review({ server: "pasted" })).toMatchObject({ path: own });

    const secret = {
      transport: "stdio" as const,
      command: "node",
      env: { PATH: { value: folder } },
    };
    await api.servers.create({ name: "secret", config: secret });
    expect(await api.servers.review({ server: "secret" })).toMatchObject({ path: null });
  });

  it("offers what it lists, and calls its tools by their own names", async () => {
    const { api } = await serve({
      one: fixture("--tools", "echo,fail"),
      two: fixture("--tools", "echo"),
    });
    await ready(api, "one");
    const capabilities = await api.servers.capabilities({ server: "one" });
    expect(capabilities.filter(({ kind }) => kind === "tool")).toMatchObject([
      { name: "echo", title: "Echo", definition: { "x-vendor": { kept: [1, null, "three"] } } },
      { name: "fail" },
    ]);
    expect(new Set(capabilities.map(({ kind }) => kind))).toEqual(
      new Set(["tool", "prompt", "resource", "resource_template"]),
    );
    const called = (name: string) =>
      api.servers.callTool({ server: "one", ...call(name, { message: "hello" }) });
    expect(await called("echo")).toMatchObject({
      result: { content: [{ type: "text", text: "Echo: hello" }] },
      durationMs: expect.any(Number),
    });
    expect(await called("fail")).toMatchObject({ result: { isError: true } });
    await api.servers.update({ server: "one", changes: { enabled: false } });
    expect(await called("echo")).toMatchObject({ result: { isError: true } });
  });

  it("tells what happened to it, also before its restart", async () => {
    const { api } = await serve({ bad: hostile("exit") });
    await until(
      () => api.servers.activity({ server: "bad" }),
      (changes) => changes.some(({ state }) => state === "retrying"),
    );
    await api.servers.restart({ server: "bad" });
    const changes = await until(
      () => api.servers.activity({ server: "bad" }),
      (all) => all.filter(({ state }) => state === "retrying").length >= 2,
    );
    const times = changes.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    expect(changes.at(-1)).toMatchObject({ state: "starting" });
  });

  it("may be called by those only who may run it", async () => {
    const upstream = await startHttpServer();
    afterTest(() => upstream.close());
    const { api, url } = await serve({
      one: fixture("--tools", "echo"),
      web: { transport: "http", url: upstream.url },
    });
    await ready(api, "one");
    await ready(api, "web");
    const calling = async (server: string, rights: TokenRight[]): Promise<number> => {
      const { token } = await api.tokens.create({ name: "m", rights });
      const response = await fetch(`${url}/api/servers/${server}/call`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ name: "echo", arguments: { message: "x" } }),
      });
      await response.text();
      return response.status;
    };
    expect(await calling("one", ["use", "manage"])).toBe(403);
    expect(await calling("web", ["manage"])).toBe(403);
    expect(await calling("web", ["use", "manage"])).toBe(200);
    expect(await calling("one", ["use", "manage", "processes"])).toBe(200);
  });
});

describe("a profile", () => {
  it("tells roughly what its tools cost a model's context, by what clients are sent", async () => {
    const { api, client } = await serve({ one: fixture("--tools", "echo,add") });
    await ready(api, "one");
    const listed = JSON.stringify(await client.request("tools/list"));
    const before = await api.profiles.get({ profile: "dev" });
    expect(before.estimatedTokens).toBe(Math.round((listed.length - '{"tools":[]}'.length) / 4));
    await api.profiles.customize({
      profile: "dev",
      changes: [{ kind: "tool", server: "one", original: "echo", enabled: false }],
    });
    const after = await api.profiles.get({ profile: "dev" });
    expect(after.estimatedTokens).toBeGreaterThan(0);
    expect(after.estimatedTokens).toBeLessThan(before.estimatedTokens);
    expect(await api.profiles.create({ slug: "empty" })).toMatchObject({ estimatedTokens: 0 });
  });
});
