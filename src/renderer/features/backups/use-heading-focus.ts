import { type RefObject, useEffect } from "react";

/** When a step goes and takes what had the focus with it, the title of the dialog takes it. */
export function useHeadingFocus(content: RefObject<HTMLElement | null>, step: string): void {
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    content.current?.closest("[role=dialog]")?.querySelector<HTMLElement>("h2")?.focus();
  }, [content, step]);
}
