/** Debug logs as a script meets them: over HTTP alone, with a token. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  contract,
  logCount,
  logDetail,
  logExportPart,
  logFinding,
  logNews,
  logReplayed,
  logRow,
  logsPage,
  logStats,
} from "@local-mcp/contract";
import { createParser } from "eventsource-parser";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ask as askModern } from "../fixtures/conformance/modern-client.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { fixture, serve, until } from "./test-gateway.ts";

const run = promisify(execFile);

/** A gateway with a client that has called `echo` so often, and whoever asks for its log. */
async function stage(calls: number) {
  const started = await serve({ one: fixture() });
  const { api, client, url } = started;
  await until(
    () => client.request("tools/list"),
    (listed) => names(listed).includes("echo"),
  );
  for (let at = 0; at < calls; at += 1) {
    await client.request("tools/call", call("echo", { message: `call number ${at}` }));
  }
  const { token: admin } = await api.tokens.create({ name: "admin", rights: ["use", "manage"] });
  const ask = async (path: string, { method = "GET", body: sent, token = admin }: Asked = {}) => {
    const answer = await fetch(`${url}/api/logs${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
    });
    const body: unknown = await answer.json();
    return { status: answer.status, body };
  };
  return {
    ...started,
    admin,
    ask,
    page: async (query: string) => logsPage.parse((await ask(query)).body),
    /** The newest row of a call. */
    newest: async () => {
      const { rows } = logsPage.parse((await ask(`?limit=1&filter=${CALLS}`)).body);
      return logRow.parse(rows[0]);
    },
  };
}
interface Asked {
  method?: string;
  body?: unknown;
  token?: string;
}

const CALLS = encodeURIComponent("kind:request method:tools/call");

describe("pages", () => {
  it("go by row, and stay where they are while rows come", async () => {
    const { page, client } = await stage(25);
    const first = await page(`?limit=10&filter=${CALLS}`);
    expect(first).toMatchObject({ hasOlder: true, hasNewer: false });
    await client.request("tools/call", call("echo", { message: "meanwhile" }));
    const [oldest] = first.rows;
    const before = await page(`?limit=10&filter=${CALLS}&before=${oldest?.id}`);
    const rest = await page(`?limit=10&filter=${CALLS}&before=${before.rows[0]?.id}`);
    expect(rest).toMatchObject({ hasOlder: false, hasNewer: true });
    const ids = [...rest.rows, ...before.rows, ...first.rows].map(({ id }) => id);
    expect(ids).toHaveLength(25);
    expect(ids).toEqual([...new Set(ids)].toSorted((one, other) => one - other));

    const newer = await page(`?limit=10&filter=${CALLS}&after=${ids.at(-1)}`);
    expect(newer).toMatchObject({ hasOlder: true, hasNewer: false, rows: [{ name: "echo" }] });
    const third = await page(`?limit=2&filter=${CALLS}&index=2`);
    expect(third.rows.map(({ id }) => id)).toEqual(ids.slice(2, 4));
  });

  it("are counted, also up to a row", async () => {
    const { ask, newest } = await stage(5);
    const { id } = await newest();
    const all = logCount.parse((await ask(`/count?filter=${CALLS}`)).body);
    expect(all.matches).toBe(5);
    expect(all.last).toBeGreaterThanOrEqual(id);
    const before = logCount.parse((await ask(`/count?filter=${CALLS}&upTo=${id - 1}`)).body);
    expect(before.matches).toBe(4);
  });

  it("are refused with what is wrong where they cannot be understood", async () => {
    const { ask } = await stage(0);
    for (const [path, code, detail] of [
      ["?filter=colour:red", "log_query_invalid", "colour"],
      ["?before=5&after=5", "validation_failed", "Only one of"],
      ["?limit=many", "validation_failed", "limit"],
      ["?limit=501", "validation_failed", "limit"],
      ["/export?contents=perhaps", "validation_failed", "contents"],
      ["/export?format=pdf", "validation_failed", "format"],
      ["/0", "validation_failed", "id"],
    ] as const) {
      const { status, body } = await ask(path);
      expect([status, body]).toEqual([
        400,
        expect.objectContaining({
          message: expect.stringContaining(detail),
          data: expect.objectContaining({ code }),
        }),
      ]);
    }
  });
});

describe("a token that may only use a profile", () => {
  it("gets nothing of it, and changes nothing", async () => {
    const { ask, token, newest, api } = await stage(1);
    const { id } = await newest();
    const tries: [method: string, path: string, body?: unknown][] = [
      ["GET", ""],
      ["GET", "/count"],
      ["GET", "/live"],
      ["GET", "/stats"],
      ["GET", "/sessions"],
      ["GET", "/state"],
      ["GET", "/suggest?key=tool"],
      ["GET", "/findings"],
      ["DELETE", "/findings/x"],
      ["GET", "/export"],
      ["GET", "/levels"],
      ["PUT", "/levels", { server: "one", level: "off" }],
      ["POST", "/uncap", {}],
      ["DELETE", "/uncap"],
      ["DELETE", "", { filter: "" }],
      ["GET", `/${id}`],
      ["PATCH", `/${id}`, { pinned: true }],
      ["POST", `/${id}/replay`, {}],
      ["GET", `/${id}/copy?as=curl`],
    ];
    for (const [method, path, body] of tries) {
      const answer = await ask(path, { method, body, token });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(JSON.stringify(answer.body)).not.toContain("call number");
    }
    expect((await ask("", { token: "nobody" })).status).toBe(401);
    expect((await api.logs.get({ id })).pinned).toBe(false);
    const { token: manager } = await api.tokens.create({ name: "manager", rights: ["manage"] });
    expect((await ask(`/${id}`, { token: manager })).status).toBe(200);
    expect((await ask(`/${id}/replay`, { method: "POST", body: {}, token: manager })).status).toBe(
      403,
    );
  });
});

describe("the live stream", () => {
  it("tells of what matches, a few times a second, and ends with the gateway", async () => {
    const { url, admin, client, gateway } = await stage(1);
    const stop = new AbortController();
    afterTest(() => stop.abort());
    const answer = await fetch(`${url}/api/logs/live?filter=${CALLS}`, {
      headers: { authorization: `Bearer ${admin}` },
      signal: stop.signal,
    });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const news: z.infer<typeof logNews>[] = [];
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === "message") news.push(logNews.parse(JSON.parse(data)));
      },
    });
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) {
        parser.feed(decoder.decode(chunk, { stream: true }));
      }
    };
    // However the connection ends.
    const ended = read().catch(() => undefined);
    await until(
      () => news.length,
      (count) => count > 0,
    );
    expect(news[0]).toMatchObject({ rows: [], added: 0 });
    for (let at = 0; at < 200; at += 1) {
      await client.request("tools/call", call("echo", { message: "more" }));
    }
    await until(
      () => news.reduce((sum, { added }) => sum + added, 0),
      (added) => added === 200,
    );
    const rows = news.flatMap((one) => one.rows);
    expect(rows.every(({ name }) => name === "echo")).toBe(true);
    expect(rows.map(({ id }) => id)).toEqual(
      rows.map(({ id }) => id).toSorted((one, other) => one - other),
    );
    await gateway.close();
    await ended;
  });
});

describe("an export", () => {
  it("says what arguments look like, and gives them only where that is asked for", async () => {
    const { ask, api } = await stage(3);
    const read = async (contents: string): Promise<string> =>
      logExportPart.parse((await ask(`/export?filter=${CALLS}&contents=${contents}`)).body).text;
    const plain = await read("false");
    expect(plain.trimEnd().split("\n")).toHaveLength(3);
    expect(plain).not.toContain("call number");
    expect(await read("true")).toContain("call number 2");
    const { entries } = await api.audit.list({ action: "logs.export" });
    expect(entries.map(({ detail }) => detail["contents"])).toEqual([true, false]);
  });

  it("comes in parts, which together are the file", async () => {
    const { ask, api } = await stage(3);
    for (const format of ["jsonl", "har"]) {
      let text = "";
      let after = "";
      for (let next: number | null = 0; next !== null; after = `&after=${next}`) {
        const part = logExportPart.parse((await ask(`/export?format=${format}${after}`)).body);
        text += part.text;
        next = part.next;
      }
      const read: unknown =
        format === "har"
          ? JSON.parse(text)
          : text
              .trimEnd()
              .split("\n")
              .map((line): unknown => JSON.parse(line));
      expect(read).toBeTruthy();
    }
    const exported = async () => (await api.audit.list({ action: "logs.export" })).entries;
    expect(await exported()).toHaveLength(2);
    // One that begins in the middle is one too.
    await ask("/export?after=1&contents=true");
    const [newest, ...others] = await exported();
    expect(newest?.detail).toMatchObject({ after: 1, contents: true });
    expect(others).toHaveLength(2);
  });
});

describe("what is removed", () => {
  it("is what a filter says, everything only where that is said, and recorded", async () => {
    const { ask, api, newest } = await stage(4);
    const total = async () => (await api.logs.count({})).matches;
    const before = await total();
    for (const body of [undefined, {}]) {
      const without = await ask("?filter=kind:request", { method: "DELETE", body });
      expect([without.status, await total()]).toEqual([400, before]);
    }

    const { id } = await newest();
    const some = await ask("", { method: "DELETE", body: { filter: "tool:echo kind:request" } });
    expect(some).toEqual({ status: 200, body: { rows: 4 } });
    expect(await total()).toBe(before - 4);
    expect((await ask(`/${id}`)).status).toBe(404);
    expect((await ask("", { method: "DELETE", body: { filter: "" } })).status).toBe(200);
    expect(await total()).toBe(0);
    const { entries } = await api.audit.list({ action: "logs.clear" });
    expect(entries.map(({ detail }) => [detail["rows"], detail["filter"]])).toEqual([
      [before - 4, ""],
      [4, "tool:echo kind:request"],
    ]);
  });
});

describe("a call that was recorded", () => {
  it("is made again in its profile, and has a row of its own", async () => {
    const { ask, newest, api } = await stage(1);
    const first = await newest();
    const { body } = await ask(`/${first.id}/replay`, { method: "POST", body: {} });
    const replayed = logReplayed.parse(body);
    expect(JSON.stringify(replayed.result)).toContain("call number 0");
    const again = await api.logs.get({ id: replayed.log ?? 0 });
    expect(again).toMatchObject({ session: null, profile: "dev", name: "echo", outcome: "ok" });
    expect(again.id).toBeGreaterThan(first.id);

    const other = await ask(`/${first.id}/replay`, {
      method: "POST",
      body: { arguments: { message: "other words" } },
    });
    expect(JSON.stringify(other.body)).toContain("other words");

    const { rows } = await api.logs.list({ filter: "method:tools/list kind:request", limit: 1 });
    const none = await ask(`/${rows[0]?.id}/replay`, { method: "POST", body: {} });
    expect([none.status, none.body]).toMatchObject([409, { data: { code: "log_no_call" } }]);
  });

  it("is not made again where a secret was removed from it, or it was not recorded", async () => {
    const { ask, newest, client, api } = await stage(0);
    const again = async () => {
      const { id } = await newest();
      const { status, body } = await ask(`/${id}/replay`, { method: "POST", body: {} });
      return [status, JSON.stringify(body)];
    };
    const secret = { message: "key", password: "correct-horse-battery" };
    await client.request("tools/call", call("echo", secret));
    expect(await again()).toEqual([409, expect.stringContaining("arguments.password")]);
    await client.request("tools/call", call("echo", { message: "long ".repeat(20_000) }));
    expect(await again()).toEqual([409, expect.stringContaining("were kept")]);
    await api.settings.update({ logLevel: "metadata" });
    await client.request("tools/call", call("echo", { message: "unseen" }));
    expect(await again()).toEqual([409, expect.stringContaining("were not recorded")]);
    const { matches } = await api.logs.count({ filter: "kind:request method:tools/call" });
    expect(matches).toBe(3);
  });

  it.each(["legacy", "modern"])(
    "of a %s client is sent again by curl and by the SDK",
    async (era) => {
      const { ask, api, client, url, token } = await stage(0);
      const said = `it's "said" $(id) by ${era}`;
      const params = call("echo", { message: said });
      if (era === "legacy") await client.request("tools/call", params);
      else {
        const headers = { authorization: `Bearer ${token}` };
        await askModern(`${url}/mcp/dev`, "tools/call", params, { headers });
      }
      const filter = `kind:request method:tools/call era:${era}`;
      const rows = async () => (await api.logs.list({ filter })).rows;
      const [row] = await rows();
      const copied = async (as: string): Promise<string> =>
        z.object({ text: z.string() }).parse((await ask(`/${row?.id}/copy?as=${as}`)).body).text;
      const env = { PATH: process.env.PATH, LOCAL_MCP_TOKEN: token, NODE_NO_WARNINGS: "1" };
      const command = await copied("curl");
      const code = await copied("client");
      for (const text of [command, code]) expect(text).not.toContain(token);
      const byCurl = await run("/bin/sh", ["-c", command], { env });
      expect(byCurl.stdout).toContain(JSON.stringify(said).slice(1, -1));
      const byClient = await run(process.execPath, ["--input-type=module", "--eval", code], {
        env,
      });
      expect(JSON.parse(byClient.stdout)).toMatchObject({ content: [{ text: `Echo: ${said}` }] });
      expect(await rows()).toHaveLength(3);
    },
  );
});

describe("totals", () => {
  it("of pages, sums and metrics are the same after calls of every kind", async () => {
    const { api, client, ask } = await stage(7);
    await client.request("tools/call", call("fail"));
    await client.request("tools/call", call("rpc_error")).catch(() => {});
    await client.request("tools/call", call("nobody")).catch(() => {});
    const matches = async (filter: string) => (await api.logs.count({ filter })).matches;
    const held = client
      .request("tools/call", call("hold", { name: "x" }), { id: 77 })
      .catch(() => {});
    await until(
      () => matches("tool:hold kind:upstream status:running"),
      (count) => count === 1,
    );
    await client.notify("notifications/cancelled", { requestId: 77 });
    await held;
    await until(
      () => matches("tool:hold status:cancelled"),
      (count) => count === 2,
    );
    await api.profiles.callTool({ profile: "dev", name: "echo", arguments: { message: "app" } });
    await api.servers.callTool({ server: "one", name: "echo", arguments: { message: "app" } });

    const known = "kind:request method:tools/call -tool:nobody";
    const query = encodeURIComponent(known);
    const { totals, tools } = logStats.parse((await ask(`/stats?filter=${query}`)).body);
    const metrics = (await api.metrics.get({})).totals;
    const failed = await matches(`${known} status:error,cancelled`);
    expect([await matches(known), failed]).toEqual([12, 3]);
    expect([totals.calls, totals.errors]).toEqual([12, 3]);
    expect([metrics.calls, metrics.errors]).toEqual([12, 3]);
    // All but the two of the app are of one session.
    expect(await api.logs.sessions({ filter: known })).toMatchObject([{ requests: 10, errors: 3 }]);
    expect(tools.map(({ name, calls, errors }) => [name, calls, errors])).toEqual([
      ["echo", 9, 0],
      ["fail", 1, 1],
      ["rpc_error", 1, 1],
      ["hold", 1, 1],
    ]);
  });
});

describe("what is wrong", () => {
  it("is told with its fix, until somebody dismisses it", async () => {
    const { ask, api } = await stage(0);
    const original = "echo";
    const name = "x".repeat(45);
    const change = { kind: "tool" as const, server: "one", original, name };
    await api.profiles.customize({ profile: "dev", changes: [change] });
    const findings = async () => logFinding.array().parse((await ask("/findings")).body);
    const [finding] = await findings();
    expect(finding).toMatchObject({ code: "name_over_budget", server: "one", profile: "dev" });
    const path = `/findings/${encodeURIComponent(finding?.id ?? "")}`;
    expect((await ask(path, { method: "DELETE" })).status).toBe(200);
    expect(await findings()).toEqual([]);
  });
});

describe("the description of the API", () => {
  it("has every route, with what it takes", async () => {
    const { url, admin } = await stage(0);
    const headers = { authorization: `Bearer ${admin}` };
    const described = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(await (await fetch(`${url}/openapi.json`, { headers })).json());
    const routes = Object.entries(described.paths).flatMap(([path, methods]) =>
      path.startsWith("/api/logs") ? Object.keys(methods).map((method) => `${method} ${path}`) : [],
    );
    expect(routes).toHaveLength(Object.keys(contract.logs).length);
    expect(JSON.stringify(described.paths["/api/logs/export"])).toContain("contents");
  });
});

describe("one row", () => {
  it("has both messages and everything of its exchange, and can be marked", async () => {
    const { ask, newest } = await stage(1);
    const { id } = await newest();
    const marked = await ask(`/${id}`, { method: "PATCH", body: { pinned: true, note: "mine" } });
    expect(logRow.parse(marked.body)).toMatchObject({ pinned: true, hasNote: true });
    const detail = logDetail.parse((await ask(`/${id}`)).body);
    expect(detail).toMatchObject({ note: "mine", contents: "recorded", outcome: "ok" });
    expect(detail.request?.text).toContain("call number 0");
    expect(detail.response?.text).toContain("call number 0");
    expect(detail.linked.map(({ kind }) => kind)).toEqual(["request", "upstream"]);
    expect((await ask("/999999")).status).toBe(404);
  });
});
