/**
 * The gateway in a process of its own that counts what it holds: `node --expose-gc
 * connects-process.ts ROOT`, with {@link Job} as JSON on stdin. Prints a {@link Report}.
 */
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { z } from "zod";
import { grown, ResourceCount, type Resources } from "./resources.ts";
import { inLanes, until } from "./until.ts";

const serverSchema = z.object({
  name: z.string(),
  config: z.union([
    z.object({ transport: z.literal("stdio"), command: z.string(), args: z.array(z.string()) }),
    z.object({ transport: z.enum(["http", "sse"]), url: z.string() }),
  ]),
  connects: z.number().int(),
});
const jobSchema = z.object({ servers: z.array(serverSchema) });
export type Job = z.infer<typeof jobSchema>;

export const reportSchema = z.object({
  connects: z.record(z.string(), z.number()),
  failures: z.array(z.string()),
  before: z.record(z.string(), z.number()),
  after: z.record(z.string(), z.number()),
  grown: z.array(z.string()),
  /** Of the heap, per connect. */
  heapBytes: z.number(),
});
export type Report = z.infer<typeof reportSchema>;

/** Done before anything is counted, so that what is made once and kept is there already. */
const WARM_UP = 20;
const SETTLE_MS = 10_000;

type Server = Job["servers"][number];

/** Turns the servers off and waits until the counts hold still, or are not above `floor`. */
const rest = async (
  { api }: Gateway,
  servers: Server[],
  count: ResourceCount,
  floor?: Resources,
): Promise<Resources> => {
  for (const { name } of servers) {
    await api.servers.update({ server: name, changes: { enabled: false } });
  }
  let last = "";
  await until(
    () => {
      const now = count.now();
      const isStill = JSON.stringify(now) === last;
      last = JSON.stringify(now);
      return floor ? grown(floor, now).length === 0 : isStill;
    },
    SETTLE_MS,
    floor ? 100 : 1000,
  );
  return count.now();
};

const connect = async ({ api }: Gateway, server: string): Promise<string | null> => {
  await api.servers.restart({ server });
  const { ok, status } = await api.servers.test({ server });
  return ok ? null : `${server} is ${status.state}: ${status.reason?.message ?? ""}`;
};

const heapNow = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const main = async (): Promise<Report> => {
  const [root = ""] = process.argv.slice(2);
  const { servers } = jobSchema.parse(JSON.parse(await text(process.stdin)));
  const count = new ResourceCount();
  const env = { PATH: process.env.PATH, HOME: root };
  const gateway = await createGateway({
    dataDir: join(root, "data"),
    kind: "serve",
    settings: { port: 0 },
    env,
  });
  for (const { name, config } of servers) {
    await gateway.api.servers.create({ name, config, confirmed: true, enabled: false });
  }
  await gateway.listen();

  const failures: string[] = [];
  const connects: Record<string, number> = {};
  const round = async (times: (server: Server) => number): Promise<void> => {
    for (const { name } of servers) {
      await gateway.api.servers.update({ server: name, changes: { enabled: true } });
    }
    await inLanes(servers, servers.length, async (server) => {
      for (let done = 0; done < times(server); done += 1) {
        const failure = await connect(gateway, server.name);
        if (failure !== null) failures.push(failure);
        connects[server.name] = (connects[server.name] ?? 0) + 1;
      }
    });
  };

  await round(() => WARM_UP);
  const before = await rest(gateway, servers, count);
  const heapBefore = heapNow();
  await round((server) => server.connects);
  const after = await rest(gateway, servers, count, before);
  const all = servers.reduce((sum, server) => sum + server.connects, 0);
  const heapBytes = (heapNow() - heapBefore) / all;
  await gateway.close();
  return { connects, failures, before, after, grown: grown(before, after), heapBytes };
};

if (import.meta.main) process.stdout.write(JSON.stringify(await main()));
