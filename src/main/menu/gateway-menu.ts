import type { MenuItemConstructorOptions } from "electron";
import { profilesMenu } from "./profiles-menu.ts";
import { type MenuInput, SEPARATOR } from "./state.ts";

export const gatewayMenu = ({ state, actions, words }: MenuInput): MenuItemConstructorOptions => ({
  label: words("Gateway", "&Gateway"),
  submenu: [
    profilesMenu(state.profiles, actions, words),
    SEPARATOR,
    {
      label: words("Connect a Client…", "&Connect a client…"),
      click: () => actions.run("connect_client"),
    },
    {
      label: words("Restart Failed Servers", "&Restart failed servers"),
      enabled: state.profiles !== null,
      click: () => actions.restartFailed(),
    },
    SEPARATOR,
    {
      label: words("Record Uncapped Bodies for 1 Hour…", "Record &uncapped bodies for 1 hour…"),
      enabled: state.profiles !== null,
      click: () => actions.run("record_uncapped"),
    },
    { label: words("Run Doctor…", "Run &doctor…"), click: () => actions.run("run_doctor") },
  ],
});
