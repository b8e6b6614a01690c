import { useState } from "react";

/**
 * Does what a person asked for, once at a time, and keeps why it failed. Not a mutation: that would
 * keep what was given and answered for minutes, and here these may be passphrases, keys and tokens.
 */
export function useAttempt() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, attempt };
}
