import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, lchownSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { asUser } from "../../scripts/electron/account.ts";
import { environmentFor } from "../../scripts/electron/launch.ts";
import { eventually, Serving } from "../command-line.ts";
import type { Desktop } from "../desktop/desktop.ts";
import { descendants, isAlive } from "../processes.ts";

const START_MS = 30_000;
const END_MS = 15_000;

interface Options {
  desktop: Desktop;
  /** Everything of the day lies in it. */
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  check: (what: string, holds: boolean, detail?: unknown) => void;
  /** What clients do that have known the gateway since the morning. */
  work: () => Promise<void>;
}

/** Everything under it, and the folder itself, belongs to that user. */
function give(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  lchownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}

/**
 * The app with its window serves the directory for a while, at the same port, and gives it back.
 * Where it has to run as somebody else, the directory is theirs as long.
 *
 * @param serving is ended
 * @returns the gateway without a window that serves from then on
 */
export async function inWindow(serving: Serving, options: Options): Promise<Serving> {
  const { desktop, root, dataDir, env, check, work } = options;
  const { electron, account, displays, stage } = desktop;
  const { port, url } = serving;
  await serving.end("SIGTERM");
  const runtime = join(root, "run");
  mkdirSync(runtime, { mode: 0o700 });
  if (account) give(root, account);
  if (account) chmodSync(root, 0o755);
  const args = [stage.app, "--password-store=basic", "--data-dir", dataDir];
  const command = asUser(account, electron.executable, args);
  const app = spawn(command.program, command.args, {
    env: environmentFor(electron, {
      ...env,
      LANG: "C.UTF-8",
      SHELL: "/bin/sh",
      TMPDIR: root,
      XDG_RUNTIME_DIR: runtime,
      PORT: String(port),
      ...(displays[0] && { DISPLAY: displays[0].name }),
    }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  app.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(app, "exit");
  let family: number[] = [];
  try {
    const serves = (): Promise<true | undefined> =>
      fetch(url).then(
        () => true as const,
        () => undefined,
      );
    check(
      "the app serves where the gateway did",
      (await eventually(serves, START_MS)) === true,
      said,
    );
    await work();
    family = descendants(app.pid ?? 0);
    app.kill("SIGTERM");
    const [code] = await Promise.race([exited, once(AbortSignal.timeout(END_MS), "abort")]);
    check("it ends when it is asked to", code === 0, `${String(code)} ${said}`);
    const isOver = await eventually(async () => !family.some(isAlive) || undefined, END_MS);
    check("nothing of it is left", isOver === true, family.filter(isAlive));
  } finally {
    for (const pid of [app.pid ?? 0, ...family].filter(isAlive)) process.kill(pid, "SIGKILL");
    if (account) give(root, { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
  }
  return Serving.start(dataDir, env, { port });
}
