export * from "./definitions.ts";
export { Engine, type EngineOptions } from "./engine.ts";
export type { Entry, ProfileView } from "./catalog/view.ts";
export { ProcessGroup } from "./upstream/process-group.ts";
export type { Observation, Upstream } from "./upstream/upstream.ts";
export { isErrorResponse, type JsonObject } from "./jsonrpc.ts";
export type { Answer } from "./router/caller.ts";
export { parameterHeaders, routingHeaders } from "./protocol-headers.ts";
export { counted, formatBytes } from "./text.ts";
