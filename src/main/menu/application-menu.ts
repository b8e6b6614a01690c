import { appMenu } from "./app-menu.ts";
import { editMenu } from "./edit-menu.ts";
import { fileMenu } from "./file-menu.ts";
import { gatewayMenu } from "./gateway-menu.ts";
import { helpMenu } from "./help-menu.ts";
import type { MenuActions, MenuItems, MenuState } from "./state.ts";
import { viewMenu } from "./view-menu.ts";
import { windowMenu } from "./window-menu.ts";
import { wordsFor } from "./words.ts";

/** The menu bar, as a template. */
export function applicationMenu(state: MenuState, actions: MenuActions): MenuItems {
  const input = { state, actions, words: wordsFor(state.platform) };
  const mac = state.platform === "darwin";
  return [
    ...(mac ? [appMenu(input)] : []),
    fileMenu(input),
    editMenu(input),
    viewMenu(input),
    gatewayMenu(input),
    ...(mac ? [windowMenu()] : []),
    helpMenu(input),
  ];
}
