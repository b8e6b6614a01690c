import { join } from "node:path";
import { createTrafficDb, openSqlite } from "@local-mcp/database";
import type { Gateway } from "@local-mcp/gateway";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Tools as they are used in a day: of which server, how often, how long they take, how many fail. */
const USED = [
  { server: "github", tool: "list_issues", everyMinutes: 4, ms: 180, oneFailsIn: 23 },
  { server: "files", tool: "read_file", everyMinutes: 3, ms: 9, oneFailsIn: 200 },
  { server: "postgres", tool: "query", everyMinutes: 11, ms: 42, oneFailsIn: 9 },
  { server: "linear", tool: "create_issue", everyMinutes: 37, ms: 310, oneFailsIn: 50 },
];
/** Nobody works in these hours of the day that ends now. */
const isPause = (minute: number): boolean =>
  (minute > 260 && minute < 700) || (minute > 1010 && minute < 1070);

/** A day of calls up to now, the same in every run. */
export async function seedCalls(api: Gateway["api"], home: string): Promise<void> {
  const path = join(home, "data", "traffic.db");
  createTrafficDb({ path }).close();
  const file = openSqlite(path);
  const columns = "profile_id, mcp_server_id, duration_ms, is_success, created_at";
  const ofServer = file.prepare(`INSERT INTO server_metrics (${columns}) VALUES (?, ?, ?, ?, ?)`);
  const ofTool = file.prepare(
    `INSERT INTO tool_metrics (${columns}, tool_name) VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const servers = await api.servers.list();
  const profile = (await api.profiles.list()).find(({ slug }) => slug === "dev");
  const from = Date.now() - DAY_MINUTES * MINUTE_MS;
  for (const { server, tool, everyMinutes, ms, oneFailsIn } of USED) {
    const id = servers.find(({ name }) => name === server)?.id ?? null;
    for (let minute = everyMinutes; minute < DAY_MINUTES; minute += everyMinutes) {
      if (isPause(minute)) continue;
      const slower = 1 + ((minute * 7919) % 97) / 40;
      const fails = (minute / everyMinutes) % oneFailsIn === 0;
      const at = from + minute * MINUTE_MS;
      const call = [profile?.id ?? null, id, ms * slower, fails ? 0 : 1, at];
      ofServer.run(...call);
      ofTool.run(...call, tool);
    }
  }
  file.close();
}
