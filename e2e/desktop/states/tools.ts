import { api, JSON_TYPE } from "../../gateway/tools-stage.ts";
import { appDirectory, startApp } from "../app.ts";
import { seed, seedSmall } from "../seed.ts";
import { dialogOf, dialogState, go, next, pageState, press, type Scene } from "./state.ts";

const VAULT = "a passphrase for tests";

const PETS = (url: string): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Pets", version: "1" },
    servers: [{ url }, { url: "https://pets.example.com" }],
    components: {
      securitySchemes: {
        key: { type: "apiKey", in: "header", name: "X-Key", description: "Of your account" },
      },
    },
    security: [{ key: [] }],
    paths: {
      "/pets": {
        get: { operationId: "listPets", summary: "List all pets", responses: {} },
        put: {
          operationId: "putPhoto",
          requestBody: { content: { "multipart/form-data": { schema: { type: "object" } } } },
          responses: {},
        },
      },
    },
  });

/** Tools of the gateway's own: none, one that works, one that is not offered. */
export const tools: Scene = {
  name: "tools",
  open: async () => {
    const weather = await api((_, response) =>
      response.writeHead(200, JSON_TYPE).end('{"days":[{"high":3}]}'),
    );
    const home = appDirectory();
    await seed(home, async (gateway) => {
      await gateway.vault.init({ passphrase: VAULT });
      await seedSmall(gateway);
      await gateway.profiles.update({ profile: "dev", changes: { tags: ["prod", "at work"] } });
      await gateway.servers.update({ server: "files", changes: { tags: ["prod"] } });
    });
    const test = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const { page } = test;
    const tab = (name: string) => page.getByRole("tab", { name }).click();
    return {
      test,
      states: [
        pageState("tools, none", "/tools", "A tool asks a web API"),
        pageState("a new tool", "/tools/new", "Not stored yet"),
        {
          name: "a new tool, with what is wrong",
          show: async () => {
            await press(page, "Create tool");
            await page.getByText("Write the URL that it asks.").waitFor();
          },
        },
        {
          name: "a new tool that may not reach its address",
          show: async () => {
            await page.getByLabel("Name", { exact: true }).fill("weather");
            await page.getByLabel("URL", { exact: true }).fill(`${weather.url}/{city}?key=k-1234`);
            await press(page, "Create tool");
            await page.getByRole("alert").filter({ hasText: "127.0.0.0/8" }).waitFor();
          },
        },
        {
          name: "a tool",
          isPage: true,
          show: async () => {
            await page.getByRole("checkbox", { name: "May reach this computer" }).click();
            await page.getByLabel("Tags", { exact: true }).fill("prod, at work,");
            await page.getByLabel("Tags", { exact: true }).press("Enter");
            await press(page, "Create tool");
            await page.getByRole("row").filter({ hasText: "weather" }).waitFor();
          },
        },
        {
          name: "a tool: menu",
          show: async () => {
            await press(page, "More for weather");
            await page.getByRole("menuitem", { name: "Delete…" }).waitFor();
          },
        },
        dialogState("delete a tool", "Delete “weather”?", async () => {
          await press(page, "More for weather");
          await page.getByRole("menuitem", { name: "Delete…" }).click();
        }),
        {
          name: "a tool: headers, one that is new",
          show: async () => {
            await tab("Headers");
            await press(page, "Add header");
          },
        },
        { name: "a tool: body", show: () => tab("Body") },
        {
          name: "a tool: sign-in",
          show: async () => {
            await tab("Sign-in");
            await page.getByRole("combobox", { name: "Sign-in" }).click();
            await page.getByRole("option", { name: "User name and password" }).click();
            await page.getByLabel("User name").waitFor();
          },
        },
        {
          name: "a tool: input schema as JSON, with a mistake",
          show: async () => {
            await page.getByRole("button", { name: "Write as JSON" }).first().click();
            await page.getByLabel("Input schema as JSON").fill('{\n  "type": "object",\n}');
            await press(page, "Save");
            await page.getByText(/^Line 3 is not JSON/).waitFor();
          },
        },
        dialogState("leave a tool with changes", "Leave without saving?", () =>
          go(page, "/servers"),
        ),
        {
          name: "a tool: tried",
          isPage: true,
          show: async () => {
            await press(page, "Discard");
            await page.getByLabel("city", { exact: true }).fill("Oslo");
            await page.getByRole("button", { name: /^Call tool/ }).click();
            await page.getByText("The tool answered").waitFor();
          },
        },
        pageState("tools, filtered to nothing", "/tools?q=tag:nosuch", "No tool matches"),
        pageState("a tool that is gone", "/tools/nosuch", "There is no such tool any more."),
        dialogState("tools from OpenAPI", "Tools from OpenAPI", () => press(page, "From OpenAPI…")),
        next("a document that is none", async () => {
          await dialogOf(page).getByLabel("Paste an OpenAPI document").fill("swagger: '2.0'");
          await press(page, "Read document");
          await dialogOf(page).getByRole("alert").waitFor();
        }),
        next("operations", async () => {
          await dialogOf(page).getByLabel("Paste an OpenAPI document").fill(PETS(weather.url));
          await press(page, "Read document");
          await dialogOf(page).getByText("2 operations of Pets").waitFor();
        }),
        next("what is wrong", async () => {
          await page.getByRole("button", { name: /^Import/ }).click();
          await dialogOf(page).getByText("Enter it, or choose None").waitFor();
        }),
        next("made", async () => {
          await dialogOf(page).getByLabel("Value").fill("a key of pets");
          await dialogOf(page).getByRole("checkbox", { name: "May reach this computer" }).click();
          await page.getByRole("button", { name: /^Import/ }).click();
          await page.getByRole("dialog", { name: /made$/ }).waitFor();
        }),
        pageState("tools", "/tools", "listPets"),
        pageState("profiles with tags", "/profiles", "at work"),
        pageState("profiles, filtered to nothing", "/profiles?q=tag:nosuch", "No profile matches"),
        pageState("profile: tags", "/profiles/dev/settings", "Lists are filtered by them"),
        pageState("servers with tags", "/servers", "prod"),
      ],
    };
  },
};
