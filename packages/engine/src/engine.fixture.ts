import { GatewayError } from "@local-mcp/contract";
import { onTestFinished } from "vitest";
import type { Era, EraVerdict, ServerDefinition, SessionRecord } from "./definitions.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { testProcesses } from "./processes/processes.fixture.ts";
import { NO_TRAFFIC } from "./trace.ts";

const quiet = (): void => {};
const processes = testProcesses();

export const NO_LISTS = { tools: [], prompts: [], resources: [], resourceTemplates: [] };
export const PROFILE = {
  id: "p",
  slug: "p",
  namePolicy: "on_collision" as const,
  local: NO_LISTS,
  roots: [],
  overrides: { tool: new Map(), prompt: new Map(), resource: new Map() },
};

export const definitionOf = (
  id: string,
  change: Partial<ServerDefinition> = {},
): ServerDefinition => ({
  id,
  name: id,
  title: id,
  transport: "http",
  enabled: true,
  confirmed: true,
  configHash: "same",
  startTimeoutMs: 20_000,
  callTimeoutMs: 20_000,
  maxConcurrentCalls: 64,
  idleStopMs: 0,
  connections: "shared",
  holdsChangedTools: false,
  ...change,
});

export const verdictOf = (era: Era): EraVerdict => ({
  era,
  protocolVersion: era === "modern" ? "2026-07-28" : null,
  configHash: "same",
  decidedAt: Date.now(),
  certain: true,
});

/** An engine that keeps all in memory; closed after the test. */
export function engineOf(
  options: Partial<EngineOptions> & Pick<EngineOptions, "registry">,
): Engine {
  const engine = new Engine({
    catalogs: { load: () => null, save: quiet, names: () => new Map(), saveNames: quiet },
    eras: { load: () => verdictOf("legacy"), save: quiet },
    sessions: memorySessions(),
    pins: { changed: () => new Map() },
    traffic: NO_TRAFFIC,
    local: { answer: async () => ({}), onSubscriptions: quiet },
    serverInfo: { name: "gateway", title: "Gateway", version: "1" },
    maxMessageBytes: () => 1_000_000,
    processes,
    sessionIdleMs: () => 60_000,
    explain: () => new GatewayError("internal"),
    redact: (text) => text,
    log: { info: quiet, warn: quiet, error: quiet },
    onServerChange: quiet,
    onCatalogChange: quiet,
    onSessionsChange: quiet,
    ...options,
  });
  onTestFinished(async () => void (await engine.close()));
  return engine;
}

export function memorySessions() {
  const records = new Map<string, SessionRecord>();
  return {
    create: async (record: SessionRecord) => void records.set(record.sessionId, record),
    get: async (id: string) => records.get(id) ?? null,
    list: async () => [...records.values()],
    update: async () => {},
    remove: async (id: string) => void records.delete(id),
    touch: async () => {},
  };
}
