import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { backupJob, backupReport, backupsView } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CLI, eventually, type Outcome, run, Serving } from "../command-line.ts";
import { afterTest } from "../fixtures/test-support.ts";

const TOKEN = "token-of-this-test-long-enough";

/** A data directory, and the command as users have it. */
class Place {
  readonly root = mkdtempSync(join(tmpdir(), "backup-cli-"));
  readonly dataDir = join(this.root, "data");
  readonly file = join(this.root, "gateway.age");
  readonly env = {
    PATH: process.env.PATH,
    HOME: this.root,
    MCPGATEWAY_BEARER_TOKEN: TOKEN,
    BACKUP_PASSPHRASE_FILE: join(this.root, "passphrase"),
  };

  constructor() {
    writeFileSync(this.env.BACKUP_PASSPHRASE_FILE, "a passphrase for backups\n");
    afterTest(() => rmSync(this.root, { recursive: true, force: true }));
  }

  args(words: string[]): string[] {
    return [CLI, "--data-dir", this.dataDir, "--json", ...words];
  }

  run(...words: string[]): Promise<Outcome> {
    return run(this.args(words), this.env);
  }

  /** The answer of a command that has to work. */
  async answer(...words: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(...words);
    if (code !== 0) throw new Error(`“${words.join(" ")}” ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  add(name: string): Promise<unknown> {
    return this.answer("servers", "add", name, "--url", "http://127.0.0.1:9/");
  }

  async servers(): Promise<string[]> {
    const servers = z.array(z.object({ name: z.string() }));
    return servers.parse(await this.answer("servers", "list")).map(({ name }) => name);
  }

  async serve(): Promise<Serving> {
    const serving = await Serving.start(this.dataDir, this.env);
    afterTest(() => {
      if (serving.child.exitCode === null) serving.child.kill("SIGKILL");
    });
    return serving;
  }
}

describe("the backup commands, as users have them", () => {
  it("back up beside a gateway, and bring a damaged directory back", async () => {
    const place = new Place();
    await place.add("one");
    const serving = await place.serve();
    await place.answer("backup", "create", "--out", place.file);
    await place.add("two");
    await place.answer("backup", "restore", place.file, "--yes");
    expect(await place.servers()).toEqual(["one"]);
    // The same gateway, at the same address.
    expect(serving.child.exitCode).toBe(null);
    expect((await fetch(`${serving.url}/health`)).status).toBe(200);
    expect((await serving.end("SIGTERM")).code).toBe(0);

    writeFileSync(join(place.dataDir, "local-mcp-gateway.db"), "this was a database");
    const refused = await place.run("status");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: "database_damaged" } });
    const report = backupReport.parse(await place.answer("backup", "verify", place.file));
    expect(report).toMatchObject({ verified: true, contents: { counts: { servers: 1 } } });
    await place.answer("backup", "restore", place.file, "--yes");
    expect(await place.servers()).toEqual(["one"]);
  });

  it("are ended by Ctrl-C, and leave nothing behind", async () => {
    const place = new Place();
    const serving = await place.serve();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const words = place.args(["backup", "create", "--out", place.file]);
    const child = spawn(process.execPath, words, {
      env: place.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ended = once(child, "exit");
    const said = text(child.stderr);
    const running = await eventually(async () => {
      const answer = await fetch(`${serving.url}/api/backups/job`, { headers });
      const { job } = z.object({ job: backupJob.nullable() }).parse(await answer.json());
      return job?.state === "running" ? job : undefined;
    }, 20_000);
    expect(running).toMatchObject({ kind: "create", cancellable: true });
    child.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(JSON.parse(await said)).toMatchObject({ error: { code: "backup_cancelled" } });
    expect(existsSync(place.file)).toBe(false);
    expect(readdirSync(join(place.dataDir, "backups"))).toEqual([]);
    const view = backupsView.parse(await place.answer("backup", "list"));
    expect(view).toMatchObject({ backups: [], job: { state: "cancelled" } });
  });
});
