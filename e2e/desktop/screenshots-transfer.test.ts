/** The pictures of export and import; see screenshots.test.ts. */
import { expect, test } from "vitest";
import { appDirectory, startApp } from "./app.ts";
import { Camera } from "./pictures/camera.ts";
import { demoPrograms, PASSPHRASE, seedDemo } from "./pictures/demo.ts";
import { seed } from "./seed.ts";
import { go, press } from "./states/state.ts";
import { isFull } from "../full.ts";

const isWanted = isFull || process.env["E2E_SCREENSHOTS"] === "1";

/** Something new, something that changes, something that stays, and a command. */
const TEAM_FILE = JSON.stringify(
  {
    version: "2025-03-26",
    exported_at: "2026-11-20T17:41:00Z",
    exported_by: "staging",
    entities: {
      tools: [
        {
          name: "weather",
          url: "https://api.weather.example.com/v1/{city}",
          description: "The weather of a city",
          tags: ["production"],
        },
      ],
      gateways: [
        {
          name: "Jira",
          slug: "jira",
          url: "https://mcp.jira.example.com/mcp",
          transport: "STREAMABLEHTTP",
          description: "Tickets of the team",
        },
        {
          name: "Changelog",
          slug: "changelog",
          transport: "STDIO",
          command: "npx",
          args: ["-y", "@example/server-changelog", "--since", "v2"],
        },
      ],
      servers: [
        {
          name: "Support",
          slug: "support",
          tool_ids: ["weather"],
          associated_gateways: ["jira", "changelog"],
        },
      ],
      prompts: [{ name: "summarise_doc", template: "Summarise the following text:\n{{ text }}" }],
      roots: [{ uri: "https://docs.example.com/", name: "Handbook" }],
    },
  },
  null,
  2,
);

test.runIf(isWanted)(
  "a file is exported and another one imported",
  { timeout: 120_000 },
  async () => {
    const home = appDirectory();
    await seed(home, async (api) => {
      await seedDemo("http://127.0.0.1:1/mcp")(api);
      await api.roots.create({ uri: "https://docs.example.com/", name: "Handbook" });
    });
    const app = await startApp({
      home,
      scale: 2,
      env: { VAULT_PASSPHRASE: PASSPHRASE, ...demoPrograms(home) },
    });
    const { page } = app;
    const camera = new Camera(app, [], { figures: true });
    await camera.prepare();
    await press(page, "Skip setup");
    await go(page, "/transfer");
    await page.getByText("You see what would change").waitFor();
    await camera.take("transfer-empty");
    await go(page, "/transfer/export");
    await page.getByText("What the file holds").waitFor();
    await camera.take("export");
    await go(page, "/transfer/import");
    await page.getByLabel("Paste a configuration").fill(TEAM_FILE);
    await press(page, "Read configuration");
    await page.getByRole("grid", { name: "Entries of the file" }).waitFor();
    await page.getByRole("radio", { name: "Update" }).first().click();
    await camera.take("import-plan");
    await press(page, "Look at commands…");
    await page.getByText("Commands that could run").waitFor();
    await camera.take("import-commands");
    await page.getByRole("button", { name: /^Import \d/ }).click();
    await page.getByRole("heading", { level: 1, name: "Imported" }).waitFor();
    await camera.take("import-done");
    expect(camera.leaks).toEqual([]);
  },
);
