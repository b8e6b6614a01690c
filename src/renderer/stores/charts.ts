import { create } from "zustand";
import { persist } from "zustand/middleware";

export type ChartName = "calls" | "latency";

/** Which charts a person reads as tables. */
export const useCharts = create<Record<ChartName, boolean>>()(
  persist((): Record<ChartName, boolean> => ({ calls: false, latency: false }), {
    name: "charts",
  }),
);

export function setAsTable(chart: ChartName, asTable: boolean): void {
  useCharts.setState({ [chart]: asTable });
}
