import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Line } from "./line.ts";
import { type PostgresServer, startPostgres } from "./postgres.fixture.ts";
import { readPostgresUrl } from "./url.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A port in front of another one, which counts who comes. */
const door = async (port: number) => {
  const open = new Set<Socket>();
  let came = 0;
  const server = createServer((inner) => {
    came += 1;
    open.add(inner);
    const outer = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    inner.once("close", () => open.delete(inner));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: Number(Object(server.address()).port),
    came: () => came,
    open: () => open.size,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

let server: PostgresServer;
let entrance: Awaited<ReturnType<typeof door>>;
let line: Line;
beforeEach(async () => {
  server = await startPostgres();
  entrance = await door(server.port);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  line = new Line(readPostgresUrl(server.url().replace(`:${server.port}`, `:${entrance.port}`)));
});
afterEach(async () => {
  vi.useRealTimers();
  await line.close();
  await entrance.close();
  await server.stop();
});

/** Lets the connection be tried, and waits until somebody came for that and `count` are there. */
const tended = async (count: number): Promise<void> => {
  const before = entrance.came();
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(entrance.came()).toBeGreaterThan(before), { timeout: 10_000 });
  await vi.waitFor(() => expect(entrance.open()).toBe(count), { timeout: 10_000 });
};

test("a server that lets nobody listen is asked now and then, and one that does has one line", async () => {
  const heard: string[] = [];
  const gaps = vi.fn<() => void>();
  await line.listen({ hear: (payload) => heard.push(payload), onGap: gaps });
  expect(entrance.came()).toBe(1);

  await server.kill("SIGINT");
  await server.start({ isStandby: true });
  await vi.waitFor(() => expect(entrance.open()).toBe(0));
  for (const came of [2, 3, 4]) {
    await tended(0);
    expect(entrance.came()).toBe(came);
  }
  expect(gaps).not.toHaveBeenCalled();

  await server.sql("SELECT pg_promote()");
  await tended(1);
  await vi.waitFor(() => expect(gaps).toHaveBeenCalledOnce());
  await server.sql("NOTIFY local_mcp, 'after'");
  await vi.waitFor(() => expect(heard).toEqual(["after"]));
  expect(entrance.came()).toBe(5);
  await line.close();
  await vi.waitFor(() => expect(entrance.open()).toBe(0));
});

test("a line that is cut again and again, also while it is made, is one", async () => {
  const gaps = vi.fn<() => void>();
  await line.listen({ hear: () => {}, onGap: gaps });
  for (const count of [1, 2, 3, 4, 5]) {
    await server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'local-mcp-gateway'",
    );
    await vi.waitFor(() => expect(entrance.open()).toBe(0));
    // Whoever asks something and the tending may both find it broken.
    const asked = [line.query("SELECT 1"), line.query("SELECT 2")];
    vi.advanceTimersByTime(2000);
    await Promise.all(asked);
    await vi.waitFor(() => expect(gaps).toHaveBeenCalledTimes(count));
    expect(entrance.open()).toBe(1);
  }
  expect(entrance.came()).toBe(6);
  await line.close();
  await vi.waitFor(() => expect(entrance.open()).toBe(0));
});
