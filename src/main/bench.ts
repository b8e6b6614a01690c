type Mark = "painted" | "answered";

/**
 * Under LOCAL_MCP_BENCH=1 tells how long the start took, as lines of JSON: `listening`, and
 * `interactive` once the window can be shown and its first call was answered.
 */
export function createBench(options: {
  enabled: boolean;
  /** ms since the process was started. */
  sinceStart: () => number;
  write: (line: string) => void;
}): { listening: () => void; mark: (mark: Mark) => void } {
  const { enabled, sinceStart, write } = options;
  const missing = new Set<Mark>(["painted", "answered"]);
  const told = new Set<string>();
  const tell = (event: string): void => {
    if (!enabled || told.has(event)) return;
    told.add(event);
    write(`${JSON.stringify({ event, atMs: Math.round(sinceStart()) })}\n`);
  };
  return {
    listening: () => tell("listening"),
    mark: (mark) => {
      missing.delete(mark);
      if (missing.size === 0) tell("interactive");
    },
  };
}
