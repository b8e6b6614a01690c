import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gatewayStatus, logState } from "@local-mcp/contract";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { z } from "zod";
import { CLI } from "../command-line.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { fixture, startGateway, until } from "./test-gateway.ts";

/** What a file may take, KiB: more than the configuration, and soon less than the log. */
const LIMIT_KIB = 3000;

/** Its files cannot grow: to SQLite it is a disk that is full. */
async function serveWithin(dataDir: string, root: string) {
  const program = `ulimit -S -f ${LIMIT_KIB} && exec "$0" "$@"`;
  const args = [
    "-c",
    program,
    process.execPath,
    CLI,
    "serve",
    "--port",
    "0",
    "--data-dir",
    dataDir,
  ];
  const child = spawn("bash", args, {
    env: { PATH: process.env.PATH, HOME: root },
    stdio: ["ignore", "pipe", "ignore"],
  });
  afterTest(async () => {
    const exit = once(child, "exit");
    child.kill();
    await exit;
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const { url } = z.object({ url: z.url() }).parse(JSON.parse(String(line)));
  return { url, pid: String(child.pid) };
}

test.runIf(process.platform === "linux")(
  "where the disk is full, recording stops and says so, calls go on, and it goes on when it is asked",
  async () => {
    const root = mkdtempSync(join(tmpdir(), "logs-disk-full-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const { api, gateway, dataDir } = await startGateway({ root });
    await api.servers.create({ name: "one", config: fixture(), confirmed: true });
    await api.profiles.create({ slug: "dev", servers: ["one"], allowWithoutToken: true });
    const { token } = await api.tokens.create({ name: "admin", rights: ["manage"] });
    await gateway.close();

    const { url, pid } = await serveWithin(dataDir, root);
    const read = async (path: string): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/api${path}`, { headers })).json();
    };
    const state = async () => logState.parse(await read("/logs/state"));
    const recordAgain = async () => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/api/logs/record`, { method: "POST", headers });
      return logState.parse(await answer.json());
    };
    const client = new McpClient(`${url}/mcp/dev`);
    await client.initialize();
    let calls = 0;
    const call = async (): Promise<unknown> => {
      calls += 1;
      const message = `call-${calls} ${"text ".repeat(5000)}`;
      return client.request("tools/call", { name: "echo", arguments: { message } });
    };
    await until(
      () => client.request("tools/list"),
      (listed) => JSON.stringify(listed).includes('"echo"'),
    );

    const stopped = await until(
      async () => {
        await call();
        return state();
      },
      ({ problem }) => problem !== null,
    );
    expect(stopped.problem).toMatchObject({ code: "logs_stopped" });
    expect(stopped.problem?.message).toContain("disk");
    const { warnings } = gatewayStatus.parse(await read("/status"));
    expect(warnings.map(({ code }) => code)).toContain("logs_stopped");
    expect(JSON.stringify(await call())).toContain(`call-${calls}`);
    expect((await state()).dropped).toBeGreaterThan(stopped.dropped);
    expect((await recordAgain()).problem).not.toBeNull();

    expect(spawnSync("prlimit", ["--pid", pid, "--fsize=unlimited"]).status).toBe(0);
    const { dropped } = await state();
    const again = await recordAgain();
    expect(again.problem).toBeNull();
    expect(again.dropped).toBeGreaterThanOrEqual(dropped);
    await call();
    await until(
      async () =>
        z
          .object({ matches: z.number() })
          .parse(await read(`/logs/count?filter=text:call-${calls}`)),
      ({ matches }) => matches > 0,
    );
    const file = new Database(join(dataDir, "traffic.db"), { readonly: true });
    expect(file.pragma("integrity_check", { simple: true })).toBe("ok");
    file.close();
  },
);
