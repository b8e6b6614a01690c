import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asUser, type Account } from "./account.ts";
import { run } from "./run.ts";

export const SETUP = "`npm run setup:system`";
/** The AppArmor profile that `setup:system` writes. */
export const APPARMOR_PROFILE = "/etc/apparmor.d/local-mcp-gateway-electron";

export interface Surroundings {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** Whether this process is root's. */
  root: boolean;
  /** Whether the app is to run as another user. */
  asOther: boolean;
}

/** Why there can be no window here, as a sentence with the way out; null where there can. */
export const windowObstacle = ({ platform, env, root, asOther }: Surroundings): string | null => {
  if (platform !== "linux") return null;
  if (!env["DISPLAY"] && !env["WAYLAND_DISPLAY"]) return "There is no display here.";
  if (root && !asOther) {
    return "Electron does not run as root: `npm start -- --as USER` opens the app as that user.";
  }
  return null;
};

/** Names of the libraries that `ldd` did not find. */
export const missingLibraries = (ldd: string): string[] => [
  ...new Set([...ldd.matchAll(/^\s*(\S+) => not found/gm)].flatMap(([, name]) => name ?? [])),
];

/** Chromium's helper for systems without user namespaces; works when it is root's and setuid. */
const hasSetuidHelper = async (executable: string): Promise<boolean> =>
  stat(join(dirname(executable), "chrome-sandbox")).then(
    ({ uid, mode }) => uid === 0 && (mode & 0o4111) === 0o4111,
    () => false,
  );

const hasProfile = async (executable: string, profile: string): Promise<boolean> =>
  readFile(profile, "utf8").then(
    (text) => text.includes(`"${executable}"`),
    () => false,
  );

/** Whether the sandbox can be built: it needs a namespace of its own, which some systems refuse. */
export const canSandbox = async (
  executable: string,
  {
    account = null,
    profile = APPARMOR_PROFILE,
    probe = run,
  }: { account?: Account | null; profile?: string; probe?: typeof run } = {},
): Promise<boolean> => {
  if (await hasSetuidHelper(executable)) return true;
  if (await hasProfile(executable, profile)) return true;
  const { program, args } = asUser(account, "unshare", ["--user", "--map-root-user", "true"]);
  const { code, output } = await probe(program, args);
  return code === 0 || /ENOENT/.test(output);
};

/** What the system lacks for this Electron, as a sentence with the way out; null where nothing. */
export const systemObstacle = async (
  executable: string,
  account: Account | null = null,
): Promise<string | null> => {
  if (process.platform !== "linux") return null;
  const missing = missingLibraries((await run("ldd", [executable])).output);
  if (missing.length > 0) {
    return `Electron needs libraries that are not installed (${missing.join(", ")}): ${SETUP} installs them.`;
  }
  if (!(await canSandbox(executable, { account }))) {
    return `This system does not let Electron build its sandbox (unprivileged user namespaces are restricted): ${SETUP} allows it for this Electron alone.`;
  }
  return null;
};

/** Why `account` cannot run the app, as a sentence with the way out; null where it can. */
export const accountObstacle = async (
  account: Account,
  needed: readonly string[],
): Promise<string | null> => {
  const home = await stat(account.home).catch(() => null);
  if (!home?.isDirectory()) {
    return `${account.name} has no home folder (${account.home}), and the app keeps its data there. Name another user.`;
  }
  for (const path of needed) {
    const { program, args } = asUser(account, "test", ["-r", path]);
    const { code } = await run(program, args);
    if (code !== 0) {
      return `${account.name} cannot read ${path}. Move the project to where ${account.name} can, or open its folders with chmod o+rx.`;
    }
  }
  return null;
};
