import { McpClient } from "../../fixtures/mcp-client.ts";
import { FAULTS } from "../../fixtures/http-plumbing.ts";
import { startHttpServer } from "../../fixtures/http-server.ts";
import { afterTest } from "../../fixtures/test-support.ts";
import { appDirectory, startApp } from "../app.ts";
import { endpoint } from "../endpoint.ts";
import { seed, seedBusy } from "../seed.ts";
import { otherPageStates } from "./other-pages.ts";
import { profileStates } from "./profiles.ts";
import { serverStates } from "./servers.ts";
import { settingStates } from "./settings.ts";
import { dialogState, press, type Scene } from "./state.ts";

const PASSPHRASE = "a passphrase for tests";

/** A working day: fifteen servers, some of them in trouble, and a client that is connected. */
export const work: Scene = {
  name: "work",
  open: async () => {
    const signIn = await startHttpServer({ fault: () => FAULTS.unauthorized });
    afterTest(() => signIn.close());
    const home = appDirectory();
    let token = "";
    await seed(home, async (api) => {
      await api.vault.init({ passphrase: PASSPHRASE });
      await seedBusy(signIn.url)(api);
      await api.servers.update({
        server: "github",
        changes: { env: { GITHUB_TOKEN: { value: "a token of some length", plain: false } } },
      });
      await api.servers.update({ server: "github", changes: { confirmed: true } });
      await api.profiles.create({ slug: "new", name: "new" });
      await api.profiles.create({ slug: "quiet", name: "quiet", servers: ["files"] });
      await api.profiles.update({ profile: "writing", changes: { allowWithoutToken: true } });
      await api.tokens.create({ name: "CI", profile: null, rights: ["use", "manage"] });
      ({ token } = await api.tokens.create({ name: "Cursor", profile: "dev", rights: ["use"] }));
      await api.settings.update({ callTimeoutMs: 120_000 });
    });
    const test = await startApp({ home, env: { VAULT_PASSPHRASE: PASSPHRASE } });
    await test.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const cursor = new McpClient(`${endpoint(test.dataDir).url}/mcp/dev`, {
      authorization: `Bearer ${token}`,
    });
    await cursor.initialize({ clientInfo: { name: "Cursor", version: "3.1" } });
    return {
      test,
      states: [
        {
          name: "overview",
          isPage: true,
          show: async (page) => {
            await page.getByRole("button", { name: "Skip setup" }).click();
            await page.getByText("Cursor 3.1").waitFor();
            await page.getByText("Jira").first().waitFor();
          },
        },
        dialogState("connect a client", "Connect a client", (page) =>
          press(page, "Connect a client…"),
        ),
        ...profileStates,
        ...settingStates,
        ...otherPageStates,
        ...serverStates,
      ],
    };
  },
};
