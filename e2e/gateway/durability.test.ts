import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { bundleFile } from "../bundle.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

/** Programs are made where they find what they load. */
const OUT = join(import.meta.dirname, "../../out/tests");

describe("what was acknowledged", () => {
  it("is there after a kill -9 at any moment", async () => {
    const root = mkdtempSync(join(tmpdir(), "durability-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const program = join(OUT, "durability.writer.mjs");
    await bundleFile(join(import.meta.dirname, "durability.writer.ts"), program);
    let last = -1;
    for (let round = 0; round < 8; round += 1) {
      const args = [program, join(root, "data"), String(last + 2)];
      const writer = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const goal = last + 3 + round * 4;
      for await (const line of createInterface(writer.stdout)) {
        last = Number(line);
        if (last >= goal) writer.kill("SIGKILL");
      }
      if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
      expect(writer.signalCode).toBe("SIGKILL");
      const { api, gateway } = await startGateway({ root });
      const servers = await api.servers.list();
      const acknowledged = servers.find(({ name }) => name === `s${last}`);
      expect(acknowledged).toMatchObject({ title: `Title ${last}`, profiles: ["dev"] });
      await gateway.close();
    }
  });

  it("is not lost to another change at the same time", async () => {
    const { api } = await startGateway({
      env: { AUTH_ENCRYPTION_SECRET: "long enough for a test" },
    });
    await api.servers.create({ name: "one", config: fixture() });
    const keys = Array.from({ length: 20 }, (_, at) => `KEY_${at}`);
    await Promise.all(
      keys.map((key) =>
        api.servers.update({ server: "one", changes: { env: { [key]: { value: key } } } }),
      ),
    );
    const { config } = await api.servers.get({ server: "one" });
    expect("env" in config ? Object.keys(config.env).sort() : []).toEqual(keys.sort());
  });

  it("includes a client's session, which a restart does not end", async () => {
    const first = await serve({ one: fixture("--name", "one", "--tools", "echo") });
    const port = Number(new URL(first.url).port);
    const { sessionId } = first.client;
    await first.gateway.close();
    const { gateway } = await startGateway({ root: first.root, settings: { port } });
    await gateway.listen();
    const same = new McpClient(first.client.url, { authorization: `Bearer ${first.token}` });
    same.sessionId = sessionId;
    // The first attempt may meet the connection that the restart has cut.
    const answer = await until(
      () => same.request("ping").catch(() => null),
      (result) => result !== null,
    );
    expect(answer).toEqual({});
  });
});

describe("a data directory", () => {
  it("is private, has one gateway, and says who", async () => {
    const { dataDir, gateway, root } = await startGateway();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const modes = readdirSync(dataDir).map((name) => statSync(join(dataDir, name)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    await expect(startGateway({ root })).rejects.toMatchObject({
      code: "data_dir_held",
      message: expect.stringContaining(`pid ${process.pid}`),
    });
    await gateway.close();
    await (await startGateway({ root })).gateway.close();
  });

  it("that holds something else is refused and left as it is", async () => {
    const { dataDir, gateway, root } = await startGateway();
    await gateway.close();
    const file = join(dataDir, "local-mcp-gateway.db");
    writeFileSync(file, "this is no database, and somebody may need it".repeat(100));
    const before = statSync(file);
    await expect(startGateway({ root })).rejects.toMatchObject({ code: "database_damaged" });
    expect(statSync(file).size).toBe(before.size);
    expect(statSync(file).mtimeMs).toBe(before.mtimeMs);
  });

  it("that was emptied by hand begins anew", async () => {
    const { api, dataDir, gateway, root } = await startGateway();
    await api.profiles.create({ slug: "dev" });
    await gateway.close();
    for (const name of readdirSync(dataDir).filter((one) => one.includes(".db")))
      rmSync(join(dataDir, name));
    const again = await startGateway({ root });
    expect(await again.api.profiles.list()).toEqual([]);
  });
});
