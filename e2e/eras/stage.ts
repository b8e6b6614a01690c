import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { CLI, eventually, run, Serving } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { stdioFixture } from "../conformance/fixture.ts";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { ensureInstalled } from "../install.ts";
import { realServers, SERVERS_DIRECTORY } from "../servers/catalogue.ts";
import { startRecordingProxy } from "../wire/recording-proxy.ts";
import { tee } from "../wire/tee-command.ts";
import type { Timeline } from "./timeline.ts";

/** The fixtures of the stage, as the gateway knows them. */
export const FIXTURES = ["http-legacy", "http-modern", "stdio-legacy"] as const;
export type FixtureName = (typeof FIXTURES)[number];

/** Start-up of all servers on a slow machine, ms. */
const READY_MS = 90_000;
const PROFILE = "all";

const statusAnswer = z.object({
  servers: z.array(z.object({ name: z.string(), status: z.object({ state: z.string() }) })),
});

export interface Stage {
  /** The names of the published servers that are connected beside the fixtures. */
  published: string[];
  /** The profile's address for one client; what passes there is noted under the client's name. */
  addressFor(client: string): Promise<string>;
  /** The profile's address without a recorder. */
  url: string;
}

/**
 * The built gateway with the published servers and the fixtures in one profile. What passes between
 * it and a fixture is noted on the timeline.
 */
export const setStage = async (timeline: Timeline): Promise<Stage> => {
  await ensureInstalled(SERVERS_DIRECTORY);
  const root = await mkdtemp(join(tmpdir(), "eras-"));
  atEnd(() => rm(root, { recursive: true, force: true }));
  const work = join(root, "work");
  await mkdir(work);
  const dataDir = join(root, "data");
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: root };
  const cli = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(
      [CLI, "--data-dir", dataDir, "--json", ...args],
      env,
    );
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  };

  const published = realServers(work);
  for (const { name, env: own = {}, command, args } of published) {
    const values = Object.entries(own).flatMap(([key, value]) => [
      "--env-plain",
      `${key}=${value}`,
    ]);
    await cli("servers", "add", name, ...values, "--", command, ...args);
  }
  const teed = join(root, "stdio.jsonl");
  timeline.follow("stdio-legacy", teed);
  await cli("servers", "add", "http-legacy", "--url", await httpFixture("legacy", timeline));
  await cli("servers", "add", "http-modern", "--url", await httpFixture("modern", timeline));
  await cli("servers", "add", "stdio-legacy", "--", ...tee(teed, stdioFixture("legacy")));
  const names = [...FIXTURES, ...published.map(({ name }) => name)];
  // The fixtures have the same tools: each is known by its server.
  const policy = ["--names", "always_prefix", "--allow-without-token"];
  await cli("profiles", "create", PROFILE, "--servers", names.join(","), ...policy);

  const serving = await Serving.start(dataDir, env);
  atEnd(() => serving.end("SIGTERM"));
  let waiting: string[] = names;
  await eventually(async () => {
    const { servers } = statusAnswer.parse(await cli("status"));
    waiting = servers.filter(({ status }) => status.state !== "ready").map(({ name }) => name);
    return waiting.length === 0 ? true : undefined;
  }, READY_MS);
  if (waiting.length > 0) throw new Error(`not ready: ${waiting.join(", ")}`);

  const url = `${serving.url}/mcp/${PROFILE}`;
  return {
    published: published.map(({ name }) => name),
    url,
    addressFor: async (client) => {
      const proxy = await startRecordingProxy({
        target: url,
        link: "client",
        record: (recorded) => timeline.note(client, recorded),
      });
      atEnd(() => proxy.close());
      return proxy.url;
    },
  };
};

/** @returns its address behind a recorder */
const httpFixture = async (era: "legacy" | "modern", timeline: Timeline): Promise<string> => {
  const server = await startConformanceServer({ era });
  atEnd(() => server.close());
  const proxy = await startRecordingProxy({
    target: server.url,
    link: "server",
    record: (recorded) => timeline.note(`http-${era}`, recorded),
  });
  atEnd(() => proxy.close());
  return proxy.url;
};
