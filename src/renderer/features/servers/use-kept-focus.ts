import { type FocusEvent, useEffect, useRef } from "react";

/**
 * Keeps the focus from falling nowhere: when what had it inside goes away, because a state or a row
 * did, it goes to `fallback`. The handlers belong on an element around all of it.
 */
export function useKeptFocus(fallback: () => HTMLElement | null) {
  const inside = useRef(false);
  // What is taken out of the page takes the focus along without an event.
  useEffect(() => {
    if (!inside.current || document.activeElement !== document.body) return;
    inside.current = false;
    fallback()?.focus();
  });
  return {
    onFocus: () => {
      inside.current = true;
    },
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      inside.current = currentTarget.contains(relatedTarget);
    },
  };
}
