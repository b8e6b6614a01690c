/** The pictures of sessions, made as those of `screenshots.test.ts` are. */
import { expect, test } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { appDirectory, startApp } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { Camera } from "./pictures/camera.ts";
import { demoPrograms, PASSPHRASE, seedDemo } from "./pictures/demo.ts";
import { seed } from "./seed.ts";
import { go, press } from "./states/state.ts";
import { isFull } from "../full.ts";

const isWanted = isFull || process.env["E2E_SCREENSHOTS"] === "1";
const timeout = 120_000;

test.runIf(isWanted)("who has a session", { timeout }, async () => {
  const home = appDirectory();
  const made: Record<string, string> = {};
  await seed(home, async (api) => {
    await seedDemo("http://127.0.0.1:1/mcp")(api);
    for (const name of ["Laptop", "CI", "Editor"]) {
      ({ token: made[name] } = await api.tokens.create({ name, profile: null, rights: ["use"] }));
    }
  });
  const app = await startApp({
    home,
    scale: 2,
    env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
  });
  const { page } = app;
  const camera = new Camera(app, [[String.raw`\b\d+ min ago|just now`, "1 min ago"]]);
  await camera.prepare();
  await press(page, "Skip setup");
  await go(page, "/sessions");
  await page.getByText("No client is connected.").waitFor();
  await camera.take("sessions-empty");
  const seen: McpClient[] = [];
  for (const [token, profile, name, version] of [
    ["CI", "writing", "Release notes", "0.4.1"],
    ["Editor", "dev", "Zed", "0.201.5"],
    ["Laptop", "dev", "Claude Code", "2.4.0"],
    ["Laptop", "dev", "Cursor", "3.1"],
  ] as const) {
    const one = new McpClient(`${endpoint(app.dataDir).url}/mcp/${profile}`, {
      authorization: `Bearer ${made[token] ?? ""}`,
    });
    await one.initialize({ clientInfo: { name, version } });
    seen.push(one);
  }
  for (const one of seen.slice(2)) {
    const stream = await one.listen(() => undefined);
    afterTest(() => stream.close());
    await one
      .request("tools/call", { name: "list_issues", arguments: { name: "a" } })
      .catch(() => undefined);
  }
  await page.getByText("Active").nth(1).waitFor();
  await page.getByText("just now").nth(1).waitFor();
  await camera.take("sessions");
  expect(camera.leaks).toEqual([]);
});
