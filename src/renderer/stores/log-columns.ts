import { create } from "zustand";
import { persist } from "zustand/middleware";

export type ColumnName = "time" | "result" | "client" | "what" | "server" | "took" | "size";

/** Columns of the debug logs that a person does not want to see. */
export const useLogColumns = create<{ hidden: ColumnName[] }>()(
  persist((): { hidden: ColumnName[] } => ({ hidden: [] }), { name: "log-columns" }),
);

export function toggleLogColumn(name: ColumnName): void {
  useLogColumns.setState(({ hidden }) => ({
    hidden: hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name],
  }));
}
