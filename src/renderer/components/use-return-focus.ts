import { useState } from "react";

/**
 * Where the focus goes when what was opened closes: to what opened it (`true`), or, if that is gone
 * meanwhile, to what the page is about (`data-return-focus`) or else to its heading.
 */
export function useReturnFocus(): () => HTMLElement | true {
  // Whoever uses it is mounted when it opens.
  const [opener] = useState(() => document.activeElement);
  return () =>
    opener !== document.body && opener?.isConnected
      ? true
      : (document.querySelector<HTMLElement>("main [data-return-focus]") ??
        document.querySelector<HTMLElement>("h1") ??
        true);
}
