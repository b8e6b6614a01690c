import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type SettingView, settingView } from "@local-mcp/contract";
import { z } from "zod";
import { Serving } from "../e2e/command-line.ts";

const runtime = z.object({ url: z.url(), token: z.string() });

/** Each start of the benchmark has another port. */
const OWN = ["port"];

/** What the gateway that runs on the directory goes by, as itself tells it. */
export const settingsOf = async (dataDir: string): Promise<SettingView[]> => {
  const text = await readFile(join(dataDir, "runtime.json"), "utf8");
  const { url, token } = runtime.parse(JSON.parse(text));
  const answer = await fetch(`${url}/api/settings`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`settings of ${dataDir}: ${await answer.text()}`);
  return z.array(settingView).parse(await answer.json());
};

/** What a gateway goes by that was installed just now, in an environment that says nothing of it. */
export const freshSettings = async (): Promise<SettingView[]> => {
  const home = await mkdtemp(join(tmpdir(), "bench-fresh-"));
  const dataDir = join(home, "data");
  try {
    const serving = await Serving.start(dataDir, { PATH: process.env["PATH"], HOME: home });
    try {
      return await settingsOf(dataDir);
    } finally {
      await serving.end("SIGTERM");
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** @throws where a setting is not what it is in a fresh install: what was measured is not shipped */
export const assertFresh = (seen: readonly SettingView[], fresh: readonly SettingView[]): void => {
  const other = seen.filter((setting) => {
    const shipped = fresh.find(({ key }) => key === setting.key);
    return !OWN.includes(setting.key) && !isDeepStrictEqual(setting, shipped);
  });
  const missing = fresh.filter(({ key }) => !seen.some((setting) => setting.key === key));
  if (other.length === 0 && missing.length === 0) return;
  const all = [
    ...other.map(({ key, value, source }) => `${key} is ${JSON.stringify(value)} (${source})`),
    ...missing.map(({ key }) => `${key} is not there`),
  ];
  throw new Error(`the gateway is not set as a fresh install is: ${all.join(", ")}`);
};
