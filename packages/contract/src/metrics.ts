import { z } from "zod";

/** What is counted: calls of a tool, prompts given, resources read. */
export const metricKind = z.enum(["tool", "prompt", "resource"]);
export type MetricKind = z.infer<typeof metricKind>;

const queryNumber = z.coerce.number<number>().int().min(0);

export const metricsQuery = z.object({
  /** First moment, ms since 1970; absent: a day ago. Older than the raw rows it is a whole hour. */
  from: queryNumber.optional(),
  /** The moment before which, ms since 1970; absent: now. */
  to: queryNumber.optional(),
  /** Slug or id. */
  profile: z.string().optional(),
  /** Name or id; `(local)` is the gateway itself. */
  server: z.string().optional(),
  kind: metricKind.optional(),
  /** How many of the most used are listed. */
  top: z.coerce.number<number>().int().min(1).max(500).default(20),
});
export type MetricsQuery = z.infer<typeof metricsQuery>;

/** Durations are ms; null where nothing was called. Percentiles of several hours are within 2 %. */
export const metricsTotals = z.object({
  calls: z.number().int(),
  errors: z.number().int(),
  minMs: z.number().nullable(),
  maxMs: z.number().nullable(),
  averageMs: z.number().nullable(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** ms since 1970. */
  lastAt: z.number().int().nullable(),
});
export type MetricsTotals = z.infer<typeof metricsTotals>;

export const metricsView = z.object({
  from: z.number().int(),
  to: z.number().int(),
  /** Whether calls are counted now. */
  recording: z.boolean(),
  totals: metricsTotals,
  /** Length of an interval of the series, ms. */
  stepMs: z.number().int(),
  /** In order; an interval without calls is there, with zeros and nulls. */
  series: z.array(
    z.object({
      at: z.number().int(),
      calls: z.number().int(),
      errors: z.number().int(),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
    }),
  ),
  /** The most used first. */
  items: z.array(
    metricsTotals.extend({
      kind: metricKind,
      /** As its server calls it. */
      name: z.string(),
      /** `(local)` for the gateway itself. */
      server: z.string(),
    }),
  ),
  servers: z.array(metricsTotals.extend({ server: z.string() })),
  /** "" for calls of the window and command line that are in no profile. */
  profiles: z.array(metricsTotals.extend({ profile: z.string() })),
});
export type MetricsView = z.infer<typeof metricsView>;

/** What is forgotten; without anything all of it. */
export const metricsReset = z.object({
  kind: metricKind.optional(),
  /** As its server calls it. */
  name: z.string().optional(),
  /** Name or id; `(local)` is the gateway itself. */
  server: z.string().optional(),
});
export type MetricsReset = z.infer<typeof metricsReset>;
