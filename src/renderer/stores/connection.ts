import { create } from "zustand";

/** Whether the window hears the gateway. */
export interface ConnectionState {
  state: "connecting" | "live" | "lost";
}

export const useConnection = create<ConnectionState>(() => ({ state: "connecting" }));
