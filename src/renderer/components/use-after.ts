import { useEffect, useState } from "react";

/** Whether so many ms have passed since it was first drawn: what is quicker shows nothing. */
export function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return passed;
}
