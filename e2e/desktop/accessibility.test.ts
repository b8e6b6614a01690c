/** Keys, sign-in, and what is there before the shell, as axe reads them. */
import { beforeShell } from "./states/before-shell.ts";
import { locked } from "./states/locked.ts";
import { lostKeys } from "./states/lost-keys.ts";
import { readScenes } from "./states/read.ts";
import { signIn } from "./states/sign-in.ts";

readScenes([locked, lostKeys, ...beforeShell]);
readScenes([signIn], "full");
