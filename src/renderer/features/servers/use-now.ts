import { useCallback, useSyncExternalStore } from "react";

/** The time, ms since 1970, in steps of `everyMs`; while `ticking` it moves by itself. */
export function useNow(everyMs: number, ticking = true): number {
  const subscribe = useCallback(
    (tick: () => void) => {
      if (!ticking) return () => {};
      const timer = setInterval(tick, everyMs);
      return () => clearInterval(timer);
    },
    [everyMs, ticking],
  );
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / everyMs) * everyMs);
}

/** The time for states that say how long: each second while one of them does. */
export const useStateClock = (...states: string[]): number =>
  useNow(1000, states.includes("retrying") || states.includes("starting"));
