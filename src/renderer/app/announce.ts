import { create } from "zustand";

/** Spoken to those who use a screen reader, without moving their focus. */
interface Announcements {
  polite: string;
  assertive: string;
}

export const useAnnouncements = create<Announcements>(() => ({ polite: "", assertive: "" }));

/** At most one in this time, the newest wins, ms. */
const TOGETHER_MS = 2000;
let timer: ReturnType<typeof setTimeout> | null = null;
let next = "";

/** A change that a person caused, or a count they asked for. */
export function announce(text: string): void {
  next = text;
  if (timer !== null) return;
  useAnnouncements.setState({ polite: next });
  timer = setTimeout(() => {
    timer = null;
    if (next !== useAnnouncements.getState().polite) useAnnouncements.setState({ polite: next });
  }, TOGETHER_MS);
}

/** Something failed, or a person is needed, while they work here. */
export const alert = (text: string): void => useAnnouncements.setState({ assertive: text });
