import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { afterTest, call, fixtureFile, names } from "../../fixtures/test-support.ts";
import { until } from "../test-gateway.ts";
import { bearer, startStage, type Stage } from "./stage.ts";

/** Arguments that a shell would act on, on this system or another. */
const LITERAL = [
  "$(touch MARK)",
  "`touch MARK`",
  "; touch MARK",
  "| touch MARK",
  "&& touch MARK",
  "> MARK",
  "%PATH%",
  "!PATH!",
  "^&",
  '"',
  "'",
  "\\",
  "*",
  "~",
  "-",
  "--",
  " ",
  "a b",
  "a\nb",
  "${HOME}",
  "é🔑",
];

let stage: Stage;
let directory: string;
let mark: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "consent-"));
  mark = join(directory, "started");
  stage = await startStage();
  afterTest(async () => {
    await stage.close();
    rmSync(directory, { recursive: true, force: true });
  });
});

/** By REST, with a token that may do everything. */
async function send(method: string, path: string, body: unknown): Promise<number> {
  const answer = await fetch(`${stage.url}/api${path}`, {
    method,
    headers: { "content-type": "application/json", ...bearer(stage.token) },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

/** A server whose start leaves a mark, however it is started. */
const marking = () => ({
  transport: "stdio",
  command: process.execPath,
  args: ["-e", `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`],
});

describe("N-12: a server that somebody else described", () => {
  it("is started by nothing before a person agreed to its command", async () => {
    expect(await send("POST", "/servers", { name: "made", config: marking() })).toBe(201);
    const { command, args } = marking();
    const text = JSON.stringify({ mcpServers: { imported: { command, args } } });
    expect(await send("POST", "/servers/recognize", { text })).toBe(200);
    expect(await send("POST", "/servers/import", { text, profile: "dev" })).toBe(200);
    await send("PATCH", "/profiles/dev", { changes: { servers: ["made", "imported"] } });
    const client = new McpClient(`${stage.url}/mcp/dev`, bearer(stage.token));
    await client.initialize();
    for (const name of ["made", "imported"]) {
      await send("PATCH", `/servers/${name}`, { changes: { title: "Harmless", enabled: true } });
      await send("POST", `/servers/${name}/test`, {});
      await send("POST", `/servers/${name}/restart`, {});
      await send("POST", `/servers/${name}/call`, { name: "echo" });
      expect(await stage.api.servers.get({ server: name })).toMatchObject({
        confirmed: false,
        status: { state: "unconfirmed", action: { code: "review_command" } },
      });
      const { command: shown, args: shownArgs } = await stage.api.servers.review({ server: name });
      expect([shown, shownArgs]).toEqual([command, args]);
    }
    expect(await client.request("tools/list")).toEqual({ tools: [] });
    await stage.gateway.close();
    expect(existsSync(mark)).toBe(false);
  });

  it("gets its arguments as they were agreed to, and no shell reads them", async () => {
    const args = LITERAL.map((text) => text.replaceAll("MARK", mark));
    const config = {
      transport: "stdio",
      command: process.execPath,
      args: [fixtureFile("stdio-server.ts"), "--tools", "process", "--", ...args],
    };
    expect(await send("POST", "/servers", { name: "one", config, confirmed: true })).toBe(201);
    await send("PATCH", "/profiles/dev", { changes: { servers: ["one"] } });
    const client = new McpClient(`${stage.url}/mcp/dev`, bearer(stage.token));
    await client.initialize();
    await until(
      () => client.request("tools/list"),
      (list) => names(list).includes("process"),
    );
    expect(await client.request("tools/call", call("process"))).toMatchObject({
      structuredContent: { argv: ["--tools", "process", "--", ...args] },
    });
    expect(existsSync(mark)).toBe(false);

    // What was agreed to was this command; another one has to be agreed to again.
    const changed = { changes: { args: [...config.args, "more"] } };
    expect(await send("PATCH", "/servers/one", changed)).toBe(200);
    expect(await stage.api.servers.get({ server: "one" })).toMatchObject({ confirmed: false });
  });
});
