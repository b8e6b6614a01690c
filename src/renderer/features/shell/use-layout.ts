import { useSyncExternalStore } from "react";
import { OVERLAY_BELOW, RAIL_BELOW, useSidebar } from "../../stores/sidebar.ts";

/** How the sidebar stands: with words, as icons, over the page, or away. */
export type Layout = "full" | "rail" | "over" | "away";

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
};

export function useLayout(): Layout {
  const width = useSyncExternalStore(subscribe, () => window.innerWidth);
  const { narrow, open } = useSidebar();
  if (width >= RAIL_BELOW) return narrow ? "rail" : "full";
  if (open) return "over";
  return width >= OVERLAY_BELOW ? "rail" : "away";
}
