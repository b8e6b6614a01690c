export { VARIABLES, type Variable } from "./configuration/variables.ts";
export { findGateway } from "./find-gateway.ts";
export { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
export { isLoopbackHost } from "./http/guard.ts";
export type { Runtime } from "./runtime-file.ts";
export { VERSION } from "./version.ts";
