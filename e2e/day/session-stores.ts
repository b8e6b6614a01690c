import { z } from "zod";
import { startRedis } from "../../packages/sessions/src/redis/redis.fixture.ts";
import { eventually, Serving } from "../command-line.ts";

const WITHIN_MS = 15_000;

interface Options {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** Runs a command with more in its environment. */
  cli: (more: NodeJS.ProcessEnv, args: string[]) => Promise<unknown>;
  check: (what: string, holds: boolean, detail?: unknown) => void;
  /** What clients of both eras do that have opened their sessions in the morning. */
  work: () => Promise<void>;
  /** What a client without a session does. */
  workWithout: () => Promise<void>;
}

const listed = z.object({
  store: z.object({ type: z.string(), problem: z.object({ message: z.string() }).nullable() }),
  sessions: z.array(z.object({ id: z.string() })),
});

/**
 * The sessions move to Redis and back while the gateway is away, and Redis is lost for a while.
 *
 * @param serving is ended
 * @returns the gateway that serves from then on, at the same port
 */
export async function sessionStores(serving: Serving, options: Options): Promise<Serving> {
  const { dataDir, env, cli, check, work, workWithout } = options;
  const { port } = serving;
  const look = async () => listed.parse(await cli({}, ["sessions", "list"]));
  const idsOf = ({ sessions }: z.infer<typeof listed>): string[] => sessions.map(({ id }) => id);
  let next: Serving | null = serving;
  const redis = await startRedis({ isDurable: true });
  const inRedis = { REDIS_URL: redis.url() };
  try {
    const before = await look();
    await serving.end("SIGTERM");
    next = null;
    await cli(inRedis, ["sessions", "migrate", "--from", "sqlite", "--to", "redis"]);
    next = await Serving.start(dataDir, { ...env, ...inRedis }, { port });
    const moved = await look();
    check("the sessions are in Redis", moved.store.type === "redis", moved.store);
    const there = new Set(idsOf(moved));
    const missing = idsOf(before).filter((id) => !there.has(id));
    check(
      "and none of them is missing",
      before.sessions.length > 0 && missing.length === 0,
      missing,
    );
    await work();

    await redis.kill("SIGKILL");
    await workWithout();
    const lost = await eventually(async () => (await look()).store.problem ?? undefined, WITHIN_MS);
    check("a lost store is said to be lost", lost?.message.includes("Redis") === true, lost);
    await redis.start();
    const isBack = await eventually(
      async () => (await look()).store.problem === null || undefined,
      WITHIN_MS,
    );
    check("and is back by itself", isBack === true);
    await work();

    await next.end("SIGTERM");
    next = null;
    const back = ["sessions", "migrate", "--from", "redis", "--to", "sqlite", "--overwrite"];
    await cli(inRedis, back);
    next = await Serving.start(dataDir, env, { port });
    await work();
    return next;
  } catch (error) {
    await next?.end("SIGKILL");
    throw error;
  } finally {
    await redis.stop();
  }
}
