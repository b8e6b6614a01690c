import { type Asked, Thread, type ThreadOptions } from "../traffic/thread.ts";
import type { MetricsFiles, MetricsTasks } from "./worker-messages.ts";

/** In the source the file beside this one, in a bundle the bundle beside that. */
const script = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./metrics-worker.mjs",
  import.meta.url,
);

/** The thread that counts calls. */
export type MetricsThread = Asked<MetricsTasks>;

export const createMetricsThread = (
  { traffic, database }: MetricsFiles,
  told: Pick<ThreadOptions, "onBroken" | "restMs">,
): Thread<MetricsTasks> => new Thread({ ...told, script, data: { traffic, database } });
