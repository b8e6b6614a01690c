import { join } from "node:path";
import type { Page } from "playwright-core";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { stage, startApp } from "../app.ts";
import { endpoint } from "../endpoint.ts";
import { PASTED } from "./pasted.ts";
import {
  detailState,
  dialogOf,
  dialogState,
  go,
  next,
  pageState,
  press,
  type Scene,
  type State,
} from "./state.ts";

const demo = (name: string) => ({
  command: stage().node,
  args: [join(stage().app, "e2e/desktop/servers/demo.mjs"), name],
});

const addServer = (page: Page): Promise<void> => page.keyboard.press("Control+n");

/** From the palette, as on a page without a button for it. */
async function fromPalette(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill(words);
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
}

const pasteBox = (page: Page) =>
  dialogOf(page).getByLabel("Paste a command, a URL, or JSON from any client");

/** An app that was started for the first time, on a system without a keychain. */
const nothingYet: State[] = [
  pageState("first run: add a server", "/overview", "Three steps to your first tool call"),
  pageState("profiles, empty", "/profiles", "A profile is what one client sees"),
  dialogState("new profile without servers", "New profile", (page) =>
    page.keyboard.press("Control+Shift+n"),
  ),
  pageState("servers, empty", "/servers", "Add a server once and every client can use it."),
  detailState("a server that is not there", "/servers/gone", "There is no such server any more."),
  detailState("a profile that is not there", "/profiles/gone", "There is no profile “gone”."),
  pageState(
    "access tokens, empty",
    "/tokens",
    "Each client gets its own token, so you can revoke one.",
  ),
  pageState("vault without a keychain", "/settings?section=vault", "Set a passphrase…"),
  dialogState("set a passphrase", "Set a passphrase for the vault", (page) =>
    page.getByRole("main").getByRole("button", { name: "Set a passphrase…" }).last().click(),
  ),
  next("a passphrase that is too short", async (page) => {
    await dialogOf(page).getByLabel("Passphrase", { exact: true }).fill("short");
    await press(page, "Set passphrase");
    await page
      .getByRole("dialog")
      .getByText(/at least 12/i)
      .last()
      .waitFor();
  }),
  dialogState("connect a client without a profile", "Connect a client", (page) =>
    fromPalette(page, "Connect a client"),
  ),
  dialogState("add server", "Add server", addServer),
  next("half JSON", async (page) => {
    await pasteBox(page).fill('{"mcpServers": {"github": {"command": "npx",');
    await page.waitForFunction(
      () => document.querySelector("textarea[aria-invalid=true]") !== null,
    );
  }),
  ...Object.entries(PASTED).map(([form, text]) =>
    next(`${form} is recognised`, async (page) => {
      await pasteBox(page).fill("");
      await pasteBox(page).fill(text);
      await dialogOf(page).getByText("Recognised as").waitFor();
    }),
  ),
  next("by hand", (page) => press(page, "Fill in by hand")),
  next("by hand, with mistakes and variables", async (page) => {
    await press(page, "Add variable");
    await dialogOf(page).getByLabel("Value of variable 1").fill("without a name");
    await dialogOf(page).getByLabel("Name", { exact: true }).fill("Not A Name");
    await press(page, "Add server");
    await dialogOf(page).locator("[aria-invalid=true]").first().waitFor();
  }),
  dialogState("palette", "Command palette", (page) => page.keyboard.press("Control+k")),
  next("palette without a match", async (page) => {
    await page.getByRole("combobox").fill("nothing is called so");
    await dialogOf(page).getByText("Nothing matches").waitFor();
  }),
  dialogState("shortcuts", "Keyboard shortcuts", (page) => page.keyboard.press("Control+/")),
];

const SERVERS = () =>
  JSON.stringify({
    mcpServers: {
      Files: demo("files"),
      GitHub: demo("github"),
      python: { command: "uvx-is-not-here" },
    },
  });

const block = (page: Page, title: string) =>
  page.getByRole("region", { name: title }).getByRole("button", { name: title });

/** From the first server to the first call of a client. */
const steps = (dataDir: string): State[] => {
  const client = (token: string) =>
    new McpClient(`${endpoint(dataDir).url}/mcp`, { authorization: `Bearer ${token}` });
  const initialize = { clientInfo: { name: "Cursor", version: "3.1" } };
  return [
    dialogState("review of one command", "Review command", async (page) => {
      await go(page, "/overview");
      await addServer(page);
      await pasteBox(page).fill(JSON.stringify({ mcpServers: { Mail: demo("mail") } }));
      await press(page, "Add server");
      await page.getByRole("button", { name: "Start Mail", disabled: false }).waitFor();
    }),
    dialogState("what became of what was pasted", /^3 servers added/, async (page) => {
      await addServer(page);
      await pasteBox(page).fill(SERVERS());
      await press(page, "Add 3 servers");
    }),
    next("review of several commands", async (page) => {
      await press(page, "Review 3 commands…");
      await page.getByRole("button", { name: "Start 3 servers", disabled: false }).waitFor();
    }),
    {
      name: "first run: start it",
      isPage: true,
      show: (page) => press(page, "Review 4 commands…").then(() => press(page, "Not now")),
    },
    {
      name: "first run: servers are ready, one failed",
      isPage: true,
      show: async (page) => {
        await press(page, "Review 4 commands…");
        await press(page, "Start 4 servers");
        await page.getByText("3 ready", { exact: false }).waitFor();
        await page.getByRole("radio", { name: "Cursor" }).waitFor();
        await block(page, "2 Start it").click();
      },
    },
    {
      name: "first run: connect a client",
      isPage: true,
      show: async (page) => {
        await block(page, "3 Connect a client").click();
        await page.getByRole("button", { name: /^Create token for/ }).waitFor();
      },
    },
    ...["Claude Desktop", "VS Code", "Codex"].map((name) => ({
      name: `first run: snippet for ${name}`,
      show: (page: Page) => page.getByRole("radio", { name }).click(),
    })),
    {
      name: "first run: the snippet with its token",
      show: async (page) => {
        await page.getByRole("radio", { name: "Cursor" }).click();
        await press(page, "Create token for Cursor");
        await page.getByText("Copy it now").waitFor();
        await press(page, "Copy snippet");
      },
    },
    {
      name: "first run: nothing has arrived, and a test from here",
      show: async (page) => {
        await page.clock.setFixedTime(Date.now() + 60_000);
        await page.getByText("Nothing has arrived yet.").waitFor();
        await press(page, "Test from here");
        await page.getByText("The gateway answers").waitFor();
      },
    },
    {
      name: "first run: a wrong token arrived",
      show: async (page) => {
        await client("lmg_wrong")
          .initialize(initialize)
          .catch(() => undefined);
        await page.getByText("called with a token that is not valid here.").waitFor();
      },
    },
    {
      name: "first run: the client has called",
      isPage: true,
      show: async (page) => {
        const snippet = await page
          .getByText(/lmg_[\w-]{20}/)
          .first()
          .innerText();
        const cursor = client(/lmg_[\w-]+/.exec(snippet)?.[0] ?? "");
        await cursor.initialize(initialize);
        await cursor.request("tools/list");
        await page.getByText(/^Say to Cursor/).waitFor();
        await cursor.request("tools/call", { name: "read_file", arguments: { name: "a" } });
        await page.getByRole("button", { name: "Finish setup" }).waitFor();
      },
    },
    {
      name: "first run: over",
      isPage: true,
      show: async (page) => {
        await press(page, "Finish setup");
        await page.getByText("Connected now").waitFor();
      },
    },
  ];
};

export const firstRun: Scene = {
  name: "first run",
  open: async () => {
    const test = await startApp();
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return { test, states: [...nothingYet, ...steps(test.dataDir)] };
  },
};
