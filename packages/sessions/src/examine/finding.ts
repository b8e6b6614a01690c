/** What a look at a store found; one sentence, and what to do about it. */
export interface StoreFinding {
  level: "ok" | "note" | "problem";
  message: string;
  wayOut: string | null;
}

export const ok = (message: string): StoreFinding => ({ level: "ok", message, wayOut: null });
export const note = (message: string, wayOut: string): StoreFinding => ({
  level: "note",
  message,
  wayOut,
});
export const problem = (message: string, wayOut: string): StoreFinding => ({
  level: "problem",
  message,
  wayOut,
});

/** Whether what goes to a host stays in this computer. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host.startsWith("127.") || host.startsWith("/");

/** How long something takes, in ms with one decimal. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; took: string }> {
  const begun = performance.now();
  const result = await work();
  return { result, took: `${(performance.now() - begun).toFixed(1)} ms` };
}
