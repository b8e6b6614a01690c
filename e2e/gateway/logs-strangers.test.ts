/** What strangers can do to debug logs by what they call things, over the real gateway. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fixture, serve } from "./test-gateway.ts";

/** The bytes of the log, as they are on the disk. */
const bytesOf = (dataDir: string): Buffer =>
  Buffer.concat(
    ["traffic.db", "traffic.db-wal"]
      .map((name) => join(dataDir, name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path)),
  );

it("no id of a session is in the log, and what it does is together all the same", async () => {
  const { api, client, dataDir } = await serve({ one: fixture() });
  await client.request("tools/list");
  await client.request("ping");
  const { rows } = await api.logs.list({ filter: "kind:request", limit: 500 });
  const told = [JSON.stringify(rows), (await api.logs.export({ contents: true })).text];
  const id = client.sessionId ?? "none";
  expect(id).toHaveLength(36);
  for (const text of told) expect(text).not.toContain(id);
  expect(bytesOf(dataDir).includes(id)).toBe(false);
  const [session, ...others] = await api.logs.sessions({});
  expect(others).toEqual([]);
  expect(session).toMatchObject({ requests: rows.length });
  const found = await api.logs.list({ filter: `session:${session?.session} kind:request` });
  expect(found.rows).toHaveLength(rows.length);
});

it("a method as long as a book is kept as a name, and no secret is cut in two by that", async () => {
  const { api, client, dataDir } = await serve({ one: fixture() });
  const key = `ghp_${"Ab3dEf6hIj9kLm2nOp5qRs8tUv1w".padEnd(36, "X4")}`;
  const asked = ["x".repeat(1_000_000), `${"x".repeat(480)} ${key}`];
  for (const method of asked) {
    await client.request(method).catch(() => undefined);
  }
  const { rows } = await api.logs.list({ filter: "method:x*" });
  expect(rows.map(({ method }) => method.length)).toEqual([500, 495]);
  expect(rows.at(-1)?.method).toMatch(/x \[removed: key\]$/);
  expect(bytesOf(dataDir).includes(key.slice(0, 12))).toBe(false);
});
