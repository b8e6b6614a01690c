import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "@local-mcp/contract";
import { createGateway } from "@local-mcp/gateway";
import { secretOf } from "./backup-data.ts";
import { freePort, start } from "./child.ts";
import { Load } from "./logs-load.ts";
import { ProbedGateway } from "./probed-gateway.ts";
import { upstreamLaunch } from "./targets.ts";

const PROFILE = "bench";

/** Whoever serves, in a process of their own each: a gateway over a new directory, and its server. */
export interface Stage {
  dataDir: string;
  gateway: ProbedGateway;
  load: Load;
  /** Starts the gateway again after it was ended. */
  restart(): Promise<void>;
}

/** Runs work on a stage that is gone after it. */
export async function onStage<T>(
  settings: Partial<Settings>,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), "bench-logs-"));
  const dataDir = join(root, "data");
  const port = await freePort();
  const upstream = start(upstreamLaunch(port), join(root, "upstream.log"));
  let stage: Stage | undefined;
  const begin = async (firstCall = 0): Promise<Pick<Stage, "gateway" | "load">> => {
    const gateway = await ProbedGateway.start(dataDir);
    return { gateway, load: await Load.open(gateway.url, `/mcp/${PROFILE}`, firstCall) };
  };
  try {
    await seed(dataDir, port, settings);
    stage = {
      dataDir,
      ...(await begin()),
      restart: async () => {
        if (!stage) return;
        stage.load.close();
        Object.assign(stage, await begin(stage.load.nextCall));
      },
    };
    return await work(stage);
  } finally {
    stage?.load.close();
    await stage?.gateway.close();
    await upstream.stop();
    await rm(root, { recursive: true, force: true });
  }
}

async function seed(dataDir: string, port: number, settings: Partial<Settings>): Promise<void> {
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    env: { HOME: dataDir, AUTH_ENCRYPTION_SECRET: secretOf(dataDir) },
  });
  await gateway.api.servers.create({
    name: "upstream",
    config: { transport: "http", url: `http://127.0.0.1:${port}/mcp` },
    confirmed: true,
  });
  await gateway.api.profiles.create({
    slug: PROFILE,
    servers: ["upstream"],
    allowWithoutToken: true,
  });
  await gateway.api.settings.update(settings);
  await gateway.close();
}
