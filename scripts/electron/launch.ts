import { existsSync } from "node:fs";
import { asUser, type Account } from "./account.ts";
import type { Electron } from "./resolve.ts";

export interface Command {
  program: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** What would turn Electron into something else, or belongs to the npm that started us. */
const NOT_FOR_THE_APP = /^(ELECTRON_RUN_AS_NODE|ELECTRON_NO_ASAR|NODE_OPTIONS|npm_.*)$/i;
/** What belongs to a person, not to the machine. */
const OF_A_PERSON = /^(XDG_.*|DBUS_SESSION_BUS_ADDRESS|SUDO_.*|MAIL|TMPDIR|OLDPWD)$/;

/** The environment that `electron` is started with, from that of this process. */
export const environmentFor = (
  electron: Pick<Electron, "nativeBinding">,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_FOR_THE_APP.test(name))),
  ...(electron.nativeBinding && { LOCAL_MCP_SQLITE_BINDING: electron.nativeBinding }),
});

/** The same as if `account` had logged in, as far as programs can tell. */
export const environmentOf = (account: Account, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const runtime = `/run/user/${account.uid}`;
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !OF_A_PERSON.test(name))),
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    ...(existsSync(runtime) && { XDG_RUNTIME_DIR: runtime }),
  };
};

/** How to start the app in the folder `app`, as another user if one is given. */
export const launchCommand = (
  electron: Electron,
  {
    app,
    args = [],
    account = null,
    env = process.env,
  }: {
    app: string;
    args?: readonly string[];
    account?: Account | null;
    env?: NodeJS.ProcessEnv;
  },
): Command => {
  const own = environmentFor(electron, env);
  return {
    ...asUser(account, electron.executable, [app, ...args]),
    env: account ? environmentOf(account, own) : own,
  };
};
