/**
 * Durations are counted in buckets, each 2 % wider than the one before: bucket `n` begins at
 * 1.02^n µs. So percentiles of many hours come of counts alone, and are off by 1 % at most. What a
 * bucket is may not change: `histogram` of the hourly tables has their numbers.
 */
const WIDTH = Math.log(1.02);

/** @param ms what is below a microsecond is in the first bucket */
export const bucketOf = (ms: number): number =>
  ms > 0.001 ? Math.floor(Math.log(ms * 1000) / WIDTH) : 0;

/** The middle of a bucket, ms. */
export const valueOf = (bucket: number): number => Math.exp((bucket + 0.5) * WIDTH) / 1000;
