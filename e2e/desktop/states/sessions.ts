import { calls, startCounted } from "../counted.ts";
import { fixtureEntry } from "../person.ts";
import { dialogState, pageState, press, type Scene } from "./state.ts";

/** Sessions of clients: with one whose call runs, what can be done with one, and none. */
export const sessions: Scene = {
  name: "sessions",
  open: async () => {
    const { test, dev, writing } = await startCounted(async (api) => {
      const { command, args } = fixtureEntry({}, "--tools", "slow");
      const config = { transport: "stdio" as const, command, args };
      await api.servers.create({ name: "slow", title: "Slow", config, confirmed: true });
      await api.profiles.update({ profile: "writing", changes: { servers: ["notes", "slow"] } });
    });
    const { page } = test;
    const disconnect = (at: number) =>
      page.getByRole("button", { name: "Disconnect test-client 1.0.0" }).nth(at).click();
    await calls(dev, "echo");
    const call = { name: "slow", arguments: { ms: 600_000, steps: 1 } };
    writing.request("tools/call", call).catch(() => {});
    return {
      test,
      states: [
        pageState("sessions", "/sessions", "Active"),
        {
          name: "what can be done with a session",
          show: async () => {
            await page.getByRole("button", { name: "More for test-client 1.0.0" }).first().click();
            await page.getByRole("menuitem", { name: "Show in Debug Logs" }).waitFor();
          },
        },
        dialogState("a client whose call runs", "Disconnect “test-client”?", async () => {
          await page.getByRole("row").filter({ hasText: "Active" }).waitFor();
          const row = page.getByRole("row").filter({ hasText: "Active" });
          await row.getByRole("button", { name: "Disconnect test-client 1.0.0" }).click();
        }),
        {
          name: "a client was disconnected",
          show: async () => {
            const row = page.getByRole("row").filter({ hasText: "Idle" });
            await row.getByRole("button", { name: "Disconnect test-client 1.0.0" }).click();
            await page.getByText("“test-client” was disconnected.").first().waitFor();
          },
        },
        {
          name: "no sessions",
          isPage: true,
          show: async () => {
            await disconnect(0);
            await page
              .getByRole("dialog")
              .getByRole("button", { name: "Disconnect", exact: true })
              .click();
            await page.getByText("No client is connected.").waitFor();
          },
        },
        dialogState("connect a client, from there", "Connect a client", () =>
          press(page, "Connect a client…"),
        ),
      ],
    };
  },
};
