import { expect, it } from "vitest";
import { CLI } from "../command-line.ts";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { visitUntilSentBack } from "../fixtures/browser.ts";
import { enveloped } from "../fixtures/conformance/modern-client.ts";
import { StdioClient } from "../fixtures/stdio-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { serveUpstream } from "./sign-in-command.ts";
import { until } from "./test-gateway.ts";

const TOOL = "test_simple_text";

/** The gateway behind a command, for a client of each era. */
const bridge = (dataDir: string): StdioClient => {
  const args = [CLI, "bridge", "--profile", "dev", "--data-dir", dataDir];
  const client = new StdioClient({ command: process.execPath, args });
  afterTest(() => client.close());
  return client;
};

it("a client behind the bridge learns of an ended sign-in, and goes on after the next", async () => {
  const { api, dataDir, server, authorizationServer, status, command } = await serveUpstream();
  await api.profiles.create({ slug: "dev", servers: ["far"] });
  const signIn = async (): Promise<void> => {
    const signingIn = command(["servers", "signin", "far", "--no-browser"]);
    const back = await visitUntilSentBack(await signingIn.page());
    signingIn.type(`${back.href}\n`);
    expect(await signingIn.exit).toBe(0);
    await until(status, ({ state }) => state === "ready");
  };
  await signIn();

  const legacy = bridge(dataDir);
  await legacy.initialize();
  const modern = bridge(dataDir);
  const eras = [
    (method: string, params = {}) => legacy.request(method, params),
    (method: string, params = {}) => modern.request(method, enveloped(params)),
  ];
  for (const request of eras) {
    expect(await request("tools/call", call(TOOL))).not.toMatchObject({ isError: true });
  }

  authorizationServer.trouble({ fault: TROUBLES.refused, at: "token" });
  server.distrust();
  for (const request of eras) {
    const refused = await request("tools/call", call(TOOL));
    expect(refused).toMatchObject({ isError: true });
    const { signIn: known } = await status();
    expect(known).toMatchObject({ state: "again" });
    // Whoever reads it learns why, and what to do.
    expect(JSON.stringify(refused)).toContain(known?.message);
    expect(JSON.stringify(refused)).toContain("local-mcp-gateway servers signin far");
    expect(names(await request("tools/list"))).toContain(TOOL);
  }

  authorizationServer.calm();
  await signIn();
  for (const request of eras) {
    expect(await request("tools/call", call(TOOL))).not.toMatchObject({ isError: true });
  }
});
