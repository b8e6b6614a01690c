import { z } from "zod";
import { logLevel } from "./logs.ts";
import { clientMetadataUrl } from "./sign-in.ts";

const MIB = 1024 * 1024;

/** Settings a person can change; all are stored, all have a default. */
export const settings = z.object({
  /** Port of the endpoint. 0 takes any free one. */
  port: z.number().int().min(0).max(65_535).default(4444),
  /** Loopback unless the person says otherwise. */
  host: z.string().min(1).default("127.0.0.1"),
  /** MCP request bodies, bytes. */
  maxRequestBytes: z
    .number()
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(10 * MIB),
  /** One message from an upstream, bytes. */
  maxMessageBytes: z
    .number()
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(32 * MIB),
  /** A server's start up to its first list, ms. */
  startTimeoutMs: z.number().int().min(100).max(3_600_000).default(30_000),
  /** One call, ms; progress starts it anew. */
  callTimeoutMs: z.number().int().min(100).max(86_400_000).default(600_000),
  /** Calls that one server is given at the same time; further ones wait their turn. */
  maxConcurrentCalls: z.number().int().min(1).max(10_000).default(64),
  /**
   * A server that is a command is ended when nobody has called it for so long, and started by the
   * next call, ms. 0: never.
   */
  idleStopMs: z
    .number()
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .refine((ms) => ms === 0 || ms >= 10_000, { error: "Write 0 for never, or 10000 or more." })
    .default(0),
  /** Legacy sessions end after this long without a request or an open stream, ms. */
  sessionIdleMs: z
    .number()
    .int()
    .min(1000)
    .max(30 * 86_400_000)
    .default(12 * 3_600_000),
  /**
   * Messages to legacy clients, where those are kept beside their sessions, are removed after so
   * long, ms.
   */
  sessionMessagesKeepMs: z
    .number()
    .int()
    .min(1000)
    .max(30 * 86_400_000)
    .default(86_400_000),
  /** Proxy for remote servers, http://host:port. Empty: as the environment says. `direct`: none. */
  proxy: z
    .string()
    .regex(
      /^(|direct|https?:\/\/[^@\s/]+\/?)$/,
      "Write http://host:port, direct, or nothing. A proxy with a password belongs into HTTPS_PROXY.",
    )
    // One that cannot be used would mean no proxy at all, and nobody would be told.
    .refine((text) => text === "" || text === "direct" || URL.canParse(text), {
      error: "Write http://host:port with a port up to 65535.",
    })
    .default(""),
  /** Hosts that are reached without the proxy, with commas between them. */
  noProxy: z.string().max(2000).default(""),
  /** PEM file with certificates to trust beside the usual ones. Empty: NODE_EXTRA_CA_CERTS. */
  extraCaFile: z.string().max(4000).default(""),
  /**
   * URL of a client ID metadata document, used to sign in at servers that support it. Empty: none.
   */
  clientMetadataUrl: z.union([z.literal(""), clientMetadataUrl]).default(""),
  appearance: z.enum(["system", "light", "dark"]).default("system"),
  /** The app starts with the session, without its window. */
  startAtLogin: z.boolean().default(false),
  /** Whether quitting asks while clients are connected. */
  askBeforeQuit: z.boolean().default(true),
  /** What a REST tool is answered, bytes. */
  maxResponseBytes: z
    .number()
    .int()
    .min(1024)
    .max(64 * MIB)
    .default(MIB),
  /** Whether calls are counted and timed. */
  metrics: z.boolean().default(true),
  /** Single calls are kept for so many days; after that there are sums per hour. */
  metricsRawDays: z.number().int().min(1).max(90).default(7),
  /** Sums per hour are kept for so many days. */
  metricsKeepDays: z.number().int().min(1).max(3650).default(365),
  /** How much of what passes is recorded; profiles and servers can have another level. */
  logLevel: logLevel.default("full"),
  /** What is kept of one recorded message, bytes. */
  logBodyBytes: z
    .number()
    .int()
    .min(1024)
    .max(10 * MIB)
    .default(64 * 1024),
  /** Debug logs are removed after so many days. */
  logKeepDays: z.number().int().min(1).max(3650).default(7),
  /** The oldest debug logs are removed where all take more than so many MiB. */
  logKeepMb: z.number().int().min(16).max(1_048_576).default(2048),
  /** The oldest debug logs are removed where there are more. */
  logKeepRows: z.number().int().min(1000).max(100_000_000).default(1_000_000),
  /** Entries of the audit log are removed after so many days. */
  auditKeepDays: z.number().int().min(1).max(3650).default(365),
  /** Whether a backup is made each day. */
  backupDaily: z.boolean().default(true),
  /** When, HH:MM of this computer; a computer that sleeps then makes it when it wakes. */
  backupTime: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Write a time as 02:00.")
    .default("02:00"),
  /** How many automatic backups are kept. */
  backupKeep: z.number().int().min(1).max(365).default(14),
  /** Where backups are kept. Empty: in the data directory. */
  backupFolder: z.string().max(4000).default(""),
});
export type Settings = z.infer<typeof settings>;
export type SettingKey = keyof Settings;

/** What is set, without the defaults. */
export const settingsUpdate = z
  .object({
    port: settings.shape.port.unwrap(),
    host: settings.shape.host.unwrap(),
    maxRequestBytes: settings.shape.maxRequestBytes.unwrap(),
    maxMessageBytes: settings.shape.maxMessageBytes.unwrap(),
    startTimeoutMs: settings.shape.startTimeoutMs.unwrap(),
    callTimeoutMs: settings.shape.callTimeoutMs.unwrap(),
    maxConcurrentCalls: settings.shape.maxConcurrentCalls.unwrap(),
    idleStopMs: settings.shape.idleStopMs.unwrap(),
    sessionIdleMs: settings.shape.sessionIdleMs.unwrap(),
    sessionMessagesKeepMs: settings.shape.sessionMessagesKeepMs.unwrap(),
    proxy: settings.shape.proxy.unwrap(),
    noProxy: settings.shape.noProxy.unwrap(),
    extraCaFile: settings.shape.extraCaFile.unwrap(),
    clientMetadataUrl: settings.shape.clientMetadataUrl.unwrap(),
    appearance: settings.shape.appearance.unwrap(),
    startAtLogin: settings.shape.startAtLogin.unwrap(),
    askBeforeQuit: settings.shape.askBeforeQuit.unwrap(),
    maxResponseBytes: settings.shape.maxResponseBytes.unwrap(),
    metrics: settings.shape.metrics.unwrap(),
    metricsRawDays: settings.shape.metricsRawDays.unwrap(),
    metricsKeepDays: settings.shape.metricsKeepDays.unwrap(),
    logLevel: settings.shape.logLevel.unwrap(),
    logBodyBytes: settings.shape.logBodyBytes.unwrap(),
    logKeepDays: settings.shape.logKeepDays.unwrap(),
    logKeepMb: settings.shape.logKeepMb.unwrap(),
    logKeepRows: settings.shape.logKeepRows.unwrap(),
    auditKeepDays: settings.shape.auditKeepDays.unwrap(),
    backupDaily: settings.shape.backupDaily.unwrap(),
    backupTime: settings.shape.backupTime.unwrap(),
    backupKeep: settings.shape.backupKeep.unwrap(),
    backupFolder: settings.shape.backupFolder.unwrap(),
  })
  .partial();

/** What the API takes: a value sets, null goes back to the default. */
export const settingsChange = z.object({
  port: settingsUpdate.shape.port.nullable(),
  host: settingsUpdate.shape.host.nullable(),
  maxRequestBytes: settingsUpdate.shape.maxRequestBytes.nullable(),
  maxMessageBytes: settingsUpdate.shape.maxMessageBytes.nullable(),
  startTimeoutMs: settingsUpdate.shape.startTimeoutMs.nullable(),
  callTimeoutMs: settingsUpdate.shape.callTimeoutMs.nullable(),
  maxConcurrentCalls: settingsUpdate.shape.maxConcurrentCalls.nullable(),
  idleStopMs: settingsUpdate.shape.idleStopMs.nullable(),
  sessionIdleMs: settingsUpdate.shape.sessionIdleMs.nullable(),
  sessionMessagesKeepMs: settingsUpdate.shape.sessionMessagesKeepMs.nullable(),
  proxy: settingsUpdate.shape.proxy.nullable(),
  noProxy: settingsUpdate.shape.noProxy.nullable(),
  extraCaFile: settingsUpdate.shape.extraCaFile.nullable(),
  clientMetadataUrl: settingsUpdate.shape.clientMetadataUrl.nullable(),
  appearance: settingsUpdate.shape.appearance.nullable(),
  startAtLogin: settingsUpdate.shape.startAtLogin.nullable(),
  askBeforeQuit: settingsUpdate.shape.askBeforeQuit.nullable(),
  maxResponseBytes: settingsUpdate.shape.maxResponseBytes.nullable(),
  metrics: settingsUpdate.shape.metrics.nullable(),
  metricsRawDays: settingsUpdate.shape.metricsRawDays.nullable(),
  metricsKeepDays: settingsUpdate.shape.metricsKeepDays.nullable(),
  logLevel: settingsUpdate.shape.logLevel.nullable(),
  logBodyBytes: settingsUpdate.shape.logBodyBytes.nullable(),
  logKeepDays: settingsUpdate.shape.logKeepDays.nullable(),
  logKeepMb: settingsUpdate.shape.logKeepMb.nullable(),
  logKeepRows: settingsUpdate.shape.logKeepRows.nullable(),
  auditKeepDays: settingsUpdate.shape.auditKeepDays.nullable(),
  backupDaily: settingsUpdate.shape.backupDaily.nullable(),
  backupTime: settingsUpdate.shape.backupTime.nullable(),
  backupKeep: settingsUpdate.shape.backupKeep.nullable(),
  backupFolder: settingsUpdate.shape.backupFolder.nullable(),
});

export const settingSource = z.enum(["argument", "environment", ".env", "stored", "default"]);

/** A setting with its value and the place that decided it. */
export const settingView = z.object({
  key: settings.keyof(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  default: z.union([z.string(), z.number(), z.boolean()]),
  source: settingSource,
});
export type SettingView = z.infer<typeof settingView>;
