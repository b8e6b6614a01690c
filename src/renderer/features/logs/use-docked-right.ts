import { useSyncExternalStore } from "react";

/** From this width on details have room beside the rows. */
const wide = window.matchMedia("(min-width: 1360px)");

function subscribe(onChange: () => void): () => void {
  wide.addEventListener("change", onChange);
  return () => wide.removeEventListener("change", onChange);
}

export const useIsDockedRight = (): boolean => useSyncExternalStore(subscribe, () => wide.matches);
