import type { ConflictStrategy } from "@local-mcp/contract";
import { type AnyEntity, keyOf } from "../entity.ts";
import { pointerTo } from "../pointer.ts";
import type { PlanInput, PlanOptions, ReadEntity, ReadFile } from "../types.ts";
import { makePlan } from "./make-plan.ts";
import type { MemoryStore } from "./memory-store.fixture.ts";

/** Of every plan that a test makes, s since 1970. */
export const INSTANT = 1_640_995_200;

const readOf = (entity: AnyEntity, index: number): ReadEntity => ({
  kind: entity.kind,
  name: keyOf(entity),
  pointer: pointerTo("/entities", `${entity.kind}s`, index),
  entity,
  problems: [],
  warnings: [],
});

/** A file with these, as it is once it was read. */
export const fileOf = (entities: readonly AnyEntity[]): ReadFile => ({
  format: "gateway",
  source: { exportedAt: null, exportedBy: null, gateway: null },
  entities: entities.map(readOf),
  problems: [],
  warnings: [],
  losses: [],
  secrets: { opened: 0, plain: 0 },
});

export interface Asked extends Partial<PlanOptions> {
  strategy?: ConflictStrategy;
  /** In the place of that of the store. */
  build?: PlanInput["build"];
  digestKey?: Buffer;
  signal?: AbortSignal;
  onProgress?: PlanInput["onProgress"];
}

export function planOf(file: ReadFile, store: MemoryStore, asked: Asked = {}) {
  const {
    build = store.build,
    digestKey = Buffer.alloc(32),
    signal,
    onProgress,
    ...options
  } = asked;
  return makePlan({
    file,
    fileDigest: "0".repeat(64),
    current: store.read(),
    options: {
      strategy: "update",
      choices: {},
      kinds: null,
      selection: null,
      instant: INSTANT,
      name: "team.json",
      ...options,
    },
    build,
    digestKey,
    signal,
    onProgress,
  });
}
