import { create } from "zustand";
import { persist } from "zustand/middleware";

interface SidebarState {
  /** A person's wish where there is room for both: icons and words, or icons alone. */
  narrow: boolean;
  /** Over the page, where there is no room beside it. Gone after the next step. */
  open: boolean;
}

export const useSidebar = create<SidebarState>()(
  persist((): SidebarState => ({ narrow: false, open: false }), {
    name: "sidebar",
    partialize: ({ narrow }) => ({ narrow }),
  }),
);

/** Below these widths, CSS px, the sidebar is a rail, or lies over the page. */
export const RAIL_BELOW = 960;
export const OVERLAY_BELOW = 640;

/** ⌘B: narrows or widens it where it has room, shows or hides it where it has none. */
export function toggleSidebar(): void {
  const roomy = window.innerWidth >= RAIL_BELOW;
  useSidebar.setState(({ narrow, open }) => (roomy ? { narrow: !narrow } : { open: !open }));
}
