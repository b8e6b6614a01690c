import { calls, startCounted } from "../counted.ts";
import { dialogState, next, pageState, press, type Scene } from "./state.ts";

/** What was called: nothing yet, not counted, as charts, with a point of one, as tables. */
export const metrics: Scene = {
  name: "metrics",
  open: async () => {
    const { test, dev } = await startCounted(async (api) => {
      await api.settings.update({ metrics: false });
    });
    const { page } = test;
    return {
      test,
      states: [
        pageState("metrics, not counted", "/metrics", "Calls are not counted."),
        {
          name: "metrics, nothing called",
          isPage: true,
          show: async () => {
            await press(page, "Count calls");
            await page.getByText("Calls are not counted.").waitFor({ state: "detached" });
            await page.getByText("Nothing was called in this range.").waitFor();
          },
        },
        {
          name: "metrics",
          isPage: true,
          show: async () => {
            await calls(dev, "echo", "fail", "add", "echo");
            await page.getByText("4 calls").waitFor({ timeout: 20_000 });
            await page.getByRole("application").nth(1).waitFor();
          },
        },
        next("at a point of a chart", async () => {
          const chart = page.getByRole("application").first();
          await chart.focus();
          await page.keyboard.press("ArrowRight");
          await page.getByRole("status").getByText("nothing called").waitFor();
        }),
        {
          name: "metrics, as tables",
          isPage: true,
          show: async () => {
            for (const name of ["Calls", "Time to answer"]) {
              const region = page.getByRole("region", { name, exact: true });
              await region.getByRole("button", { name: "Show as table" }).click();
            }
            await page.getByRole("table", { name: "Time to answer" }).waitFor();
          },
        },
        dialogState("metrics are reset", "Reset metrics?", async () => {
          await press(page, "More for metrics");
          await page.getByRole("menuitem", { name: "Reset…" }).click();
        }),
        pageState("the overview, with the last hour", "/overview", "Last hour"),
      ],
    };
  },
};
