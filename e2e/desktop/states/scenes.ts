import { backups } from "./backups.ts";
import { beforeShell } from "./before-shell.ts";
import { firstRun } from "./first-run.ts";
import { lostKeys } from "./lost-keys.ts";
import { locked } from "./locked.ts";
import { signIn } from "./sign-in.ts";
import type { Scene } from "./state.ts";
import { troubles } from "./troubles.ts";
import { work } from "./work.ts";

export const SCENES: Scene[] = [
  firstRun,
  work,
  troubles,
  signIn,
  backups,
  locked,
  lostKeys,
  ...beforeShell,
];
