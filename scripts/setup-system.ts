/**
 * `npm run setup:system`: what the desktop app and its tests need of the system. Asks for root's
 * rights with sudo where it has none.
 */
import { spawnSync } from "node:child_process";
import { APPARMOR_PROFILE, canSandbox, missingLibraries } from "./electron/obstacles.ts";
import { resolveElectron } from "./electron/resolve.ts";
import { run } from "./electron/run.ts";
import { apparmorProfile, missingPackages, offeredName, PACKAGES } from "./electron/system.ts";

const root = process.getuid?.() === 0;

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const asRoot = (line: readonly string[], input?: string): void => {
  const [program = "", ...args] = root ? line : ["sudo", ...line];
  console.error([program, ...args].join(" "));
  const { status, error } = spawnSync(program, args, {
    input,
    stdio: [input === undefined ? "inherit" : "pipe", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (error) fail(`${program} cannot be run: ${error.message}`);
  if (status !== 0) fail(`${program} ended with ${status}.`);
};

const installPackages = async (): Promise<void> => {
  const query = ["-W", "-f", "${db:Status-Status} ${Package}\\n"];
  const missing = missingPackages((await run("dpkg-query", query)).output);
  if (missing.length === 0) return console.error("Every package is installed.");
  asRoot(["apt-get", "update", "--quiet"]);
  const isOffered = async (name: string): Promise<boolean> =>
    (await run("apt-cache", ["show", name])).code === 0;
  const names = await Promise.all(missing.map((name) => offeredName(name, isOffered)));
  asRoot(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", ...names]);
};

const allowSandbox = async (executable: string): Promise<void> => {
  if (root || (await canSandbox(executable))) return;
  asRoot(["tee", APPARMOR_PROFILE], apparmorProfile(executable));
  asRoot(["apparmor_parser", "--replace", APPARMOR_PROFILE]);
};

if (process.platform !== "linux") {
  console.error("Nothing to install: Electron brings what it needs on this system.");
} else if ((await run("apt-get", ["--version"])).code !== 0) {
  fail(
    `This system has no apt-get. Install with its own package manager what Debian calls: ${PACKAGES.join(" ")}`,
  );
} else {
  await installPackages();
  const { executable } = await resolveElectron();
  const missing = missingLibraries((await run("ldd", [executable])).output);
  if (missing.length > 0) fail(`Electron still lacks libraries: ${missing.join(", ")}`);
  await allowSandbox(executable);
}
