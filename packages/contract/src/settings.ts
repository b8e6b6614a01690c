import { z } from "zod";

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
  /** Legacy sessions end after this long without a request or an open stream, ms. */
  sessionIdleMs: z
    .number()
    .int()
    .min(1000)
    .max(30 * 86_400_000)
    .default(12 * 3_600_000),
});
export type Settings = z.infer<typeof settings>;
export type SettingKey = keyof Settings;

export const settingsUpdate = z
  .object({
    port: settings.shape.port.unwrap(),
    host: settings.shape.host.unwrap(),
    maxRequestBytes: settings.shape.maxRequestBytes.unwrap(),
    maxMessageBytes: settings.shape.maxMessageBytes.unwrap(),
    startTimeoutMs: settings.shape.startTimeoutMs.unwrap(),
    callTimeoutMs: settings.shape.callTimeoutMs.unwrap(),
    sessionIdleMs: settings.shape.sessionIdleMs.unwrap(),
  })
  .partial();

export const settingSource = z.enum(["argument", "environment", ".env", "stored", "default"]);

/** A setting with its value and the place that decided it. */
export const settingView = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number()]),
  default: z.union([z.string(), z.number()]),
  source: settingSource,
});
