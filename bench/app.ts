/**
 * `npm run bench:app`: what the packaged app costs, beside an Electron app that does nothing, in the
 * same run. `--check` fails over a limit, `--rounds N` starts each so many times (7), `--built` takes
 * the packages as they are, `--json FILE` keeps the result. Linux only: it reads /proc.
 */
import { createPackage } from "@electron/asar";
import { spawnSync } from "node:child_process";
import { chmod, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { testAccount } from "../e2e/desktop/account.ts";
import { reachablePackage } from "../e2e/package/reach.ts";
import { openDisplay } from "../scripts/electron/display.ts";
import { environmentFor } from "../scripts/electron/launch.ts";
import { resolveElectron } from "../scripts/electron/resolve.ts";
import {
  packagedBinding,
  packagedExecutable,
  packagedResources,
  unpackedFolder,
} from "../scripts/package/layout.ts";
import { sizeOf } from "../scripts/package/size.ts";
import { AppProcess, type AppStart, stopApps } from "./app-process.ts";
import { reportApp, type AppResult } from "./app-report.ts";
import { pause } from "./child.ts";
import { median } from "./stats.ts";
import { countOf, optionsOf } from "../scripts/options.ts";

/** ms; after it an app has done what it does after its start. */
const SETTLE = 6000;
const IDLE = 20_000;
const HIDE = 'require("electron").BrowserWindow.getAllWindows().forEach((w) => w.destroy())';

/** One app, and the events that it tells its times with. */
interface Subject {
  name: string;
  /** To take times of, as people start it. */
  start: AppStart;
  /** The same with a debugger, to close its window from outside. */
  inspected: AppStart;
  listening: string | null;
  interactive: string;
  size: number | null;
}

const { values: options } = optionsOf({
  options: {
    check: { type: "boolean", default: false },
    built: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
  },
});
const rounds = countOf("rounds", options.rounds);

const timesOf = async ({
  start,
  listening,
  interactive,
}: Subject): Promise<{ listening: number | null; interactive: number }> => {
  const app = await AppProcess.start(start);
  try {
    return {
      listening: listening === null ? null : await app.until(listening),
      interactive: await app.until(interactive),
    };
  } finally {
    await app.stop();
  }
};

const costOf = async ({
  inspected,
  interactive,
}: Subject): Promise<Omit<AppResult, "listening" | "interactive" | "size">> => {
  const app = await AppProcess.start(inspected);
  try {
    await app.until(interactive);
    await pause(SETTLE);
    const pssOpen = await app.pss();
    const cpuOpen = await app.cpu(IDLE);
    await app.evaluate(HIDE);
    await pause(SETTLE);
    return { pssOpen, cpuOpen, pssHidden: await app.pss(), cpuHidden: await app.cpu(IDLE) };
  } finally {
    await app.stop();
  }
};

const measure = async (
  subjects: readonly [Subject, Subject],
  rounds: number,
): Promise<[AppResult, AppResult]> => {
  const times = new Map(
    subjects.map((subject) => [subject, [] as { listening: number | null; interactive: number }[]]),
  );
  // The first start of each fills caches and makes a database.
  for (const subject of subjects) await timesOf(subject);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [subject, list] of times) {
      console.error(`start ${round} of ${rounds}: ${subject.name}`);
      list.push(await timesOf(subject));
    }
  }
  const resultOf = async (subject: Subject): Promise<AppResult> => {
    console.error(`memory and load: ${subject.name}`);
    const list = times.get(subject) ?? [];
    const listening = list.flatMap((time) => time.listening ?? []);
    return {
      listening: listening.length > 0 ? median(listening) : null,
      interactive: median(list.map(({ interactive }) => interactive)),
      ...(await costOf(subject)),
      size: subject.size,
    };
  };
  return [await resultOf(subjects[0]), await resultOf(subjects[1])];
};

/**
 * The same Electron with the same fuses, as a file of its own: memory that is shared with another
 * program of the same file counts in part.
 */
const packEmpty = async (folder: string): Promise<void> => {
  await cp(unpackedFolder("test"), folder, { recursive: true });
  const resources = packagedResources(folder);
  await rm(resources, { recursive: true });
  await createPackage(join(import.meta.dirname, "empty-app"), join(resources, "app.asar"));
};

const main = async (root: string, display: string): Promise<number> => {
  const account = await testAccount();
  const electron = await resolveElectron();
  const env = { PATH: process.env["PATH"], LANG: "C.UTF-8", SHELL: "/bin/sh", DISPLAY: display };
  const emptyPackage = join(root, "empty-package");
  await packEmpty(emptyPackage);

  const ours = (folder: string): AppStart => ({
    program: packagedExecutable(folder),
    args: ["--password-store=basic", "--data-dir", join(root, "ours", "data")],
    env: {
      ...environmentFor({ nativeBinding: packagedBinding(folder) }, env),
      PORT: "0",
      LOCAL_MCP_BENCH: "1",
    },
    folder: join(root, "ours"),
    account,
  });
  const empty: AppStart = {
    program: packagedExecutable(emptyPackage),
    args: ["--password-store=basic"],
    env,
    folder: join(root, "empty"),
    account,
  };
  const inspected = (start: AppStart): AppStart => ({
    ...start,
    args: [...start.args, "--inspect=0"],
  });
  const [us, nothing] = await measure(
    [
      {
        name: "ours",
        start: ours(await reachablePackage("release", account)),
        inspected: inspected(ours(await reachablePackage("test", account))),
        listening: "listening",
        interactive: "interactive",
        size: await sizeOf(unpackedFolder("release")),
      },
      {
        name: "empty app",
        start: empty,
        inspected: inspected(empty),
        listening: null,
        interactive: "ready-to-show",
        size: await sizeOf(emptyPackage),
      },
    ],
    rounds,
  );
  const { text, missed } = reportApp(us, nothing);
  console.log(
    `\nElectron ${electron.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}\n\n${text}\n`,
  );
  if (options.json) {
    await writeFile(
      options.json,
      `${JSON.stringify({ electron: electron.version, ours: us, empty: nothing, missed }, null, 2)}\n`,
    );
  }
  return options.check && missed.length > 0 ? 1 : 0;
};

if (process.platform !== "linux") {
  console.error("The costs of the app are read from /proc: on Linux only.");
  process.exit(1);
}
if (!options.built) {
  const { status } = spawnSync(process.execPath, ["scripts/package/package.ts"], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
}
const root = await mkdtemp(join(tmpdir(), "bench-app-"));
await chmod(root, 0o755);
const display = await openDisplay();
const clean = async (): Promise<void> => {
  await stopApps();
  display.close();
  await rm(root, { recursive: true, force: true });
};
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void clean().finally(() => process.exit(130)));
}
try {
  process.exitCode = await main(root, display.name);
} finally {
  await clean();
}
