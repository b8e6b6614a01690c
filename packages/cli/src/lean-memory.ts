/**
 * How glibc's allocator is to work in a process that runs for days (mallopt(3)). Of itself it has an
 * arena for each of many threads, keeps in each what was ever needed at once, and keeps ever larger
 * pieces: after an hour of backups, restores and long answers that is more than all else. Elsewhere
 * nobody reads these.
 */
export const LEAN_ALLOCATOR = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "1048576",
  MALLOC_TRIM_THRESHOLD_: "1048576",
} as const;

/**
 * How V8 is to work in it, MB: how far each half of the heap for what is new may grow. Of itself that
 * is 64 after a busy hour, in the main thread and again in each other one, and what passes through
 * needs less than one.
 */
export const LEAN_HEAP = ["--max-semi-space-size=16"];

/** Whether what this process starts for is to go on for long; a word too many costs a moment. */
const isForLong = (argv: readonly string[]): boolean => argv.includes("serve");

/**
 * Begins anew with both, which are chosen before a program begins: the same process with the same
 * command line (execve(2)), 40 ms later. Does nothing where that is so already, where somebody has
 * chosen another allocator, and where it cannot be done: before Node 22.15, or with a parent that has
 * a channel to this process. What somebody says of the heap comes after it, and counts.
 */
export const startLean = (): void => {
  const { env } = process;
  const names = Object.entries(LEAN_ALLOCATOR);
  if (names.every(([name, value]) => env[name] === value)) {
    // Chosen for this process, and for none that it starts.
    for (const [name] of names) delete env[name];
    return;
  }
  const isChosen = names.some(([name]) => env[name] !== undefined);
  const isPossible = process.platform === "linux" && process.channel === undefined;
  if (!isForLong(process.argv) || isChosen || !isPossible) return;
  process.execve?.(
    process.execPath,
    [process.execPath, ...LEAN_HEAP, ...process.execArgv, ...process.argv.slice(1)],
    { ...env, ...LEAN_ALLOCATOR },
  );
};
