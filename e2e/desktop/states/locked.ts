import { once } from "node:events";
import { createServer } from "node:net";
import { afterTest } from "../../fixtures/test-support.ts";
import { appDirectory, startApp } from "../app.ts";
import { seed, seedSmall } from "../seed.ts";
import { dialogOf, dialogState, next, pageState, press, type Scene } from "./state.ts";

/** A port that somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  afterTest(() => server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return address.port;
}

/** The vault waits for its passphrase, and the port is in use. */
export const locked: Scene = {
  name: "locked",
  open: async () => {
    const home = appDirectory();
    const port = await takenPort();
    await seed(home, async (api) => {
      await api.vault.init({ passphrase: "a passphrase for tests" });
      await seedSmall(api);
      await api.servers.create({
        name: "secretive",
        config: {
          transport: "http",
          url: "https://mcp.example.com/mcp",
          headers: { Authorization: "Bearer a token of some length" },
        },
        profiles: ["dev"],
      });
      await api.settings.update({ port });
    });
    const test = await startApp({ home, env: { PORT: "" } });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    return {
      test,
      states: [
        pageState("the port is taken", "/overview", `Port ${port}`),
        next("tried again", async (page) => {
          await press(page, "Try again");
          await page.getByText("Tried again; nothing has changed.").waitFor();
        }),
        {
          name: "the vault is locked",
          isPage: true,
          show: async (page) => {
            await press(page, "Next problem");
            await page.getByText("The vault is locked.").waitFor();
          },
        },
        pageState("servers wait for the vault", "/servers", "waits for the vault"),
        pageState("server: waits for the vault", "/servers/secretive/tools", "waits for the vault"),
        pageState("settings: vault, locked", "/settings?section=vault", "Keys that open it"),
        dialogState("unlock the vault", "Unlock the vault", (page) =>
          page.getByRole("main").getByRole("button", { name: "Unlock…" }).last().click(),
        ),
        next("with a wrong passphrase", async (page) => {
          await dialogOf(page).getByLabel("Passphrase").fill("not this one, surely");
          await press(page, "Unlock vault");
          await dialogOf(page).locator("[aria-invalid=true]").waitFor();
        }),
        pageState("connect without an endpoint", "/profiles/dev/tools", "is not listening"),
      ],
    };
  },
};
