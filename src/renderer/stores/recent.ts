import { create } from "zustand";
import { persist } from "zustand/middleware";

const KEPT = 8;

/** Ids of what was used from the palette, newest first. */
export const useRecent = create<{ ids: string[] }>()(
  persist((): { ids: string[] } => ({ ids: [] }), { name: "recent" }),
);

export function remember(id: string): void {
  useRecent.setState(({ ids }) => ({
    ids: [id, ...ids.filter((other) => other !== id)].slice(0, KEPT),
  }));
}
