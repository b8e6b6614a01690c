import { useEffect, useState } from "react";

const midnight = (): number => new Date().setHours(0, 0, 0, 0);

/** When today began, ms since 1970; another one when the day is over. */
export function useToday(): number {
  const [today, setToday] = useState(midnight);
  useEffect(() => {
    const tomorrow = new Date(today).setHours(24, 0, 0, 0);
    const timer = setTimeout(() => setToday(midnight()), tomorrow - Date.now() + 1);
    return () => clearTimeout(timer);
  }, [today]);
  return today;
}
