import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

const UNFINISHED = ".unfinished-";
/** ms; whatever is unfinished for this long was left by a process that was killed. */
const LEFT_BEHIND_AFTER = 60 * 60 * 1000;

/**
 * Where prepared runtimes are kept, outside the work tree. Root's own home is closed to others, and
 * root prepares for the user that the app then runs as; so root's cache is the system's.
 */
export const cacheDirectory = (
  env: NodeJS.ProcessEnv = process.env,
  { home = homedir(), root = process.getuid?.() === 0 } = {},
): string => {
  if (env["LOCAL_MCP_CACHE_DIR"]) return env["LOCAL_MCP_CACHE_DIR"];
  if (env["XDG_CACHE_HOME"]) return join(env["XDG_CACHE_HOME"], "local-mcp-gateway");
  return root ? "/var/cache/local-mcp-gateway" : join(home, ".cache", "local-mcp-gateway");
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Everyone may read what lies here, and run what its owner may run. */
const openToAll = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const runs = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0;
    await chmod(path, runs ? 0o755 : 0o644);
  }
};

const removeLeftBehind = async (root: string, now: number): Promise<void> => {
  for (const name of await readdir(root)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const { mtimeMs } = await stat(join(root, name)).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > LEFT_BEHIND_AFTER)
      await rm(join(root, name), { recursive: true, force: true });
  }
};

/**
 * The directory `name` of the cache, filled by `fill` the first time. It appears whole or not at
 * all: two at once both do the work and the first one's stays, and a kill leaves nothing under
 * that name.
 */
export const prepareOnce = async (
  root: string,
  name: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> => {
  const target = join(root, name);
  if (await exists(target)) return target;

  await mkdir(root, { recursive: true });
  await removeLeftBehind(root, Date.now());
  const unfinished = await mkdtemp(join(root, UNFINISHED));
  try {
    await fill(unfinished);
    await openToAll(unfinished);
    await rename(unfinished, target);
  } catch (error) {
    const otherWasFirst =
      error instanceof Error &&
      "code" in error &&
      (error.code === "ENOTEMPTY" || error.code === "EEXIST") &&
      (await exists(target));
    if (!otherWasFirst) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return target;
};
