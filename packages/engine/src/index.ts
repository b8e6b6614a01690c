export * from "./definitions.ts";
export { refusalOf } from "./endpoint/rpc-answers.ts";
export { isOverTime, nameIn } from "./endpoint/traffic.ts";
export { Engine, type EngineOptions } from "./engine.ts";
export { firstByName } from "./catalog/first-by-name.ts";
export type { Entry, ProfileView } from "./catalog/view.ts";
export { assertAllowed, guardedLookup, REACHES, type UrlPolicy } from "./network/address-guard.ts";
export {
  createFetch,
  type Fetch,
  type FetchInit,
  type FetchOptions,
  TooLateError,
} from "./network/fetch.ts";
export { InFlight } from "./in-flight.ts";
export { pageUrl } from "./network/page-url.ts";
export { ProcessGroup } from "./processes/process-group.ts";
export { type EndedProcesses, Processes, type StartedProcess } from "./processes/processes.ts";
export type { ServerUsage } from "./processes/usage.ts";
export { LARGE, roughSize } from "./message-size.ts";
export type { Observation, RecheckReason, Upstream } from "./upstream/upstream.ts";
export {
  classify,
  isErrorResponse,
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from "./jsonrpc.ts";
export {
  type AnswerPlace,
  type AnswerStore,
  type FoundAnswer,
  type KeptAnswer,
  MAX_ANSWERS_SIZE,
} from "./router/answer-store.ts";
export type { Answer } from "./router/caller.ts";
export { claimedModernVersion } from "./protocol.ts";
export { parameterHeaders, routingHeaders } from "./protocol-headers.ts";
export { counted, formatBytes, shortened } from "./text.ts";
export * from "./trace.ts";
export { atMost } from "./time.ts";
export { systemCode } from "./upstream/failure.ts";
export { TooLargeError } from "./upstream/http-exchange.ts";
export { isTooDeep, MOST_NESTED } from "./upstream/parse-json.ts";
