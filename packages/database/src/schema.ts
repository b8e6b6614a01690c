/** The tables of both database files. `createDb` relates those of the configuration only. */
export * from "./schema/configuration.ts";
export * from "./schema/traffic.ts";
