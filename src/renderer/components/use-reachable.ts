import { type RefObject, useEffect } from "react";

const FOCUSABLE =
  "a[href], button:enabled, input:enabled, textarea:enabled, summary, [tabindex='0']";

/**
 * What scrolls and holds nothing that takes the focus takes it itself: otherwise no key could
 * scroll it.
 */
export function useReachable(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const update = (): void => {
      const scrolls = element.scrollHeight > element.clientHeight;
      if (scrolls && element.querySelector(FOCUSABLE) === null) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    };
    update();
    const resized = new ResizeObserver(update);
    resized.observe(element);
    const changed = new MutationObserver(update);
    changed.observe(element, { childList: true, subtree: true });
    return () => {
      resized.disconnect();
      changed.disconnect();
    };
  }, [box]);
}
