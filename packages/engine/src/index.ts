export * from "./definitions.ts";
export { Engine, type EngineOptions } from "./engine.ts";
export type { Entry, ProfileView } from "./catalog/view.ts";
export type { Observation, Upstream } from "./upstream/upstream.ts";
export { isErrorResponse, type JsonObject } from "./jsonrpc.ts";
export { formatBytes } from "./text.ts";
