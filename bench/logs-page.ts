import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { atMost, exactly, type Figure, told } from "./figures.ts";
import { scrolling } from "./logs-scroll.ts";
import { percentile } from "./stats.ts";

const PART = "page";
const TESTS = fileURLToPath(new URL("../e2e/desktop/run.ts", import.meta.url));
const FRAME_MS = 16.7;
const HEAP_MB = 150;
const ROWS = 300;
/** Two measures of the same differ by so much, as a part. */
const NOISE = 0.05;

const measured = z.object({
  plain: scrolling,
  logs: scrolling,
  arrived: z.number(),
  failed: z.number(),
});

/**
 * The real page over a log in `home`, as the app's user sees it: scrolled while calls are recorded,
 * beside a window with nothing on it.
 */
export async function measurePage(home: string, seconds: number): Promise<Figure[]> {
  const result = join(home, "page.json");
  await chmod(home, 0o755);
  const tests = spawn(process.execPath, [TESTS, "logs-scroll"], {
    env: {
      ...process.env,
      BENCH_LOGS: JSON.stringify({ home, seconds, result }),
      LOCAL_MCP_E2E: "required",
    },
    stdio: ["ignore", 2, 2],
  });
  const [code] = await once(tests, "exit");
  if (code !== 0) throw new Error(`the page was not measured: ${code}`);
  const { plain, logs, arrived, failed } = measured.parse(
    JSON.parse(await readFile(result, "utf8")),
  );
  const p95 = (of: "wheelFrames" | "barFrames"): Figure => {
    const own = percentile(plain[of], 0.95);
    const limit = Math.max(FRAME_MS, own * (1 + NOISE));
    const what = of === "wheelFrames" ? "wheel" : "bar";
    return atMost(
      PART,
      `frame while scrolled by the ${what}, p95 (a plain page ${own.toFixed(1)})`,
      percentile(logs[of], 0.95),
      Math.round(limit * 10) / 10,
      " ms",
    );
  };
  return [
    p95("wheelFrames"),
    p95("barFrames"),
    told(
      PART,
      "frames, p50 by wheel and bar",
      `${percentile(logs.wheelFrames, 0.5).toFixed(1)} and ${percentile(logs.barFrames, 0.5).toFixed(1)} ms`,
    ),
    atMost(PART, "heap of the page after collecting", logs.heapAfter, HEAP_MB, " MB"),
    atMost(PART, "heap of the page at most", logs.heapPeak, HEAP_MB, " MB"),
    atMost(PART, "rows in the document at most", logs.rows, ROWS),
    told(PART, "rows told of as new meanwhile", `${arrived}`),
    exactly(PART, "calls not answered well", failed, 0),
  ];
}
