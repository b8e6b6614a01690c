import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { appDirectory, startApp } from "../app.ts";
import { saves } from "../person.ts";
import { seed, seedSmall } from "../seed.ts";
import { dialogState, go, next, pageState, press, type Scene } from "./state.ts";

const VAULT = "a passphrase for tests";
const PASSPHRASE = "seven brown hares cross the road";

/** The field for what opens the secrets of a file. */
export const FILE_KEY = "Passphrase or AUTH_ENCRYPTION_SECRET";

/** Gives a file to the first step of an import. */
export const giveFile = (page: Page, path: string): Promise<void> =>
  page.locator("input[type=file]").setInputFiles(path);

/** Begins an import anew, from wherever the window is. */
export async function openImport(page: Page): Promise<void> {
  await go(page, "/transfer/import");
  const again = page.getByRole("button", { name: "Another file…" });
  const first = page.getByLabel("Paste a configuration");
  await again.or(first).waitFor();
  if (await again.isVisible()) await again.click();
  await first.waitFor();
}

/** An export with something new, something changed and something wrong in it. */
function edit(path: string): string {
  const file = JSON.parse(readFileSync(path, "utf8"));
  const { gateways, servers, tools } = file.entities;
  servers[0].description = "Everything for work.";
  gateways.push({
    name: "fetched",
    transport: "STDIO",
    command: "npx-is-not-here",
    args: ["-y", "@example/a-server-of-somebody", "--root", "/srv/a folder"],
    env: { LEVEL: "debug" },
    plain_env: ["LEVEL"],
    auth_type: null,
  });
  tools.push({ name: "broken", url: "not a URL", integration_type: "REST", auth_type: null });
  const edited = `${path}.edited.json`;
  writeFileSync(edited, JSON.stringify(file, null, 2));
  return edited;
}

/** An export, and an import with something of everything in it. */
export const transfer: Scene = {
  name: "import and export",
  open: async () => {
    const home = appDirectory();
    const exported = join(home, "team.json");
    let edited = "";
    await seed(home, async (api) => {
      await api.vault.init({ passphrase: VAULT });
      await seedSmall(api);
      await api.servers.create({
        name: "github",
        title: "GitHub",
        config: {
          transport: "http",
          url: "https://mcp.example.com/",
          headers: { "X-Key": "a key of github" },
        },
        tags: ["prod"],
      });
      await api.profiles.create({
        slug: "writing",
        name: "Writing",
        servers: ["github"],
        tags: ["prod", "at work"],
      });
      await api.tools.create({ name: "weather", url: "https://weather.example.com/{city}" });
    });
    const test = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
    const { page } = test;
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await saves(test, exported);
    const grid = (name: string) => page.getByRole("grid", { name });
    return {
      test,
      states: [
        pageState("nothing imported yet", "/transfer", "You see what would change"),
        pageState("export", "/transfer/export", "What the file holds"),
        next("of one profile, with what it needs", async () => {
          await go(page, "/transfer/export?kind=profile&name=writing");
          await page.getByText("Adds 1 server that others need.").click();
          await page.getByText("What it does not hold").click();
          await page.getByText("Other forms").click();
        }),
        next("filtered to nothing", async () => {
          await page.getByRole("searchbox").fill("nosuch");
          await page.getByText("Nothing matches").waitFor();
        }),
        {
          name: "export, nothing ticked",
          show: async () => {
            await go(page, "/transfer/export");
            for (const kind of [/^Servers/, /^Profiles/, /^Tools/])
              await page.getByRole("checkbox", { name: kind }).click();
            await page.getByText("Nothing is ticked.").waitFor();
          },
        },
        next("without a passphrase", async () => {
          for (const kind of [/^Servers/, /^Profiles/, /^Tools/])
            await page.getByRole("checkbox", { name: kind }).click();
          await press(page, "Export…");
          await page.locator("[aria-invalid=true]").waitFor();
        }),
        {
          name: "exported",
          isPage: true,
          show: async () => {
            await page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
            await page.getByLabel("The same again").fill(PASSPHRASE);
            await press(page, "Export…");
            await page.getByText("Written to").waitFor();
            edited = edit(exported);
          },
        },
        pageState("import", "/transfer/import", "Paste a configuration"),
        next("something that cannot be read", async () => {
          await page.getByLabel("Paste a configuration").fill('{ "entities": ');
          await press(page, "Read configuration");
          await page.getByText("This file cannot be read.").waitFor();
        }),
        {
          name: "import: the passphrase",
          isPage: true,
          show: async () => {
            await openImport(page);
            await giveFile(page, edited);
            await page.getByLabel(FILE_KEY).waitFor();
          },
        },
        next("a wrong one", async () => {
          await page.getByLabel(FILE_KEY).fill("not this one, surely");
          await press(page, "Open secrets");
          await page.locator("[aria-invalid=true]").waitFor();
        }),
        {
          name: "import: the plan",
          isPage: true,
          show: async () => {
            await page.getByLabel(FILE_KEY).fill(PASSPHRASE);
            await press(page, "Open secrets");
            await grid("Entries of the file").waitFor();
          },
        },
        next("what cannot be imported", async () => {
          await page.getByRole("checkbox", { name: "Only what is in the way" }).click();
          await page.getByText("Problems (").waitFor();
        }),
        next("a choice", async () => {
          await page.getByRole("checkbox", { name: "tool broken" }).click();
          await grid("Entries of the file").getByText("needs a choice").first().click();
          await page.getByText("This one").waitFor();
        }),
        next("all of it fails", async () => {
          await page.getByRole("radio", { name: "Fail" }).click();
          await page.getByText("are there already").first().waitFor();
        }),
        {
          name: "import: commands",
          isPage: true,
          show: async () => {
            await page.getByRole("radio", { name: "Update" }).first().click();
            await press(page, "Look at commands…");
            await page.getByText("Commands that could run").waitFor();
          },
        },
        {
          name: "imported",
          isPage: true,
          show: async () => {
            await page.getByRole("button", { name: /^Import \d/ }).click();
            await page.getByRole("heading", { level: 1, name: "Imported" }).waitFor();
            await page.getByRole("button", { name: /^Undo import/ }).waitFor();
          },
        },
        pageState("imports of before", "/transfer", "Earlier imports"),
        dialogState("undo an import", "Restore from a backup", async () => {
          await page.getByRole("button", { name: /^Undo import/ }).click();
          await page.getByText("What changes").waitFor();
        }),
      ],
    };
  },
};
