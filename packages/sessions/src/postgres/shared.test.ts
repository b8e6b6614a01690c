import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { describeShared } from "../describe-shared.ts";
import { refusalOf } from "../test-kit.ts";
import { type OpenPostgres, openPostgres } from "./open.ts";
import { type PostgresServer, startPostgres } from "./postgres.fixture.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: PostgresServer;
let database = "";
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

describeShared("PostgreSQL", () => ({
  server,
  fresh: async () => {
    const url = await server.fresh();
    database = url.slice(url.lastIndexOf("/") + 1);
    return { type: "postgres", url };
  },
  age: async (_, ms) => {
    await server.sql(`UPDATE local_mcp.gateways SET seen_at = seen_at - ${ms}`, database);
  },
  // It ends with the connection.
  outlive: async () => {},
}));

describe("messages of PostgreSQL", () => {
  const opened: OpenPostgres[] = [];
  const openTwo = async (): Promise<[OpenPostgres, OpenPostgres]> => {
    const url = await server.fresh();
    const two: [OpenPostgres, OpenPostgres] = [await openPostgres(url), await openPostgres(url)];
    opened.push(...two);
    return two;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  test("that could not be sent are said to be, and the next ones go", async () => {
    const [one, two] = await openTwo();
    const heard: string[] = [];
    await two.shared.listen(
      (text) => heard.push(text),
      () => {},
    );
    expect(await refusalOf(one.shared.publish("a\0b"))).toBe("validation_failed");
    await one.shared.publish("next");
    await vi.waitFor(() => expect(heard).toEqual(["next"]));
  });

  test("that were cleared away before they were read are a gap", async () => {
    const [one, two] = await openTwo();
    const gaps = vi.fn<() => void>();
    await two.shared.listen(() => {}, gaps);
    await one.database.query("SELECT pg_notify('local_mcp', 'somebody 4711')");
    await vi.waitFor(() => expect(gaps).toHaveBeenCalled());
  });

  test("that came while others could not be read are read all the same", async () => {
    const [one, two] = await openTwo();
    const heard: string[] = [];
    const gaps = vi.fn<() => void>();
    await two.shared.listen((text) => heard.push(text), gaps);
    const { rows } = await one.database.query<{ id: string }>(
      "INSERT INTO local_mcp.messages (texts, sent_at) VALUES ('{first}', 1), ('{second}', 1) RETURNING id",
    );
    const [first, second] = rows.map(({ id }) => id);
    const readers = "wait_event_type = 'Lock' AND query LIKE 'SELECT texts%'";
    await one.database.transaction(async (statements) => {
      await statements.query("LOCK TABLE local_mcp.messages");
      await one.database.query("SELECT pg_notify('local_mcp', $1)", [`somebody ${first}`]);
      await vi.waitFor(async () => {
        const waiting = await server.sql(`SELECT pid FROM pg_stat_activity WHERE ${readers}`);
        expect(waiting).toHaveLength(1);
      });
      await one.database.query("SELECT pg_notify('local_mcp', $1)", [`somebody ${second}`]);
      // What its connection answers after that, it answers with the notification before.
      for (const name of ["once", "again"]) await two.shared.exclusively(name, async () => {});
      await server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${readers}`);
      await vi.waitFor(() => expect(gaps).toHaveBeenCalledOnce());
    });
    await vi.waitFor(() => expect(heard).toEqual(["second"]));
  });

  test("that nobody has read for long are removed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const [{ shared, database }] = await openTwo();
      await shared.join({ id: "one", name: "one", keyId: null, configurationHash: "" });
      await database.query("INSERT INTO local_mcp.messages (texts, sent_at) VALUES ('{old}', 1)");
      vi.advanceTimersByTime(5000);
      await vi.waitFor(async () => {
        const { rows } = await database.query("SELECT * FROM local_mcp.messages");
        expect(rows).toEqual([]);
      });
    } finally {
      vi.useRealTimers();
    }
  });
});
