import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

const readyLine = z.object({ event: z.literal("ready"), url: z.url() });
const linux = process.platform === "linux";
const isRoot = process.getuid?.() === 0;

interface Started {
  url: string;
  /** What it said to the person. */
  said: () => string;
  stop: () => Promise<unknown>;
}

/** `npm start -- …`, until the gateway serves. */
const start = async (args: string[], env: NodeJS.ProcessEnv): Promise<Started> => {
  const dataDir = await mkdtemp(join(tmpdir(), "lmg-start-"));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const line = ["scripts/start.ts", ...args, "--port", "0", "--data-dir", dataDir];
  const child = spawn(process.execPath, line, {
    env: { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [ready]: unknown[] = await once(createInterface(child.stdout), "line");
  return {
    url: readyLine.parse(JSON.parse(String(ready))).url,
    said: () => said,
    stop: async () => {
      child.kill("SIGTERM");
      const [code]: unknown[] = await once(child, "exit");
      return code;
    },
  };
};

const servesUntilStopped = async ({ url, stop }: Started): Promise<void> => {
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(await stop()).toBe(0);
  await expect(fetch(`${url}/health`)).rejects.toThrow("fetch failed");
};

test.runIf(linux)("without a display it says so in one line and serves", async () => {
  const started = await start([], {});
  expect(started.said().split("\n")[0]).toBe(
    "There is no display here. The gateway runs without a window.",
  );
  await servesUntilStopped(started);
});

test.runIf(linux && isRoot)(
  "as root it names how to open the app as a user, and serves",
  async () => {
    const started = await start([], { DISPLAY: ":99" });
    expect(started.said().split("\n")[0]).toBe(
      "Electron does not run as root: `npm start -- --as USER` opens the app as that user. The gateway runs without a window.",
    );
    await servesUntilStopped(started);
  },
);

test("with --headless it serves and says nothing about a window", async () => {
  const started = await start(["--headless"], { DISPLAY: ":99" });
  expect(started.said()).not.toContain("window");
  await servesUntilStopped(started);
});

test.runIf(linux && isRoot).each([
  ["no-such-user-here", "There is no user “no-such-user-here” here."],
  ["root", "Electron does not run as root: name another user with --as."],
])("--as %s is refused with a sentence", async (name, sentence) => {
  const child = spawn(process.execPath, ["scripts/start.ts", "--as", name], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code]: unknown[] = await once(child, "close");
  expect([code, said.trim()]).toEqual([1, sentence]);
});
