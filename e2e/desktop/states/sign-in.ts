import { TROUBLES } from "../../fixtures/authorization-server.ts";
import { visit } from "../../fixtures/browser.ts";
import { TOOL_FOR_ADMINS } from "../../fixtures/protected-server.ts";
import { startApp } from "../app.ts";
import { opened, opensNoPages } from "../person.ts";
import { callTool, seedProtected } from "../protected.ts";
import {
  detailState,
  dialogOf,
  dialogState,
  go,
  next,
  pageState,
  press,
  type Scene,
} from "./state.ts";

/** A server that is signed in to, from the first question to the last. */
export const signIn: Scene = {
  name: "sign-in",
  open: async () => {
    const { authorization, server, home, env } = await seedProtected();
    const test = await startApp({ home, env });
    const { page } = test;
    await opensNoPages(test);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    const begin = async (): Promise<void> => {
      await press(page, "Sign in…");
      await dialogOf(page).getByRole("button", { name: "Open browser" }).waitFor();
    };
    const openBrowser = async (): Promise<string> => {
      await press(page, "Open browser");
      await dialogOf(page).getByText("Waiting for the browser").waitFor();
      return (await opened(test)).at(-1) ?? "";
    };
    const says = (text: string | RegExp): Promise<void> =>
      page.getByText(text).filter({ visible: true }).first().waitFor();
    return {
      test,
      states: [
        pageState("server: nobody has signed in", "/servers/github/tools", "Nobody has signed in"),
        dialogState("sign in: what will happen", "Sign in to GitHub", begin),
        next("while the browser is waited for", openBrowser),
        next("with a wrong address pasted", async () => {
          await dialogOf(page).getByText("Is the browser on another computer?").click();
          await dialogOf(page).getByLabel("Paste the address").fill("https://example.com/");
          await press(page, "Finish sign-in");
          await dialogOf(page).locator("[aria-invalid=true]").waitFor();
        }),
        detailState("server: a sign-in is under way", "/servers/github/tools", "Waiting for the"),
        dialogState("sign in: on another device", "Sign in to GitHub", async () => {
          await press(page, "Cancel sign-in");
          await begin();
          await press(page, "On another device…");
          await dialogOf(page).getByText("type this code").waitFor();
        }),
        dialogState("sign in: refused", "Sign in to GitHub", async () => {
          await press(page, "Cancel sign-in");
          await begin();
          await visit(await openBrowser(), { declines: true });
          await dialogOf(page).getByRole("alert").waitFor();
        }),
        {
          name: "server: signed in",
          isPage: true,
          show: async () => {
            await begin();
            await visit(await openBrowser());
            await says(/^Signed in until/);
          },
        },
        {
          name: "server: more access wanted",
          show: async () => {
            await callTool(test, TOOL_FOR_ADMINS);
            await says("More access wanted: admin");
          },
        },
        dialogState("allow more", "Allow more for GitHub", async () => {
          await press(page, "Allow more…");
          await dialogOf(page).getByRole("button", { name: "Open browser" }).waitFor();
        }),
        {
          name: "overview: more access wanted",
          show: async () => {
            await go(page, "/overview");
            await press(page, "Skip setup");
            await says(/More access wanted: admin/);
          },
        },
        dialogState("sign out", /^Sign out of/, async () => {
          await go(page, "/servers/github/settings");
          await press(page, "More for GitHub");
          await page.getByRole("menuitem", { name: "Sign out…" }).click();
        }),
        {
          name: "server: settings of a sign-in and of a template, wrong",
          show: async () => {
            const main = page.getByRole("main");
            await press(page, "Add API key");
            await main.getByText("Advanced", { exact: true }).click();
            await main.getByLabel("Redirect port").fill("80");
            await press(page, "Add parameter");
            await main.getByLabel("Value of client secret").fill("a secret of some length");
            await press(page, "Save");
            await main.locator("[aria-invalid=true]").first().waitFor();
          },
          leave: () => press(page, "Discard"),
        },
        {
          name: "server: sign in again",
          isPage: true,
          show: async () => {
            server.distrust();
            authorization.trouble({ at: "token", fault: TROUBLES.refused });
            await callTool(test, "test_simple_text");
            await go(page, "/servers/github/tools");
            await says(/^Sign in again, because/);
          },
        },
        {
          name: "sign in: asking how",
          show: async () => {
            authorization.trouble({ at: "metadata", fault: TROUBLES.hang });
            await press(page, "Sign in…");
            await dialogOf(page)
              .getByText(/^Asking /)
              .waitFor();
          },
        },
      ],
    };
  },
};
