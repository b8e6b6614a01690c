import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { atEnd } from "./closing.ts";

const file = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/conformance/${name}`, import.meta.url));

/** Which eras the fixture speaks. */
export type FixtureEra = "legacy" | "modern" | "dual";

const readyLine = z.object({ url: z.url() });

/** Starts the fixture as an HTTP server of its own process; it ends with the run. */
export const startHttpFixture = async (era: FixtureEra): Promise<string> => {
  const child = spawn(process.execPath, [file("http.ts"), "--era", era, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the fixture ended with ${code}`)));
  });
  return readyLine.parse(JSON.parse(line)).url;
};

/** The command that serves the fixture on stdio. */
export const stdioFixture = (era: FixtureEra): string[] => [
  process.execPath,
  file("stdio.ts"),
  "--era",
  era,
];
