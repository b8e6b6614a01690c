import type { MenuItemConstructorOptions } from "electron";
import { type MenuItems, SEPARATOR } from "./state.ts";
import { count, literal, type Words } from "./words.ts";

/** The choice of the active profile, the same in the menu bar and in the tray. */
export function profilesMenu(
  profiles: readonly { slug: string; name: string; active: boolean; tools?: number }[] | null,
  actions: { activateProfile: (slug: string) => void; go: (route: string) => void },
  words: Words,
): MenuItemConstructorOptions {
  const choices: MenuItems = (profiles ?? []).map(({ slug, name, active, tools }) => ({
    label: literal(tools === undefined ? name : `${name} · ${count(tools, "tool")}`),
    type: "radio",
    checked: active,
    click: () => actions.activateProfile(slug),
  }));
  return {
    label: words("Active Profile", "Active &profile"),
    submenu: [
      ...choices,
      ...(choices.length === 0 ? [] : [SEPARATOR]),
      {
        label: words("Manage Profiles…", "&Manage profiles…"),
        click: () => actions.go("/profiles"),
      },
    ],
  };
}
