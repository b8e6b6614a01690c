import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLI } from "../e2e/command-line.ts";
import { isRecord } from "../e2e/fixtures/json-rpc.ts";
import { node, plainEnvironment, type Launch } from "./child.ts";

/**
 * A data directory of ours, filled with the same commands that a person types. Settings stay as
 * they are shipped.
 */
export class OurDirectory {
  readonly name: string;
  readonly dataDir: string;
  readonly env: { HOME: string };

  constructor(root: string, name: string) {
    this.name = name;
    this.dataDir = join(root, name);
    this.env = { HOME: root };
  }

  addServer(name: string, server: readonly string[]): void {
    this.#run(["servers", "add", name], server);
  }

  /** Many at once, from a file as clients have it. */
  importServers(servers: Record<string, object>): void {
    const file = `${this.dataDir}-servers.json`;
    writeFileSync(file, JSON.stringify({ mcpServers: servers }));
    this.#run(["import", file, "--start", "all", "--yes"]);
  }

  /** @returns the headers that a client of the profile sends */
  addProfile(slug: string, servers: readonly string[]): Record<string, string> {
    this.#run(["profiles", "create", slug, "--servers", servers.join(",")]);
    const created = this.#run(["tokens", "create", "--name", slug, "--profile", slug]);
    if (!isRecord(created) || typeof created.token !== "string") throw new Error("no token");
    return { authorization: `Bearer ${created.token}` };
  }

  /** The same as it is now, under another name. */
  copy(name: string): OurDirectory {
    const copy = new OurDirectory(this.env.HOME, name);
    cpSync(this.dataDir, copy.dataDir, { recursive: true });
    return copy;
  }

  launch(port: number): Launch {
    return node(CLI, ["serve", "--port", String(port), "--data-dir", this.dataDir], this.env);
  }

  #run(command: readonly string[], rest: readonly string[] = []): unknown {
    const args = [CLI, ...command, "--data-dir", this.dataDir, "--json", ...rest];
    const answer = execFileSync(process.execPath, args, {
      env: { ...plainEnvironment(), ...this.env },
      encoding: "utf8",
      // What it says to a person is told where it fails.
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(answer);
  }
}
