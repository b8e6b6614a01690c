import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAULTS, redirect } from "../fixtures/http-plumbing.ts";
import { startHttpServer } from "../fixtures/http-server.ts";
import { startSseServer } from "../fixtures/sse-server.ts";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { isAlive } from "../processes.ts";
import { fixture, hostile, serve, type ServerConfig, startGateway, until } from "./test-gateway.ts";

const good = fixture("--name", "good", "--tool-prefix", "good_");

/** Starts `trouble` beside a server that works, and waits for a state of it. */
async function beside(trouble: ServerConfig, state: string, startTimeoutMs = 10_000) {
  const served = await serve({ trouble, good }, { startTimeoutMs });
  const read = () => served.api.servers.get({ server: "trouble" });
  const server = await until(read, ({ status }) => status.state === state);
  const reachable = await until(
    () =>
      served.client
        .request("tools/call", call("good_echo", { message: "still here" }))
        .catch(String),
    (result) => JSON.stringify(result).includes("still here"),
  );
  expect(JSON.stringify(reachable)).toContain("still here");
  return { ...served, server };
}

const http = async (
  options: Parameters<typeof startHttpServer>[0],
  transport: "http" | "sse" = "http",
) => {
  const server = await startHttpServer(options);
  afterTest(() => server.close());
  return { transport, url: server.url } as const;
};

describe("a server in trouble says why, and costs only itself", () => {
  it.each([
    ["exit", "retrying", "exited", /exit code 1/],
    ["garbage-only", "retrying", "not_mcp", /writes text that is not MCP/],
    ["hang", "retrying", "timeout", /did not answer within 1 s/],
    ["hang-after-init", "retrying", "timeout", /did not answer within 1 s/],
    ["crash-loop", "failed", "crash_loop", /failed 5 times in 5 minutes/],
    ["wrong-version", "failed", "not_mcp", /1999-12-31/],
  ])("%s: %s, %s", async (mode, state, code, message) => {
    // Only those that say nothing at all are waited for to the end.
    const limitMs = mode.startsWith("hang") ? 1000 : 8000;
    const { server } = await beside(hostile(mode), state, limitMs);
    expect(server.status.reason?.code).toBe(code);
    expect(server.status.reason?.message).toMatch(message);
    expect(server.status.action?.command).toContain("trouble");
  });

  it.each([
    [
      "a command that is not there",
      { command: "no-such-command" },
      /“no-such-command” was not found/,
    ],
    [
      "a folder that is not there",
      { command: "node", cwd: "/no/such/folder" },
      /\/no\/such\/folder/,
    ],
    [
      "a file that cannot be run",
      { command: fixtureFile("tools.ts") },
      /cannot be started: EACCES/,
    ],
  ])("%s is not tried again", async (_, command, message) => {
    const { server } = await beside({ transport: "stdio", ...command }, "failed");
    expect(server.status.reason?.code).toBe("command_not_found");
    expect(server.status.reason?.message).toMatch(message);
  });

  it.each([
    ["401", FAULTS.unauthorized, "needs_sign_in", "sign_in"],
    ["404", FAULTS.notFound, "failed", "http_status"],
    ["500", FAULTS.serverError, "retrying", "http_status"],
    ["a page", FAULTS.html, "failed", "not_mcp"],
    ["a reset", FAULTS.reset, "retrying", "unreachable"],
    ["a redirect", redirect("http://127.0.0.1:1/elsewhere"), "failed", "http_status"],
  ])("over HTTP, %s", async (_, fault, state, code) => {
    const { server } = await beside(await http({ fault: () => fault }), state);
    expect(server.status.reason?.code).toBe(code);
  });

  it("over HTTP, a name that is none and a port where nothing listens", async () => {
    const nameless = { transport: "http", url: "http://no-such-host.invalid/mcp" } as const;
    expect((await beside(nameless, "retrying")).server.status.reason?.code).toBe("dns");
    const closed = { transport: "http", url: "http://127.0.0.1:1/mcp" } as const;
    expect((await beside(closed, "retrying")).server.status.reason?.code).toBe("unreachable");
  });

  it("a call to it answers with the reason and the way out, where a model reads it", async () => {
    const { client, api } = await serve({ trouble: fixture("--name", "t"), good });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("echo"),
    );
    await api.servers.update({
      server: "trouble",
      changes: { enabled: true, command: "gone", confirmed: true },
    });
    await until(
      () => api.servers.get({ server: "trouble" }),
      ({ status }) => status.state === "failed",
    );
    expect(names(await client.request("tools/list"))).toContain("echo");
    const result = await client.request("tools/call", call("echo", { message: "x" }));
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toMatch(/“gone” was not found.*servers edit trouble/);
  });
});

describe("a server that misbehaves while it works", () => {
  it("loses one answer of 50 MB, and nothing else", async () => {
    const { client, api } = await serve({ huge: hostile("huge"), good });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("echo"),
    );
    const held = client.request("tools/call", call("hold", { gate: "meanwhile" }));
    const tooBig = await client.request("tools/call", call("echo", { message: "x" }));
    await client.request("tools/call", call("release", { gate: "meanwhile" }));
    const other = await held;
    expect(tooBig).toMatchObject({ isError: true });
    expect(JSON.stringify(tooBig)).toMatch(/50(\.\d)? MB; the limit is 32 MB/);
    expect(other).not.toMatchObject({ isError: true });
    const { status } = await api.servers.get({ server: "huge" });
    expect(status).toMatchObject({ state: "ready", flags: ["answer_too_big"] });
  });

  it("is answered for at once when it dies in the middle of a call, which is not repeated", async () => {
    const record = join(mkdtempSync(join(tmpdir(), "record-")), "received");
    const config = {
      ...fixture("--name", "c"),
      env: { FIXTURE_RECORD: { value: record, plain: true } },
    };
    const { client } = await serve({ mortal: config, good });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("crash"),
    );
    const result = await client.request("tools/call", call("crash"));
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result)).toMatch(/stopped while this request was running.*not repeated/);
    await until(
      () => client.request("tools/call", call("add", { a: 2, b: 2 })),
      (again) => JSON.stringify(again).includes("4"),
    );
    const calls = readFileSync(record, "utf8")
      .split("\n")
      .filter((line) => line.includes('"crash"'));
    expect(calls).toHaveLength(1);
  });

  it.each(["garbage", "partial", "invalid-utf8", "stderr-flood", "list-fails", "cursor-loop"])(
    "%s: is ready all the same",
    async (mode) => {
      const { server } = await beside(hostile(mode), "ready");
      expect(server.status.state).toBe("ready");
      const isIncomplete = server.status.flags.includes("list_incomplete");
      expect(isIncomplete).toBe(mode === "list-fails" || mode === "cursor-loop");
    },
  );

  it("leaves no process behind that ignores everything, nor its children", async () => {
    const root = mkdtempSync(join(tmpdir(), "stubborn-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const pidFile = join(root, "pid");
    const { gateway, client } = await serve({ stubborn: hostile("ignores-eof", pidFile) });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("process"),
    );
    const grandchild = Number(readFileSync(pidFile, "utf8"));
    const answer = await client.request("tools/call", call("process"));
    const child = Number(/"pid":(\d+)/.exec(JSON.stringify(answer))?.[1]);
    expect([child, grandchild].map(isAlive)).toEqual([true, true]);
    await gateway.close();
    // What was killed may wait a moment for init to take note of it.
    await until(
      () => [child, grandchild].filter(isAlive),
      (left) => left.length === 0,
    );
  });

  it("over HTTP, comes back after its session was lost", async () => {
    const upstream = await startHttpServer({ fixture: { toolPrefix: "web_" } });
    afterTest(() => upstream.close());
    const { client } = await serve({ web: { transport: "http", url: upstream.url } });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("web_echo"),
    );
    upstream.loseSessions();
    await until(
      () => client.request("tools/call", call("web_echo", { message: "back" })),
      (result) => JSON.stringify(result).includes("Echo: back"),
    );
    expect(names(await client.request("tools/list"))).toContain("web_echo");
  });

  it("over legacy SSE, lists and answers; another origin for its messages is refused", async () => {
    const upstream = await startSseServer({ fixture: { toolPrefix: "old_" } });
    const foreign = await startSseServer({ endpoint: "foreign-origin" });
    afterTest(() => Promise.all([upstream.close(), foreign.close()]));
    const { client, api } = await serve({
      old: { transport: "sse", url: upstream.url },
      foreign: { transport: "sse", url: foreign.url },
    });
    await until(
      () => client.request("tools/list"),
      (result) => names(result).includes("old_echo"),
    );
    const result = await client.request("tools/call", call("old_echo", { message: "sse" }));
    expect(JSON.stringify(result)).toContain("Echo: sse");
    const refused = await until(
      () => api.servers.get({ server: "foreign" }),
      ({ status }) => status.state === "failed",
    );
    expect(refused.status.reason?.message).toMatch(/wants messages sent to/);
  });
});

describe("consent", () => {
  it("is asked before anything of a file is run, and again when the command changes", async () => {
    const { api, gateway } = await startGateway();
    const { args, command } = fixture("--name", "imported");
    const { rows } = await api.servers.importFile({
      text: JSON.stringify({ mcpServers: { "My Server": { command, args } } }),
    });
    expect(rows).toMatchObject([{ original: "My Server", name: "my-server", outcome: "added" }]);
    await gateway.listen();
    const read = () => api.servers.get({ server: "my-server" });
    expect((await read()).status.state).toBe("unconfirmed");
    await api.servers.update({ server: "my-server", changes: { confirmed: true } });
    await until(read, ({ status }) => status.state === "ready");
    await api.servers.update({ server: "my-server", changes: { args: [...args, "--more"] } });
    expect((await until(read, ({ status }) => status.state !== "ready")).status.state).toBe(
      "unconfirmed",
    );
  });
});
