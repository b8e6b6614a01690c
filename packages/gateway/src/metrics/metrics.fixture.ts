import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import type { Exchange } from "@local-mcp/engine";
import { onTestFinished } from "vitest";
import { createStores } from "../stores.ts";
import { TrafficFile } from "../traffic/traffic-file.ts";
import { HOUR_MS } from "./call-row.ts";
import { type MetricsOptions, MetricsService } from "./metrics-service.ts";

/** The start of an hour. */
export const BEGIN = 500_000 * HOUR_MS;

/** Metrics over real files, with a clock of their own. */
export function metricsStage(more: Partial<MetricsOptions> = {}) {
  const root = mkdtempSync(join(tmpdir(), "metrics-"));
  const paths = { traffic: join(root, "traffic.db"), database: join(root, "live.db") };
  const db = createDb({ path: paths.database });
  const stores = createStores(db);
  const settings = { metrics: true, metricsRawDays: 7, metricsKeepDays: 365 };
  const clock = { now: BEGIN };
  const log: string[] = [];
  const note = (message: string): void => void log.push(message);
  const told = { info: note, warn: note, error: note };
  const file = new TrafficFile({
    path: paths.traffic,
    onGone: () => {},
    onSetAside: () => note("set aside"),
    log: told,
  });
  const options: MetricsOptions = {
    paths,
    file,
    stores,
    settings: () => settings,
    servers: {
      find: (server) => {
        const row = stores.servers.getByName(server);
        if (!row) throw new GatewayError("server_not_found", { server });
        return row;
      },
    },
    profiles: {
      find: (profile) => {
        const row = stores.profiles.getBySlug(profile);
        if (!row) throw new GatewayError("profile_not_found", { profile });
        return row;
      },
    },
    redact: (text) => text.replaceAll("hunter2", "•••"),
    onWarning: () => {},
    log: told,
    now: () => clock.now,
    ...more,
  };
  const open: MetricsService[] = [];
  onTestFinished(async () => {
    await Promise.all(open.map((one) => one.close()));
    db.close();
    rmSync(root, { recursive: true, force: true });
  });
  const server = (name: string): string =>
    stores.servers.insert({
      name,
      title: name,
      connections: "shared",
      config: { transport: "http", url: "http://127.0.0.1:1/", headers: {}, secrets: {} },
    }).id;
  return {
    paths,
    file,
    stores,
    settings,
    clock,
    log,
    server,
    profile: (slug: string): string => stores.profiles.insert({ slug, name: slug }).id,
    /** Another run over the same files. */
    run: (change: Partial<MetricsOptions> = {}): MetricsService => {
      const service = new MetricsService({ ...options, ...change });
      open.push(service);
      return service;
    },
    /** A call that has just ended. */
    call: (
      item: Exchange["item"],
      change: Partial<Pick<Exchange, "durationMs" | "outcome" | "profileId">> = {},
    ): Exchange => {
      const durationMs = change.durationMs ?? 1;
      return {
        client: null,
        profileId: null,
        method: "tools/call",
        tool: null,
        item,
        startedAt: clock.now - durationMs,
        durationMs,
        outcome: "ok",
        listed: null,
        ...change,
      };
    },
  };
}
