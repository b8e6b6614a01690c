import { useEffect, useState } from "react";

/** It goes back a frame or two after what was open is gone, ms. */
const BACK_MS = 200;

/** What the page is about (`data-return-focus`), or else its heading. */
const restingPlace = (): HTMLElement | null =>
  document.querySelector<HTMLElement>("main [data-return-focus]") ??
  document.querySelector<HTMLElement>("h1");

/** What opened it may go just when it is to have the focus again. */
function keepFocus(): void {
  if (document.activeElement === document.body) restingPlace()?.focus();
}

/**
 * Where the focus goes when what was opened closes: to what opened it (`true`), or, if that is gone
 * meanwhile, to what the page is about or else to its heading.
 */
export function useReturnFocus(): () => HTMLElement | true {
  // Whoever uses it is mounted when it opens.
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => void setTimeout(keepFocus, BACK_MS), []);
  return () => (opener !== document.body && opener?.isConnected ? true : (restingPlace() ?? true));
}
