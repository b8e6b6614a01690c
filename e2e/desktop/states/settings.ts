import { dialogOf, detailState, dialogState, next, pageState, press, type State } from "./state.ts";

/** Access tokens, and every section of the settings. */
export const settingStates: State[] = [
  pageState("access tokens", "/tokens", "Last used"),
  dialogState("create a token", "Create access token", (page) => press(page, "Create token…")),
  next("without a right", async (page) => {
    await dialogOf(page).getByRole("checkbox").first().click();
    await dialogOf(page).getByRole("alert").waitFor();
  }),
  {
    name: "a token, shown once",
    show: async (page) => {
      await press(page, "Create token…");
      await dialogOf(page).getByLabel("Name").fill("Zed");
      await press(page, "Create token");
      await page.getByRole("dialog", { name: "Access token for “Zed”" }).waitFor();
      await page.keyboard.press("Escape");
      await dialogOf(page).getByRole("alert").waitFor();
    },
    leave: async (page) => {
      await press(page, "I have copied it");
      await dialogOf(page).waitFor({ state: "detached" });
    },
  },
  dialogState("revoke a token", "Revoke “Cursor”?", (page) => press(page, "Revoke Cursor…")),
  pageState("settings: general", "/settings?section=general", "Ask before quitting"),
  pageState("settings: gateway", "/settings?section=gateway", "Time for a call"),
  {
    name: "settings: gateway, a value that is none",
    show: async (page) => {
      const time = page.getByLabel("Time to start");
      await time.fill("soon");
      await press(page, "Save");
      await page.locator("[aria-invalid=true]").waitFor();
    },
    leave: (page) => press(page, "Discard"),
  },
  {
    name: "settings: gateway, a time that is too short",
    show: async (page) => {
      const idle = page.getByLabel("Stop when idle for");
      await idle.fill("0.1");
      await press(page, "Save");
      await page.getByText("or “never”.").waitFor();
    },
    leave: (page) => press(page, "Discard"),
  },
  dialogState("change the address", "Change the address?", async (page) => {
    await page.getByLabel("Address").fill("0.0.0.0");
    await press(page, "Save");
  }),
  pageState("settings: runtimes", "/settings?section=runtimes", "npx"),
  pageState("settings: vault", "/settings?section=vault", "Keys that open it"),
  dialogState("add a passphrase", "Add a passphrase", (page) => press(page, "Add passphrase…")),
  dialogState("change a passphrase", "Change “Passphrase”", (page) =>
    press(page, "Change Passphrase…"),
  ),
  dialogState("add a recovery key", "Add a recovery key", (page) =>
    press(page, "Add recovery key…"),
  ),
  {
    ...next("shown once, and held until it is written down", async (page) => {
      await press(page, "Make recovery key");
      await page.getByRole("dialog", { name: "Your recovery key" }).waitFor();
      await page.keyboard.press("Escape");
      await dialogOf(page).getByRole("alert").waitFor();
    }),
    leave: async (page) => {
      await dialogOf(page).getByRole("checkbox").click();
      await press(page, "Done");
      await dialogOf(page).waitFor({ state: "detached" });
    },
  },
  dialogState("remove a key", "Remove “Recovery key”?", (page) =>
    press(page, "Remove Recovery key…"),
  ),
  next("and a new data key is offered", async (page) => {
    await press(page, "Remove key");
    await page.getByRole("dialog", { name: "Replace the data key?" }).waitFor();
  }),
  pageState("settings: audit log", "/settings?section=audit", "Server added"),
  next("with what changed", async (page) => {
    await page.getByRole("button", { name: "Settings changed" }).first().click();
    await page.getByText("setting.update").waitFor();
  }),
  {
    name: "settings: audit log, filtered to nothing",
    show: async (page) => {
      await page.getByLabel("Filter audit log").fill("nosuch");
      await page.getByText("No entry matches ‘nosuch’").waitFor();
    },
    leave: (page) => page.getByText("Clear filter").click(),
  },
  pageState("settings: appearance", "/settings?section=appearance", "Theme"),
  pageState("settings: about", "/settings?section=about", "Version"),
  pageState("settings: changed", "/settings?changed=1", "Changed ·"),
  detailState("settings: filtered", "/settings?q=port", "Part of the URL that clients use"),
  detailState("settings: filtered to nothing", "/settings?q=nosuch", "No setting matches"),
];
