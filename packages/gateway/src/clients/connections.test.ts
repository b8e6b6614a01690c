import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { Connections, type ConnectionsOptions } from "./connections.ts";

const dev = { profileId: "1", slug: "dev", allowWithoutToken: false, enabled: true };
const open = { profileId: "2", slug: "open", allowWithoutToken: true, enabled: true };

describe("what clients are given to connect with", () => {
  let home = "";
  beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "clients-"))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const connections = (more: Partial<ConnectionsOptions> = {}): Connections =>
    new Connections({
      url: () => "http://127.0.0.1:4444",
      isListening: () => true,
      profile: (slug) => (slug === "open" ? open : dev),
      activeProfile: () => dev,
      launcher: { command: "/opt/node", args: ["/opt/cli.mjs"] },
      dataDir: null,
      home,
      env: () => ({ PATH: join(home, "bin") }),
      version: "1",
      ...more,
    });

  const textOf = (made: Connections, client: string, profile?: string): string =>
    made.snippets(profile).find((one) => one.client === client)?.text ?? "";

  it("is the address of the profile, or the one that follows the active profile", () => {
    expect(textOf(connections(), "other", "dev")).toContain("http://127.0.0.1:4444/mcp/dev\n");
    expect(textOf(connections(), "other")).toContain("http://127.0.0.1:4444/mcp\n");
    expect(textOf(connections(), "cursor", "dev")).toContain('"local-mcp-dev"');
    expect(textOf(connections(), "cursor")).toContain('"local-mcp-gateway"');
  });

  it("starts the bridge with the profile, and with the data directory where it is another", () => {
    const bridge = (made: Connections): unknown =>
      JSON.parse(textOf(made, "claude-desktop")).mcpServers["local-mcp-gateway"];
    expect(bridge(connections())).toEqual({
      command: "/opt/node",
      args: ["/opt/cli.mjs", "bridge", "--profile", "dev"],
    });
    expect(bridge(connections({ dataDir: "/srv/my data" }))).toEqual({
      command: "/opt/node",
      args: ["/opt/cli.mjs", "--data-dir", "/srv/my data", "bridge", "--profile", "dev"],
    });
  });

  it("needs no token where the profile needs none", () => {
    expect(
      connections()
        .snippets("open")
        .map((one) => one.needsToken),
    ).not.toContain(true);
  });

  it("says which clients are there, by their folder or their program", () => {
    const installed = (): string[] =>
      connections()
        .snippets("dev")
        .filter((one) => one.installed)
        .map(({ client }) => client);
    expect(installed()).toEqual([]);
    mkdirSync(join(home, ".cursor"));
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin", "codex"), "");
    chmodSync(join(home, "bin", "codex"), 0o755);
    expect(installed()).toEqual(["cursor", "codex"]);
  });

  it("is refused where nothing is active", () => {
    const none = connections({
      activeProfile: () => {
        throw new GatewayError("no_active_profile");
      },
    });
    expect(() => none.snippets(undefined)).toThrow("No profile is active");
  });

  it("are not tried with a program that has the port instead of us", async () => {
    const seen: unknown[] = [];
    const other = createServer(({ headers }, response) => {
      seen.push(headers);
      response.end();
    });
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = z.object({ port: z.number() }).parse(other.address());
    const made = connections({ url: () => `http://127.0.0.1:${port}`, isListening: () => false });
    const test = await made.test(undefined, "lmg_a");
    other.close();
    expect(seen).toEqual([]);
    expect(test).toMatchObject({
      ok: false,
      steps: [
        { step: "connect", outcome: "failed" },
        { outcome: "skipped" },
        { outcome: "skipped" },
      ],
    });
  });
});
