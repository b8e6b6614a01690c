import { create } from "zustand";

export interface Session {
  /** What was pasted; in memory only, and gone with the page. */
  token: string | null;
  /** Why the gateway did not take it any more, as a sentence. */
  refusal: string | null;
}

/** Who uses the pages in a browser. */
export const useSession = create<Session>(() => ({ token: null, refusal: null }));
