import { readFile } from "node:fs/promises";
import { run } from "./run.ts";

/** The user without rights, who is in no group. */
const NOBODY = 65534;

/** A user of this system that root can start a program as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** One line of `passwd`, passwd(5). */
export const parseAccount = (line: string): Account | null => {
  const [name, , uid, gid, , home] = line.trim().split(":");
  if (!name || !home || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "")) return null;
  return { name, uid: Number(uid), gid: Number(gid), home };
};

/** The user of that name; null where there is none. `getent` knows those of a directory service. */
export const findAccount = async (name: string): Promise<Account | null> => {
  const { code, output } = await run("getent", ["passwd", name]);
  if (code === 0) return parseAccount(output);
  const local = await readFile("/etc/passwd", "utf8").catch(() => "");
  return parseAccount(local.split("\n").find((line) => line.startsWith(`${name}:`)) ?? "");
};

/** How to start a program, as another user if one is given. */
export const asUser = (
  account: Account | null,
  program: string,
  args: readonly string[],
): { program: string; args: string[] } => {
  if (!account) return { program, args: [...args] };
  const groups = account.uid === NOBODY ? "--clear-groups" : "--init-groups";
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, groups];
  return { program: "setpriv", args: [...identity, program, ...args] };
};
