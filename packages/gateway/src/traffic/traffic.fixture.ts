import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError, settings as settingsSchema, type GatewayEvent } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import type { SeenRequest } from "@local-mcp/engine";
import { createRedactor } from "@local-mcp/vault";
import { onTestFinished } from "vitest";
import { Events } from "../events.ts";
import { createStores } from "../stores.ts";
import { createTraffic, type Traffic } from "./create-traffic.ts";

/** What is kept of calls over real files and threads, without a gateway around it. */
export function trafficStage() {
  const root = mkdtempSync(join(tmpdir(), "traffic-"));
  const paths = { traffic: join(root, "traffic.db"), database: join(root, "live.db") };
  const db = createDb({ path: paths.database });
  const stores = createStores(db);
  const settings = settingsSchema.parse({});
  const events = new Events();
  const told: GatewayEvent["type"][] = [];
  events.on(({ type }) => told.push(type));
  const log: string[] = [];
  const note = (message: string, fields: object = {}): void =>
    void log.push(`${message} ${JSON.stringify(fields)}`);
  const warned = { times: 0 };
  const redactor = createRedactor();
  const notThere = (): never => {
    throw new GatewayError("internal");
  };
  const running = new Set<Traffic>();
  onTestFinished(async () => {
    await Promise.all([...running].map((one) => one.close()));
    db.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    paths,
    stores,
    settings,
    events,
    told,
    log,
    warned,
    redactor,
    files: (): string[] => readdirSync(root).toSorted((one, other) => one.localeCompare(other)),
    /** Another run over the same files. */
    run: (): Traffic => {
      const traffic = createTraffic({
        paths,
        stores,
        settings: () => settings,
        redactor,
        servers: {
          find: (server) =>
            stores.servers.getByName(server) ??
            (() => {
              throw new GatewayError("server_not_found", { server });
            })(),
        },
        profiles: {
          find: (profile) =>
            stores.profiles.getBySlug(profile) ??
            (() => {
              throw new GatewayError("profile_not_found", { profile });
            })(),
          list: () => [],
          callTool: notThere,
        },
        engine: { entries: () => [] },
        keepsMessages: true,
        isApp: false,
        address: () => "http://127.0.0.1:4444",
        events,
        onWarning: () => (warned.times += 1),
        log: { info: note, warn: note, error: note },
      });
      running.add(traffic);
      return traffic;
    },
    server: (name: string): string =>
      stores.servers.insert({
        name,
        title: name,
        connections: "shared",
        config: { transport: "http", url: "http://127.0.0.1:1/", headers: {}, secrets: {} },
      }).id,
    profile: (slug: string): string => stores.profiles.insert({ slug, name: slug }).id,
  };
}

/** A call that is answered at once; its message holds the text. */
export function callOf(traffic: Traffic, text: string, seen: Partial<SeenRequest> = {}): void {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "echo", text } };
  traffic.sink
    .onRequest({
      client: null,
      isOwn: false,
      profileId: null,
      serverId: null,
      message,
      method: "tools/call",
      name: "echo",
      ...seen,
    })
    .answered({
      text: JSON.stringify({ jsonrpc: "2.0", id: 1, result: { text } }),
      outcome: "ok",
      error: null,
      httpStatus: 200,
    });
  traffic.metrics.onExchange({
    client: null,
    profileId: null,
    method: "tools/call",
    tool: "echo",
    item: { kind: "tool", name: "echo", serverId: "srv" },
    startedAt: Date.now(),
    durationMs: 1,
    outcome: "ok",
    listed: null,
  });
}
