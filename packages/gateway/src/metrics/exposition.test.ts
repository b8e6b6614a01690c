import type { GatewayStatus } from "@local-mcp/contract";
import { expect, test } from "vitest";
import type { CallRow } from "./call-row.ts";
import { Counters } from "./counters.ts";
import { exposition } from "./exposition.ts";
import { BEGIN, metricsStage } from "./metrics.fixture.ts";

const row = (change: Partial<CallRow> = {}): CallRow => ({
  kind: "tool",
  name: "search",
  profileId: null,
  serverId: null,
  at: BEGIN,
  durationMs: 7,
  ok: true,
  error: null,
  ...change,
});

const status: GatewayStatus = {
  state: "serving",
  summary: "",
  url: null,
  problem: null,
  warnings: [],
  pid: 1,
  version: "1.2.3",
  dataDir: "",
  startedAt: 5000,
  activeProfile: null,
  servers: [],
  sessions: 2,
  vault: "open",
};

function textOf(counters: Counters): string[] {
  const { stores } = metricsStage();
  const jobs = [{ kind: "create", outcome: "failed", count: 3 }] as const;
  const imports = new Map([["completed", 6]]);
  const facts = { counters, dropped: 4, jobs, imports, stores };
  return exposition({ ...facts, status }).split("\n");
}

test("says what each figure is, counts by label, and writes labels of others safely", () => {
  const counters = new Counters();
  counters.add(row());
  counters.add(row({ ok: false, error: "tool_error", durationMs: 2000 }));
  counters.add(
    row({ kind: "resource", name: 'x://a"b\\c\nlocal_mcp_gateway_up 0', serverId: "s" }),
  );
  const lines = textOf(counters);
  expect(lines).toContain("# TYPE local_mcp_gateway_calls_total counter");
  const own = 'kind="tool",name="search",server="(local)",profile=""';
  expect(lines).toContain(`local_mcp_gateway_calls_total{${own},outcome="ok"} 1`);
  expect(lines).toContain(`local_mcp_gateway_calls_total{${own},outcome="tool_error"} 1`);
  expect(lines).toContain(
    'local_mcp_gateway_calls_total{kind="resource",name="x://a\\"b\\\\c\\nlocal_mcp_gateway_up 0",server="(removed)",profile="",outcome="ok"} 1',
  );
  expect(lines).not.toContain("local_mcp_gateway_up 0");
  expect(lines).toContain("local_mcp_gateway_calls_dropped_total 4");
  expect(lines).toContain('local_mcp_gateway_backups_total{kind="create",outcome="failed"} 3');
  expect(lines).toContain('local_mcp_gateway_imports_total{outcome="completed"} 6');
  expect(lines).toContain('local_mcp_gateway_build_info{version="1.2.3"} 1');
  expect(lines).toContain("local_mcp_gateway_sessions 2");
  const durations = lines.filter((line) => line.includes('kind="tool",server="(local)"'));
  const counts = durations.filter((line) => line.includes("le=")).map((line) => line.split(" ")[1]);
  expect(counts).toEqual(["0", "0", "1", "1", "1", "1", "1", "2", "2", "2", "2", "2", "2"]);
  expect(durations.at(-1)).toMatch(/_count\{.*\} 2$/);
});

test("has so many series and no more; further calls are counted together", () => {
  const counters = new Counters();
  for (let name = 0; name < 5000; name += 1) {
    counters.add(row({ name: `tool-${name}`, serverId: `server-${name}` }));
  }
  expect(counters.calls().length).toBeLessThanOrEqual(2001);
  expect(counters.durations().length).toBeLessThan(200);
  const sum = (all: readonly { count: number }[]) => all.reduce((n, { count }) => n + count, 0);
  expect(sum(counters.calls())).toBe(5000);
  expect(sum(counters.durations())).toBe(5000);
  expect(textOf(counters).filter((line) => line.includes('name="other"'))).toHaveLength(1);
});
