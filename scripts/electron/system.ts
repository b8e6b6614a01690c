/** Debian's names of what the app, its tests and the fallback runtime need. */
export const PACKAGES: readonly string[] = [
  // The app.
  "libgtk-3-0",
  "libnss3",
  "libasound2",
  "libgbm1",
  "libxss1",
  "libsecret-1-0",
  // Its tests: a display and a keyring of their own, steps at which to kill, and who else reads a
  // backup.
  "xvfb",
  "dbus-x11",
  "gnome-keyring",
  "strace",
  "age",
  // The shells whose completion is tested, beside bash.
  "zsh",
  "fish",
  // Stores that several gateways share.
  "redis-server",
  "postgresql",
  // The fallback runtime: SQLite compiled for it.
  "gcc",
  "g++",
];

/** Newer Debian and Ubuntu gave some libraries this ending when their time became 64 bits wide. */
const WIDE_TIME = "t64";

/**
 * Those of `PACKAGES` that are not installed.
 * @param installed lines "installed NAME", as `dpkg-query` gives them
 */
export const missingPackages = (installed: string): string[] => {
  const names = new Set(
    installed.split("\n").flatMap((line) => /^installed (\S+)$/.exec(line)?.[1] ?? []),
  );
  return PACKAGES.filter((name) => !names.has(name) && !names.has(name + WIDE_TIME));
};

/** The name under which this system offers a package. */
export const offeredName = async (
  name: string,
  isOffered: (name: string) => Promise<boolean>,
): Promise<string> => ((await isOffered(name + WIDE_TIME)) ? name + WIDE_TIME : name);

/**
 * Lets one executable build namespaces where Ubuntu (23.10 and later) restricts them.
 * https://ubuntu.com/blog/ubuntu-23-10-restricted-unprivileged-user-namespaces
 */
export const apparmorProfile = (executable: string): string =>
  `# Local MCP Gateway: its Electron may build its own sandbox.
abi <abi/4.0>,
include <tunables/global>

profile local-mcp-gateway-electron "${executable}" flags=(unconfined) {
  userns,
}
`;
