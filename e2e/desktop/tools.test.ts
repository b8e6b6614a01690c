/** The Tools page on the real app, with an API on the loopback interface. */
import { expect, test } from "vitest";
import { api, echo, JSON_TYPE } from "../gateway/tools-stage.ts";
import { appDirectory, startApp } from "./app.ts";
import { CANARY, everythingOn } from "./canary.ts";
import { focused, heading, paste } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;
const VAULT = "a passphrase for tests";

/** The app with a vault and one server in the profile “dev”. */
async function start(more: Parameters<typeof seed>[1] = async () => {}) {
  const home = appDirectory();
  await seed(home, async (gateway) => {
    await gateway.vault.init({ passphrase: VAULT });
    await seedSmall(gateway);
    await more(gateway);
  });
  const testApp = await startApp({ home, env: { VAULT_PASSPHRASE: VAULT } });
  await heading(testApp.page, "Overview").waitFor();
  return testApp;
}

test(
  "a tool is made by keyboard, corrected at its fields, tried and deleted",
  { timeout },
  async () => {
    const weather = await api((asked, response) =>
      response
        .writeHead(200, JSON_TYPE)
        .end(JSON.stringify({ city: asked.path, days: [{ high: 3 }, { high: 5 }] })),
    );
    const { page } = await start();
    const { keyboard } = page;
    const field = (label: string) => page.getByLabel(label, { exact: true });
    await go(page, "/tools");
    await page.getByText("A tool asks a web API").waitFor();
    await page.getByRole("button", { name: "New tool" }).focus();
    await keyboard.press("Enter");

    await field("Name").focus();
    await keyboard.type("the weather");
    await field("URL").focus();
    await keyboard.type(`${weather.url}/cities/{city}`);
    await keyboard.press("Control+s");
    await page.getByText("A name has 1 to 128 of").waitFor();
    await focused(field("Name"));
    await keyboard.press("Control+a");
    await keyboard.type("weather");
    await keyboard.press("Control+s");
    // The gateway itself says what it does not reach, and where that is allowed.
    await page.getByRole("alert").filter({ hasText: "127.0.0.0/8" }).waitFor();
    await keyboard.press("Tab");
    await focused(page.getByRole("checkbox", { name: "May reach this computer" }));
    await keyboard.press("Space");

    await field("Description of city").focus();
    await keyboard.type("Where");
    await field("Output filter").focus();
    await keyboard.type("days[].high");
    await field("Tags").focus();
    await keyboard.type("prod,");
    await keyboard.type("web");
    await keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove tag web" }).waitFor();
    await keyboard.press("Backspace");
    await page.getByRole("button", { name: "Remove tag web" }).waitFor({ state: "detached" });
    await page.getByRole("checkbox", { name: "dev" }).focus();
    await keyboard.press("Space");
    await keyboard.press("Control+s");
    const row = page.getByRole("row").filter({ hasText: "weather" });
    await row.getByText(/^GET · dev/).waitFor();
    expect(await row.innerText()).toContain("prod");
    expect(weather.asked).toEqual([]);

    await press(page, "Try it");
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await focused(field("city"));
    await keyboard.type("Oslo");
    await keyboard.press("Control+Enter");
    const outcome = page.getByRole("region", { name: "Answer", exact: true });
    await outcome.getByText("The tool answered").waitFor();
    expect(await outcome.innerText()).toMatch(/\[\s*3,\s*5\s*\]/);
    await page.getByText("200", { exact: true }).waitFor();
    expect(weather.asked.map(({ path }) => path)).toEqual(["/cities/Oslo"]);

    // What the list is filtered by stays in the route, and nothing is left with changes by mistake.
    const filter = page.getByRole("searchbox", { name: "Filter tools" });
    await filter.fill("tag:test");
    await page.getByText("No tool matches").waitFor();
    await filter.fill("tag:test,prod");
    await row.waitFor();
    await field("Title").fill("Weather");
    await page.getByRole("link", { name: "Servers" }).click();
    await dialogOf(page).getByText("Leave without saving?").waitFor();
    await press(page, "Keep editing");
    await press(page, "Discard");

    await page.getByRole("grid").focus();
    await keyboard.press("Delete");
    await dialogOf(page).getByText("It leaves dev; clients there lose it.").waitFor();
    await press(page, "Delete tool");
    await page.getByText("A tool asks a web API").waitFor();
  },
);

test(
  "a secret goes in and never comes out; what may change data asks first",
  { timeout },
  async () => {
    const notes = await api(echo);
    const testApp = await start(async (gateway) => {
      await gateway.tools.create({
        name: "note",
        method: "POST",
        url: `${notes.url}/notes`,
        allowPrivateNetwork: true,
        inputSchema: { type: "object", properties: { text: { type: "string" } } },
      });
    });
    const { page } = testApp;
    await go(page, "/tools/note");
    await page.getByRole("tab", { name: "Headers" }).click();
    await press(page, "Add header");
    await page.getByLabel("Name of new header").fill("X-Key");
    await paste(testApp, page.getByLabel("Value of X-Key"), CANARY);
    await page.getByRole("tab", { name: "Sign-in" }).click();
    await page.getByRole("combobox", { name: "Sign-in" }).click();
    await page.getByRole("option", { name: "Bearer token" }).click();
    await press(page, "Save");
    await page.getByText("Enter the token.").waitFor();
    await focused(page.getByLabel("Value of Token"));
    await paste(testApp, page.getByLabel("Value of Token"), `${CANARY}-token`);
    // A try asks what is stored.
    await page.getByText("Save first.").waitFor();
    await press(page, "Save");
    await page.getByText("Stored · ends in oken").waitFor();
    expect(await everythingOn(page)).not.toContain(CANARY);
    await page.getByRole("tab", { name: "Headers" }).click();
    await page.getByRole("button", { name: "Replace the value of X-Key" }).waitFor();

    await page.getByLabel("text (optional)").fill("milk");
    await page.getByRole("button", { name: /^Call tool/ }).click();
    await dialogOf(page).getByText("POST may change data.").waitFor();
    expect(notes.asked).toEqual([]);
    await press(page, "Call note");
    await page.getByText("The tool answered").waitFor();
    expect(notes.asked).toHaveLength(1);
    expect(notes.asked[0]).toMatchObject({
      method: "POST",
      path: "/notes",
      headers: { "x-key": CANARY, authorization: `Bearer ${CANARY}-token` },
      body: '{"text":"milk"}',
    });
    // The API echoes all that it was sent.
    expect(await everythingOn(page)).not.toContain(CANARY);

    // Another origin gets the stored secrets only where a person says so.
    await page.getByLabel("URL", { exact: true }).fill("http://127.0.0.1:9/notes");
    await press(page, "Save");
    await page.getByRole("button", { name: "Send them there" }).click();
    await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
  },
);

const PETS = (url: string) => ({
  openapi: "3.0.3",
  info: { title: "Pets", version: "1" },
  servers: [{ url }],
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "X-Key" } } },
  security: [{ key: [] }],
  paths: {
    "/pets": {
      get: { operationId: "listPets", summary: "List all pets", responses: {} },
      post: { operationId: "createPet", responses: {} },
    },
    "/pets/{id}": {
      get: {
        operationId: "getPet",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        responses: {},
      },
    },
  },
});

test("an OpenAPI document becomes tools, all that were chosen or none", { timeout }, async () => {
  const pets = await api(echo);
  const { page } = await start();
  await go(page, "/tools");
  await press(page, "From OpenAPI…");
  const dialog = dialogOf(page);
  const text = dialog.getByLabel("Paste an OpenAPI document");
  await text.fill("swagger: '2.0'");
  await press(page, "Read document");
  await dialog.getByRole("alert").filter({ hasText: "2.0" }).waitFor();
  const chooser = page.waitForEvent("filechooser");
  await press(page, "Choose file…");
  await (
    await chooser
  ).setFiles({
    name: "pets.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(PETS(pets.url))),
  });
  await dialog.getByText("3 operations of Pets").waitFor();

  await dialog.getByRole("checkbox", { name: "POST /pets" }).click();
  await dialog.getByLabel("Name of the tool of GET /pets", { exact: true }).fill("getPet");
  await press(page, "Import 2 tools");
  await dialog.getByText("“getPet” is there more than once.").first().waitFor();
  await dialog.getByText("Enter it, or choose None").waitFor();
  await dialog.getByLabel("Name of the tool of GET /pets", { exact: true }).fill("all_pets");
  await dialog.getByLabel("Value").fill(CANARY);
  await press(page, "Import 2 tools");
  await dialog.getByRole("alert").filter({ hasText: "127.0.0.0/8" }).waitFor();
  await dialog.getByRole("checkbox", { name: "May reach this computer" }).click();
  await dialog.getByRole("checkbox", { name: "dev" }).click();
  await press(page, "Import 2 tools");
  await page.getByRole("dialog", { name: "2 tools made" }).waitFor();
  await dialog.getByRole("link", { name: "getPet" }).click();
  await page
    .getByRole("row")
    .filter({ hasText: "all_pets" })
    .getByText(/^GET · dev/)
    .waitFor();

  await page.getByLabel("id", { exact: true }).fill("7/../8");
  await page.getByRole("button", { name: /^Call tool/ }).click();
  await page.getByText("The tool answered").waitFor();
  expect(pets.asked).toMatchObject([{ path: "/pets/7%2F..%2F8", headers: { "x-key": CANARY } }]);
  expect(await everythingOn(page)).not.toContain(CANARY);
});
