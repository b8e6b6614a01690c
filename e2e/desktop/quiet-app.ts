import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Account } from "../../scripts/electron/account.ts";
import { environmentFor } from "../../scripts/electron/launch.ts";
import { pause } from "../command-line.ts";
import { descendants, isAlive } from "../processes.ts";
import { account as usual, electron, giveTo, stage } from "./app.ts";
import { endpoint } from "./endpoint.ts";
import { type Keyring, onDesktop, passwordStore } from "./keyring.ts";

/** Polls of 100 ms until the app serves, or has ended. */
const PATIENCE = 200;

/** The app without Playwright beside it, asked over its own API. */
export interface QuietApp {
  url: string;
  /** Process id of the main process. */
  pid: number;
  /** Asks the API as the command line does. */
  api: (method: string, path: string, body?: object) => Promise<unknown>;
  /** Ends it, and waits until nothing of it is left. */
  stop: () => Promise<void>;
}

/** Starts the app as the session of a person does, and waits until it serves. */
export async function startQuietly(options: {
  home: string;
  keyring: Keyring;
  account?: Account | null;
}): Promise<QuietApp> {
  const { home, keyring, account = usual } = options;
  const dataDir = join(home, "data");
  const runtimeDir = join(home, "run");
  if (!existsSync(runtimeDir)) mkdirSync(runtimeDir, { mode: 0o700 });
  const [program = "", ...args] = onDesktop(account, home, keyring, `"${electron.executable}"`);
  giveTo(account, home);
  const child = spawn(
    program,
    [...args, stage().app, passwordStore(keyring), "--data-dir", dataDir, "--hidden"],
    {
      env: environmentFor(electron, {
        PATH: process.env["PATH"],
        LANG: "C.UTF-8",
        DISPLAY: process.env["DISPLAY"],
        SHELL: "/bin/sh",
        HOME: home,
        TMPDIR: home,
        XDG_RUNTIME_DIR: runtimeDir,
        PORT: "0",
      }),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  }
  const all = (): number[] => (child.pid ? [child.pid, ...descendants(child.pid)] : []);
  onTestFinished(() => {
    for (const pid of all()) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  for (let polls = 0; !existsSync(join(dataDir, "runtime.json")); polls += 1) {
    if (polls > PATIENCE || child.exitCode !== null) throw new Error(`It does not serve: ${said}`);
    await pause(100);
  }
  const { url, token, pid } = endpoint(dataDir);
  return {
    url,
    pid,
    api: async (method, path, body) => {
      const request: RequestInit = {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      };
      if (body) request.body = JSON.stringify(body);
      const answer = await fetch(`${url}/api${path}`, request);
      return answer.json();
    },
    stop: async () => {
      const running = all();
      process.kill(pid, "SIGTERM");
      for (let polls = 0; polls < PATIENCE && running.some(isAlive); polls += 1) await pause(100);
      if (running.some(isAlive)) throw new Error(`It has not ended: ${said}`);
    },
  };
}
